"""Show: figures as rows of a table, for the terminal and for docs/performance.md."""

from benchmarks.contenders import BARE, CONTENDERS, GATEWAY
from benchmarks.cpu import Cpu
from benchmarks.latency import Latency
from benchmarks.result import Spread, spread

__all__ = ["Row", "cpu", "latency", "markdown"]

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
        _name(name),
        _range(spread([run.cpu_per_event for run in runs])),
        _range(result.ratio(name, base), 2),
        _range(spread([run.rate for run in runs])),
        f"{spread([run.share for run in runs]).median:.0%}",
        f"{spread([run.load_share for run in runs]).median:.0%}",
        f"{broker.median:.0f} µs" if any(run.records is not None for run in runs) else "",
    )


def latency(result: Latency) -> tuple[list[Row], list[Row]]:
    """Return the rows at a pace, and those when idle, each with a head."""
    head = ("p50", "p99", "p99.9", "longest")
    paced: list[Row] = [
        ("server", "events a second", *head, "broker's p50", "its p99", "of a core")
    ]
    for at in result.paced:
        answer = at.found.answer
        paced.append(
            (
                _name(at.server),
                f"{at.rate:,.0f}",
                *(_ms(of) for of in (answer.p50, answer.p99, answer.p999, answer.most)),
                *(_ms(of) for of in (at.ack.p50, at.ack.p99)),
                f"{at.share:.0%}",
            )
        )
    alone: list[Row] = [("server", "answer p50", "p99", "broker's p50", "its p99", "beyond it")]
    for each in result.idle:
        answer, ack, beyond = each.found.answer, each.found.ack, each.found.beyond
        times = (answer.p50, answer.p99, ack.p50, ack.p99, beyond.p50)
        alone.append((_name(each.server), *(_ms(of) for of in times)))
    return paced, alone


def _name(server: str) -> str:
    return CONTENDERS[server].says if server in CONTENDERS else server


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:,.1f} ms"


def _range(of: Spread, digits: int = 0) -> str:
    median, least, most = (f"{value:,.{digits}f}" for value in (of.median, of.least, of.most))
    return f"{median} ({least}–{most})" if least != most else median  # noqa: RUF001 - a range


def markdown(rows: list[Row]) -> str:
    """Return rows as a table of Markdown."""
    head, *rest = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|---" + "|--:" * (len(rows[0]) - 1) + "|", *rest])
