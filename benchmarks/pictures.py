"""Pictures: the figures that were kept, drawn, in docs/pictures."""

from collections.abc import Mapping
from pathlib import Path

from benchmarks.contenders import BARE, COMPILED, CONTENDERS, GATEWAY, LESS
from benchmarks.cpu import Cpu
from benchmarks.drawing import Bar, bars, lines
from benchmarks.growth import SERIES, Growth
from benchmarks.latency import Latency
from benchmarks.memory import Memory
from benchmarks.result import read, spread
from benchmarks.servers import ROOT

__all__ = ["FOLDER", "drawn", "write"]

_OURS = (GATEWAY.name, COMPILED.name)
FOLDER = ROOT / "docs/pictures"
"""Where they are."""


def drawn() -> Mapping[str, str]:
    """Return every picture there are figures for, by its file's name."""
    found: dict[str, str] = {}
    if cpu := read("cpu", Cpu):
        found["cpu.svg"] = _cpu(cpu)
    if latency := read("latency", Latency):
        found["latency.svg"] = _latency(latency)
    if growth := read("growth", Growth):
        for name in dict.fromkeys(point.series for point in growth.points):
            found[f"growth-{name}.svg"] = _growth(growth, name)
    if memory := read("memory", Memory):
        found["memory.svg"] = _memory(memory)
    return found


def write(folder: Path = FOLDER) -> None:
    """Write all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in drawn().items():
        (folder / name).write_text(picture, encoding="utf-8")


def _cpu(result: Cpu) -> str:
    rows = []
    for name in result.names():
        if not name.startswith(LESS):
            of = spread([run.cpu_per_event for run in result.runs(name)])
            says = CONTENDERS[name].says.replace("`", "")
            rows.append(Bar(says, of.median, of.least, of.most, name in _OURS))
    return bars("CPU time of one event", "µs", rows)


def _latency(result: Latency) -> str:
    ours = next((at.server for at in result.paced if at.server in _OURS), None)
    series: dict[str, list[tuple[float, float]]] = {}
    for at in result.paced:
        if at.found.unanswered:
            continue
        says = CONTENDERS[at.server].says
        series.setdefault(f"{says}, p99", []).append((at.rate, at.found.answer.p99))
        if at.server == ours:
            series.setdefault("the broker alone meanwhile, p99", []).append((at.rate, at.ack.p99))
    return lines(
        "Time to the 2xx", series, across="events a second", up="ms", log_across=True, log_up=True
    )


def _growth(result: Growth, name: str) -> str:
    points = [point for point in result.points if point.series == name]
    series = {
        CONTENDERS[server].says: [
            (float(point.size), point.run.cpu_per_event)
            for point in points
            if point.server == server
        ]
        for server in (*_OURS, BARE.name)
    }
    return lines(
        f"CPU time of one event, by {SERIES[name].says}",
        {server: line for server, line in series.items() if line},
        across=SERIES[name].says,
        up="µs",
        log_across=True,
        log_up=name == "size",
        in_bytes=name == "size",
    )


def _memory(result: Memory) -> str:
    series = {
        "resident": [(each.seconds / 60, each.resident / 2**20) for each in result.samples],
        "of which ids": [(each.seconds / 60, each.id_bytes / 2**20) for each in result.samples],
    }
    title = f"Memory of {CONTENDERS[result.server].says} at {result.rate:g} events a second"
    return lines(title, series, across="minutes", up="MiB")
