"""Show: figures as rows of a table, for the terminal and for docs/performance.md."""

from benchmarks.backfill import Backfill
from benchmarks.contenders import BARE, COMPILED, CONTENDERS, GATEWAY, LESS
from benchmarks.cpu import Cpu
from benchmarks.growth import SERIES, Growth
from benchmarks.instructions import Instructions
from benchmarks.latency import Latency
from benchmarks.memory import Memory, Sample
from benchmarks.restart import Restart
from benchmarks.result import Spread, spread
from benchmarks.stages import Stages

__all__ = [
    "Row",
    "backfill",
    "costs",
    "counted_costs",
    "cpu",
    "growth",
    "in_words",
    "instructions",
    "latency",
    "markdown",
    "memory",
    "restart",
    "stages",
]

Row = tuple[str, ...]


def cpu(result: Cpu, *, stages: bool = True) -> list[Row]:
    """Return a row for each server, with a head; `stages`: also of those that lack one."""
    base = BARE.name if BARE.name in result.names() else result.names()[0]
    per = "÷ bare" if base == BARE.name else f"÷ {base}"
    head = ("server", "µs an event", per, "events a second", "of a core", "sender", "Kafka")
    names = [name for name in result.names() if stages or not name.startswith(LESS)]
    return [head, *(_server(result, name, base) for name in names)]


def in_words(result: Cpu) -> str:
    """Return how CPU per event, interpreted and compiled, stands to that of each other server."""
    ours = [name for name in (GATEWAY.name, COMPILED.name) if name in result.names()]
    others = [name for name in result.names() if name not in ours and not name.startswith(LESS)]
    lines = []
    for own in ours:
        told = [f"{_range(result.ratio(own, name), 2)} × {_name(name)}" for name in others]  # noqa: RUF001 - times
        lines.append(f"CPU of an event, {_name(own)}, round by round: {'; '.join(told)}.")
    return "\n\n".join(lines)


def instructions(result: Instructions) -> list[Row]:
    """Return a row for each server, with a head."""
    base = result.counts[0]
    rows: list[Row] = [("server", "instructions an event", f"÷ {base.server}")]
    for each in result.counts:
        if not each.server.startswith(LESS):
            ratio = each.per_event.median / base.per_event.median
            rows.append((_name(each.server), _range(each.per_event), f"{ratio:.2f}"))
    return rows


def counted_costs(result: Instructions) -> list[Row]:
    """Return what each stage executes: the gateway less the gateway without it."""
    counts = {each.server: each.per_event.median for each in result.counts}
    rows: list[Row] = [("stage", "instructions an event", "of all")]
    for name, without in counts.items():
        if name.startswith(LESS):
            saved = counts[GATEWAY.name] - without
            rows.append((_stage(name), f"{saved:,.0f}", f"{saved / counts[GATEWAY.name]:.0%}"))
    return rows


def costs(result: Cpu) -> list[Row]:
    """Return what each stage costs: the gateway less the gateway without it, round by round."""
    rows: list[Row] = [("stage", "µs an event", "events a second without it")]
    for name in result.names():
        if name.startswith(LESS):
            saved = result.difference(GATEWAY.name, name)
            rate = spread([run.rate for run in result.runs(name)])
            rows.append((_stage(name), _range(saved), _range(rate)))
    return rows


def _server(result: Cpu, name: str, base: str) -> Row:
    runs = result.runs(name)
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
    beside = ("sent late p99", "broker's p50", "its p99", "of a core", "µs an event")
    paced: list[Row] = [("server", "events a second", *head, *beside)]
    for at in result.paced:
        answer = at.found.answer
        if at.found.unanswered:
            paced.append((_name(at.server), f"{at.rate:,.0f}", "fell behind", *[""] * 8))
            continue
        paced.append(
            (
                _name(at.server),
                f"{at.rate:,.0f}",
                *(_ms(of) for of in (answer.p50, answer.p99, answer.p999, answer.most)),
                *(_ms(of) for of in (at.found.late.p99, at.ack.p50, at.ack.p99)),
                f"{at.share:.0%}",
                f"{at.share / at.rate * 1e6:,.0f}",
            )
        )
    alone: list[Row] = [
        ("server", "answer p50", "p99", "broker's p50", "its p99", "beyond it", "of a core")
    ]
    for each in result.idle:
        answer, ack, beyond = each.found.answer, each.found.ack, each.found.beyond
        times = (answer.p50, answer.p99, ack.p50, ack.p99, beyond.p50)
        told = (_ms(of) for of in times)
        alone.append((_name(each.server), *told, f"{each.share:.1%}"))
    return paced, alone


