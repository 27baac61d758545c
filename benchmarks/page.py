"""Page: the figures that were kept, as the generated parts of docs/performance.md.

Each says when, where and by which command; a test holds the page to the figures.
"""

from benchmarks import show
from benchmarks.backfill import Backfill
from benchmarks.contenders import BARE, COMPILED, CONTENDERS, LESS
from benchmarks.cpu import Cpu
from benchmarks.growth import SERIES, Growth
from benchmarks.instructions import Instructions
from benchmarks.latency import Latency
from benchmarks.memory import Memory
from benchmarks.restart import Restart
from benchmarks.result import Head, read
from benchmarks.stages import Stages

__all__ = [
    "backfill",
    "comparison",
    "costs",
    "growth",
    "in_words",
    "instructions",
    "latency",
    "memory",
    "restart",
    "steps",
]

_NOTHING = "Not measured yet."


def comparison() -> str:
    """Return the comparison of servers."""
    result = read("cpu", Cpu)
    if result is None:
        return _NOTHING
    rows = show.markdown(show.cpu(result, stages=False))
    picture = "![CPU time of one event](pictures/cpu.svg)"
    return _part(result.head, picture, rows, show.in_words(result))


def in_words() -> str:
    """Return what an event costs the gateway as it is shipped, in a sentence."""
    result = read("cpu", Cpu)
    own = COMPILED.name
    if result is None or own not in result.names():
        return _NOTHING
    others = [
        f"{result.ratio(own, name).median:.2f} × {CONTENDERS[name].says}"  # noqa: RUF001 - times
        for name in (BARE.name, "go", "fastapi")
        if name in result.names()
    ]
    return (
        f"CPU time of an event: {', '.join(others)} (`{result.head.command}`, medians,"
        f" {result.head.date[:10]}, {result.head.machine.cores} cores of {result.head.machine.cpu})"
    )


def instructions() -> str:
    """Return the counts of instructions."""
    result = read("instructions", Instructions)
    if result is None:
        return _NOTHING
    return _part(result.head, show.markdown(show.instructions(result)))


def costs() -> str:
    """Return what each stage costs: the gateway less the gateway without it."""
    result = read("cpu", Cpu)
    if result is None or not any(name.startswith(LESS) for name in result.names()):
        return _NOTHING
    timed = _part(result.head, show.markdown(show.costs(result)))
    counts = read("instructions", Instructions)
    if counts is None or not any(each.server.startswith(LESS) for each in counts.counts):
        return timed
    return f"{timed}\n\n{_part(counts.head, show.markdown(show.counted_costs(counts)))}"


def latency() -> str:
    """Return the latencies."""
    result = read("latency", Latency)
    if result is None:
        return _NOTHING
    paced, idle = (show.markdown(rows) for rows in show.latency(result))
    picture = "![Time to the 2xx](pictures/latency.svg)"
    return _part(result.head, picture, "At a pace:", paced, "With nothing else to do:", idle)


def growth() -> str:
    """Return every series."""
    result = read("growth", Growth)
    if result is None:
        return _NOTHING
    names = [*dict.fromkeys(point.series for point in result.points)]
    pictures = "\n".join(f"![{SERIES[name].says}](pictures/growth-{name}.svg)" for name in names)
    tables = [show.markdown(show.growth(result, name)) for name in names]
    return _part(result.head, pictures, *tables)


def memory() -> str:
    """Return the memory over time."""
    result = read("memory", Memory)
    if result is None:
        return _NOTHING
    grown, alone, told = (size / 2**20 for size in (result.grown, result.alone, result.told))
    beyond = f"From the first sample to the last it grew by {grown:.1f} MiB"
    if alone:
        beyond += f"; as many ids alone in a process take {alone:.1f} MiB"
    beyond += f", by the gateway's own estimate {told:.1f} MiB."
    picture = "![Memory](pictures/memory.svg)"
    table = show.markdown(show.memory(result))
    return _part(result.head, picture, table, beyond, of=result.server)


def restart() -> str:
    """Return what a start over a full journal takes."""
    result = read("restart", Restart)
    if result is None:
        return _NOTHING
    return _part(result.head, show.markdown(show.restart(result)), of=result.server)


def backfill() -> str:
    """Return how fast stored events are ingested."""
    result = read("backfill", Backfill)
    if result is None:
        return _NOTHING
    return _part(result.head, show.markdown(show.backfill(result)), of=result.server)


def steps() -> str:
    """Return each step alone."""
    result = read("stages", Stages)
    if result is None:
        return _NOTHING
    return _part(result.head, show.markdown(show.stages(result)), of=result.server)


def _part(head: Head, *parts: str, of: str = "") -> str:
    """Return parts under one line that says how they came about, and of which server they are."""
    machine = head.machine
    libraries = ", ".join(f"{name} {version}" for name, version in machine.libraries.items())
    server = f", of {CONTENDERS[of].says}" if of else ""
    told = (
        f"Measured {head.date[:16].replace('T', ' ')} UTC with `{head.command}`{server}; gateway "
        f"{head.version}, {machine.cores} cores of {machine.cpu}, {machine.memory_gib:g} GiB, "
        f"{machine.system}, {machine.python}, {libraries}; load average before it {machine.load:g}."
    )
    return "\n\n".join([told, *parts])
