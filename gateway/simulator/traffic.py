"""Traffic: many events, at a steady rate or as fast as they are answered."""

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator, Sequence

from gateway.events.catalogue import CATALOGUE
from gateway.simulator import DEV_TEAM
from gateway.simulator.occurrence import Occurrence, happen
from gateway.simulator.samples import VARIANTS
from gateway.simulator.sender import Sender, Sent

__all__ = ["TEAMS", "drive", "random_occurrences"]

TEAMS = (DEV_TEAM, *(f"team_{name}" for name in ("acme", "globex", "initech", "umbra", "hooli")))
"""Who the sample traffic is about."""

# A help desk talks mostly of tickets.
_WEIGHTS = {"tickets": 8.0, "customers": 2.0, "community": 1.0}
_MOST_LAG = 1.0


def random_occurrences(
    seed: int, teams: Sequence[str] = TEAMS, *, again: float = 0.0
) -> Iterator[Occurrence]:
    """Yield events without end: the same types, variants and teams for the same seed.

    Args:
        seed: of the choices; ids are always fresh.
        teams: whose events.
        again: how probable it is that the last event comes once more, as after a lost answer.
    """
    choice = random.Random(seed)  # noqa: S311 - samples, not secrets
    types = list(CATALOGUE.values())
    weights = [_WEIGHTS.get(each.category, 0.5) for each in types]
    while True:
        (chosen,) = choice.choices(types, weights)
        variant = choice.choice(VARIANTS[chosen.name])
        occurrence = happen(chosen.name, team_id=choice.choice(teams), variant=variant)
        yield occurrence
        if choice.random() < again:
            yield occurrence


async def drive(
    sender: Sender,
    occurrences: Iterable[Occurrence],
    on_sent: Callable[[Sent], None],
    *,
    rate: float | None = None,
    concurrency: int = 32,
    repeat: int = 1,
) -> None:
    """Deliver events until there are no more, or until cancelled.

    Args:
        sender: how.
        occurrences: taken one by one, as they are due.
        on_sent: called for each, as it ends.
        rate: events a second; None: each as soon as there is room.
        concurrency: most events under way; at the limit the rate gives way.
        repeat: deliveries of each event, one after another, as retries after lost answers.
    """
    loop = asyncio.get_running_loop()
    room = asyncio.Semaphore(concurrency)

    async def deliver(occurrence: Occurrence) -> None:
        try:
            for number in range(1, repeat + 1):
                on_sent(await sender.send(occurrence, attempt=number))
        finally:
            room.release()

    async with asyncio.TaskGroup() as group:
        due = loop.time()
        for occurrence in occurrences:
            await room.acquire()
            group.create_task(deliver(occurrence))
            if rate is not None:
                # What was missed while there was no room is not made up for in a burst.
                due = max(due + 1 / rate, loop.time() - _MOST_LAG)
                await asyncio.sleep(due - loop.time())
