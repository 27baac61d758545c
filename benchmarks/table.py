"""Table: a result for people, on the terminal and in docs/performance.md."""

from pathlib import Path

from benchmarks.result import RESULTS, Pair, Result, Run, Spread, read, spread

__all__ = ["LATEST", "render", "tables"]

LATEST = RESULTS / "latest.json"

Row = tuple[str, ...]


def render(path: Path = LATEST) -> str:
    """Return the Markdown of a result: when, where and how, the comparison, the steps."""
    result = read(path)
    machine = result.machine
    libraries = ", ".join(f"{name} {version}" for name, version in machine.libraries.items())
    told = (
        f"Measured {result.date[:10]} with `{result.command}`, gateway {result.version}, on "
        f"{machine.cores} cores of {machine.cpu}, {machine.memory_gib:g} GiB, {machine.system}, "
        f"{machine.python}, {libraries}. Load average before it: {machine.load:g}."
    )
    return "\n\n".join([told, *(_markdown(rows) for rows in tables(result))])


def tables(result: Result) -> tuple[list[Row], list[Row]]:
    """Return the rows of the comparison and of the steps, each with its head."""
    comparison: list[Row] = [
        ("", "CPU per event", "events a second", "events measured"),
        ("bare aiohttp", *_figures([pair.bare for pair in result.pairs])),
        ("the gateway", *_figures([pair.gateway for pair in result.pairs])),
        ("gateway ÷ bare, pair by pair", _ratio(result.ratio), _rates(result.pairs), ""),
    ]
    steps: list[Row] = [("step", "µs an event")]
    steps += [(stage.name, f"{stage.microseconds:.1f}") for stage in result.stages]
    return comparison, steps


def _figures(runs: list[Run]) -> Row:
    cpu = spread([run.cpu_per_event for run in runs])
    rate = spread([run.rate for run in runs])
    return (
        f"{cpu.median:.0f} µs ({cpu.least:.0f}–{cpu.most:.0f})",  # noqa: RUF001 - a range
        f"{rate.median:,.0f} ({rate.least:,.0f}–{rate.most:,.0f})",  # noqa: RUF001 - same
        f"{sum(run.events for run in runs):,}",
    )


def _rates(pairs: list[Pair]) -> str:
    return _ratio(spread([pair.gateway.rate / pair.bare.rate for pair in pairs]))


def _ratio(of: Spread) -> str:
    return f"{of.median:.2f} × ({of.least:.2f}–{of.most:.2f})"  # noqa: RUF001 - times, a range


def _markdown(rows: list[Row]) -> str:
    head, *rest = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|---" * len(rows[0]) + "|", *rest])
