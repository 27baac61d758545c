"""`python -m tests.faults`: inject every fault, show what was found, keep it for the table."""

import time
import uuid
from collections.abc import Sequence
from typing import Annotated, NamedTuple

import typer
import uvloop
from rich.console import Console

from docs.generate import PARTS
from docs.generate import write as write_part
from gateway.embedded import Kafka, KafkaFailed
from tests.faults.broker import proxied_broker
from tests.faults.context import Context, Store
from tests.faults.proxy import Proxy
from tests.faults.row import Row
from tests.faults.scenarios import OMITTED, SCENARIOS, Scenario, chosen
from tests.faults.sender import CSTAR_DELAYS, DELAYS
from tests.faults.table import entry, read, write

_LIKELY_SECONDS = 60.0

_console = Console(stderr=True, highlight=False)


class Settings(NamedTuple):
    """What the command line says of every scenario."""

    store: Store
    delays: Sequence[float]
    seed: int
    events: int
    minutes: float
    rate: float
    kill_minutes: float

    def context(self, kafka: Kafka, proxy: Proxy) -> Context:
        """Return the context of one scenario."""
        return Context(kafka, proxy, f"t{uuid.uuid4().hex[:8]}", *self)


def faults(  # noqa: PLR0913 - each an option of its own
    *,
    only: Annotated[str, typer.Option(help="Faults, with commas between: F2,F4.")] = "",
    resume: Annotated[
        float, typer.Option(help="Leave out what was found to hold in so many hours.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="Of events, replicas and schedule.")] = 1,
    events: Annotated[int, typer.Option(min=100, help="Sent in each scenario.")] = 2000,
    kill_minutes: Annotated[float, typer.Option(help="Of kills on and on, F16b.")] = 10.0,
    minutes: Annotated[float, typer.Option(help="Of the random schedule, F32.")] = 5.0,
    rate: Annotated[float, typer.Option(help="Events a second in F16b and F32.")] = 400.0,
    store: Annotated[Store, typer.Option(help="Of ids; memory: one gateway.")] = "kafka",
    hasty: Annotated[bool, typer.Option("--hasty", help="Retry after 0.3 s, not 30.")] = False,
    keep: Annotated[bool, typer.Option(help="Keep each result and write the table.")] = True,
) -> None:
    """Inject faults into gateways under load and hold the whole log to what was answered."""
    delays = DELAYS if hasty else CSTAR_DELAYS
    settings = Settings(store, delays, seed, events, minutes, rate, kill_minutes)
    try:
        scenarios = [*chosen([name for name in only.split(",") if name])]
        fresh = {one.scenario for one in read().entries if one.row.good and one.newer(resume)}
        scenarios = [scenario for scenario in scenarios if scenario.name not in fresh]
        good = uvloop.run(run_all(scenarios, settings, keep=keep))
    except (ValueError, KafkaFailed) as problem:
        _console.print(f"[red]{problem}")
        raise typer.Exit(2) from None
    raise typer.Exit(0 if good else 1)


async def run_all(scenarios: Sequence[Scenario], settings: Settings, *, keep: bool) -> bool:
    """Run scenarios on one broker, each under a prefix of its own; return whether all hold.

    Each is shown, and kept, as it comes: a run that is broken off has lost nothing.
    """
    good = True
    lengths = {one.scenario: one.seconds for one in read().entries}
    async with proxied_broker() as (kafka, proxy):
        for at, scenario in enumerate(scenarios):
            left = sum(lengths.get(one.name) or _LIKELY_SECONDS for one in scenarios[at:])
            _console.print(
                f"[dim]{at + 1} of {len(scenarios)}, about {left / 60:.0f} min to go:"
                f" {scenario.fault} {scenario.name}"
            )
            began = time.monotonic()
            row = await _run(scenario, settings.context(kafka, proxy))
            await proxy.heal()
            seconds = time.monotonic() - began
            _show(row, seconds)
            good = good and row.good
            if keep:
                _keep(scenario, row, settings, round(seconds, 1))
    return good


def _keep(scenario: Scenario, row: Row, settings: Settings, seconds: float) -> None:
    seed, retry = settings.seed, settings.delays[0]
    found = entry(scenario.name, row, seconds=seconds, seed=seed, retry=retry)
    omitted = [entry(one.fault, one, seconds=0, seed=seed, retry=retry) for one in OMITTED]
    order = [*(one.name for one in SCENARIOS), *(one.fault for one in OMITTED)]
    write([found, *omitted], order)
    write_part(next(part for part in PARTS if part.name == "faults"))


async def _run(scenario: Scenario, context: Context) -> Row:
    try:
        return await scenario.run(context)
    except Exception as error:  # noqa: BLE001 - the others are run all the same
        _console.print_exception()
        told = f"{type(error).__name__}: {error}"
        return Row(fault=scenario.fault, name=scenario.name, failures=(told,))


def _show(row: Row, seconds: float) -> None:
    good = "[green]holds[/]" if row.good else "[red]does not hold[/]"
    _console.print(
        f"{row.fault:4} {row.name}: {good}; {row.sent:,} events, {row.unavailable:,} × 503, "  # noqa: RUF001 - times
        f"{row.lost} lost, {row.duplicates} twice, {row.unknowable} excused; {seconds:.0f} s"
    )
    for line in (row.notes, *row.failures):
        if line:
            _console.print(f"     {line}", markup=False)


if __name__ == "__main__":
    typer.run(faults)
