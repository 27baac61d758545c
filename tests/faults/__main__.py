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
from tests.faults.scenarios import OMITTED, Scenario, chosen
from tests.faults.sender import CSTAR_DELAYS, DELAYS
from tests.faults.table import entry, write

_console = Console(stderr=True, highlight=False)


class Settings(NamedTuple):
    """What the command line says of every scenario."""

    store: Store
    delays: Sequence[float]
    seed: int
    events: int
    minutes: float
    rate: float

    def context(self, kafka: Kafka, proxy: Proxy) -> Context:
        """Return the context of one scenario."""
        return Context(kafka, proxy, f"t{uuid.uuid4().hex[:8]}", *self)


def faults(
    *,
    only: Annotated[str, typer.Option(help="Faults, with commas between: F2,F4.")] = "",
    seed: Annotated[int, typer.Option(help="Of events, replicas and schedule.")] = 1,
    events: Annotated[int, typer.Option(min=100, help="Sent in each scenario.")] = 3000,
    minutes: Annotated[float, typer.Option(help="Of the random schedule.")] = 10.0,
    rate: Annotated[float, typer.Option(help="Events a second of the random schedule.")] = 400.0,
    store: Annotated[Store, typer.Option(help="Of ids; memory: one gateway.")] = "kafka",
    hasty: Annotated[bool, typer.Option("--hasty", help="Retry after 0.3 s, not 30.")] = False,
    keep: Annotated[bool, typer.Option(help="Keep the result and write the table.")] = True,
) -> None:
    """Inject faults into gateways under load and hold the whole log to what was answered."""
    delays = DELAYS if hasty else CSTAR_DELAYS
    settings = Settings(store, delays, seed, events, minutes, rate)
    try:
        scenarios = [*chosen([name for name in only.split(",") if name])]
        found = uvloop.run(run_all(scenarios, settings))
    except (ValueError, KafkaFailed) as problem:
        _console.print(f"[red]{problem}")
        raise typer.Exit(2) from None
    if keep:
        write([entry(row, seed=seed, retry=delays[0]) for row in (*found, *OMITTED)])
        write_part(next(part for part in PARTS if part.name == "faults"))
    raise typer.Exit(0 if all(row.good for row in found) else 1)


async def run_all(scenarios: Sequence[Scenario], settings: Settings) -> list[Row]:
    """Run scenarios on one broker, each under a prefix of its own; show each row as it comes."""
    rows: list[Row] = []
    async with proxied_broker() as (kafka, proxy):
        for scenario in scenarios:
            began = time.monotonic()
            row = await _run(scenario, settings.context(kafka, proxy))
            await proxy.heal()
            rows.append(row)
            _show(row, time.monotonic() - began)
    return rows


async def _run(scenario: Scenario, context: Context) -> Row:
    try:
        return await scenario.run(context)
    except Exception as error:  # noqa: BLE001 - the others are run all the same
        _console.print_exception()
        name = getattr(scenario.run, "__name__", scenario.fault)
        return Row(fault=scenario.fault, name=name, failures=(f"{type(error).__name__}: {error}",))


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
