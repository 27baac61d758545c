"""CPU: what an event costs each server, in rounds.

A round runs every server once, in shuffled order, because machines drift: a ratio is of two runs of
one round, and what is shown is the middle of the rounds' ratios.
"""

import random
from collections.abc import Callable, Iterator, Sequence

import msgspec

from benchmarks.contenders import BARE, Contender
from benchmarks.failure import BenchFailed
from benchmarks.result import Head, Spread, spread
from benchmarks.run import Demand, Run, run
from gateway.embedded import Kafka

__all__ = ["Cpu", "rounds"]


class Cpu(msgspec.Struct, frozen=True, kw_only=True):
    """A whole comparison.

    Attributes:
        head: when, where and how.
        demand: of every run.
        rounds: each server's run, by name.
    """

    head: Head
    demand: Demand
    rounds: list[dict[str, Run]]

    def names(self) -> list[str]:
        """Return the servers that were run."""
        return list(self.rounds[0])

    def runs(self, name: str) -> list[Run]:
        """Return all runs of a server."""
        return [each[name] for each in self.rounds]

    def ratio(self, name: str, base: str = BARE.name) -> Spread:
        """Return a server's CPU per event in another's, round by round."""
        return spread([each[name].cpu_per_event / each[base].cpu_per_event for each in self.rounds])

    def difference(self, name: str, base: str) -> Spread:
        """Return a server's CPU per event less another's, round by round, microseconds."""
        return spread([each[name].cpu_per_event - each[base].cpu_per_event for each in self.rounds])


def rounds(
    kafka: Kafka,
    contenders: Sequence[Contender],
    demand: Demand,
    count: int,
    tell: Callable[[str], None],
) -> Iterator[dict[str, Run]]:
    """Yield each round when it has run.

    Args:
        kafka: a broker, for all of them.
        contenders: in the order in which they are shown.
        demand: of every run.
        count: of rounds.
        tell: told of each step.

    Raises:
        BenchFailed: a run does not count.
    """
    order = random.Random(demand.mix.seed)  # noqa: S311 - an order, not a secret
    for number in range(1, count + 1):
        found = {}
        for each in order.sample(contenders, len(contenders)):
            tell(f"round {number} of {count}: {each.says}")
            try:
                found[each.name] = run(kafka, each, demand)
            except BenchFailed as failure:
                raise BenchFailed(f"{each.says}: {failure}") from None
        yield {each.name: found[each.name] for each in contenders}