def growth(result: Growth, series: str) -> list[Row]:
    """Return the rows of a series, with a head."""
    points = [point for point in result.points if point.series == series]
    servers = list(dict.fromkeys(point.server for point in points))
    figures = [("µs an event", 0), ("events a second", 1), ("MiB", 2)]
    head = [SERIES[series].says]
    head += [f"{_name(server)}: {what}" for server in servers for what, _ in figures]
    rows = [tuple(head)]
    for size in dict.fromkeys(point.size for point in points):
        row = [f"{size:,}"]
        for point in points:
            if point.size == size:
                run = point.run
                row += [f"{run.cpu_per_event:,.0f}", f"{run.rate:,.0f}", _mib(run.resident)]
        rows.append(tuple(row))
    return rows


def memory(result: Memory) -> list[Row]:
    """Return some rows of the samples, with a head."""
    rows: list[Row] = [("minute", "events", "resident", "ids", "their bytes", "p99")]
    every = max(1, len(result.samples) // 12)
    return rows + [_sample(each) for each in result.samples[::every]]


def _sample(each: Sample) -> Row:
    return (
        f"{each.seconds / 60:.1f}",
        f"{each.events:,}",
        f"{_mib(each.resident)} MiB",
        f"{each.ids:,}",
        f"{_mib(each.id_bytes)} MiB",
        _ms(each.p99) if each.p99 else "",
    )


def stages(result: Stages) -> list[Row]:
    """Return the rows of the steps, with a head."""
    rows: list[Row] = [("step", "µs an event", "blocks kept", "bytes at most")]
    for each in result.stages:
        blocks = "" if each.blocks is None else f"{each.blocks:.1f}"
        peak = "" if each.peak is None else f"{each.peak:,.0f}"
        rows.append((each.name, f"{each.microseconds:.1f}", blocks, peak))
    return rows


def restart(result: Restart) -> list[Row]:
    """Return the row of a start over a full journal, with a head."""
    head = ("ids", "ready after", "ids a second", "CPU", "resident", "bytes an id")
    return [
        head,
        (
            f"{result.ids:,}",
            f"{result.seconds:.1f} s",
            f"{result.ids / result.seconds:,.0f}",
            f"{result.cpu_seconds:.1f} s",
            f"{_mib(result.resident)} MiB",
            f"{result.bytes_an_id:.1f}",
        ),
    ]


def backfill(result: Backfill) -> list[Row]:
    """Return a row for each ingest of the file, with a head."""
    head = ("events", "bytes of one", "a CPU second", "µs an event", "a second", "resident")
    return [
        head,
        *(
            (
                f"{result.events:,}",
                f"{result.bytes_an_event:.0f}",
                f"{result.events / run.cpu_seconds:,.0f}",
                f"{run.cpu_seconds / result.events * 1e6:.1f}",
                f"{result.events / run.seconds:,.0f}",
                f"{_mib(run.resident)} MiB",
            )
            for run in result.runs
        ),
    ]


def _mib(size: int) -> str:
    return f"{size / 2**20:,.0f}"


def _name(server: str) -> str:
    return CONTENDERS[server].says if server in CONTENDERS else server


def _stage(server: str) -> str:
    """Return what a gateway lacks."""
    return _name(server).removeprefix("the gateway without ")


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:,.1f} ms"


def _range(of: Spread, digits: int = 0) -> str:
    median, least, most = (f"{value:,.{digits}f}" for value in (of.median, of.least, of.most))
    return f"{median} ({least}–{most})" if least != most else median  # noqa: RUF001 - a range


def markdown(rows: list[Row]) -> str:
    """Return rows as a table of Markdown."""
    head, *rest = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|---" + "|--:" * (len(rows[0]) - 1) + "|", *rest])
