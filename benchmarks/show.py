"""Show: figures as rows of a table, for the terminal and for docs/performance.md."""

from benchmarks.contenders import BARE, CONTENDERS, GATEWAY
from benchmarks.cpu import Cpu
from benchmarks.result import Spread, spread

__all__ = ["Row", "cpu", "markdown"]

Row = tuple[str, ...]


def cpu(result: Cpu) -> list[Row]:
    """Return a row for each server, with a head."""
    rows: list[Row] = [
        ("server", "µs an event", "÷ bare", "events a second", "of a core", "load", "Kafka")
    ]
    return rows + [_server(result, name) for name in result.names()]


def _server(result: Cpu, name: str) -> Row:
    runs = result.runs(name)
    base = BARE.name if BARE.name in result.names() else GATEWAY.name
    broker = spread([run.broker_cpu_seconds / run.events * 1e6 for run in runs])
    return (
        CONTENDERS[name].says if name in CONTENDERS else name,
        _range(spread([run.cpu_per_event for run in runs])),
        _range(result.ratio(name, base), 2),
        _range(spread([run.rate for run in runs])),
        f"{spread([run.share for run in runs]).median:.0%}",
        f"{spread([run.load_share for run in runs]).median:.0%}",
        f"{broker.median:.0f} µs" if any(run.records is not None for run in runs) else "",
    )


def _range(of: Spread, digits: int = 0) -> str:
    median, least, most = (f"{value:,.{digits}f}" for value in (of.median, of.least, of.most))
    return f"{median} ({least}–{most})" if least != most else median  # noqa: RUF001 - a range


def markdown(rows: list[Row]) -> str:
    """Return rows as a table of Markdown."""
    head, *rest = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|---" + "|--:" * (len(rows[0]) - 1) + "|", *rest])
