"""Scenarios: every fault of the table, in its order, each once or in several strengths."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from tests.faults.broker_faults import (
    addresses_changed,
    broker_absent,
    broker_frozen,
    broker_killed,
    password_changed,
    password_rotated,
    throttled,
)
from tests.faults.clients import leave_at_every_byte, many_idle
from tests.faults.cluster_faults import (
    followers_frozen,
    leaderless,
    leaders_moved,
    too_few_replicas,
)
from tests.faults.context import Context
from tests.faults.flood import flood_of_ids
from tests.faults.inner_faults import clock_jumps, loop_stalled, task_dies
from tests.faults.nemesis import random_schedule
from tests.faults.network_faults import (
    black_hole,
    connections_reset,
    one_cut_off,
    replies_lost,
    slow_broker,
)
from tests.faults.overload import descriptors_run_out, flood_of_connections
from tests.faults.points import POINTS
from tests.faults.replay_faults import frozen_in_replay, killed_in_replay
from tests.faults.replica_faults import (
    frozen,
    killed,
    killed_at,
    killed_for_minutes,
    restarted,
    terminated,
    terminated_without_kafka,
)
from tests.faults.row import Row, not_injected
from tests.faults.topic_faults import limit_lowered, topic_missing
from tests.faults.twin_faults import hundred_twins, two_replicas

__all__ = ["OMITTED", "SCENARIOS", "Scenario", "chosen"]


class Scenario(NamedTuple):
    """One way to inject one fault."""

    fault: str
    run: Callable[[Context], Awaitable[Row]]

    @property
    def name(self) -> str:
        """What it runs, and how strongly: `broker_frozen seconds=6`."""
        whole, strength = self.run, {}
        if isinstance(self.run, partial):
            whole, strength = self.run.func, self.run.keywords
        return " ".join([whole.__name__, *(f"{key}={value}" for key, value in strength.items())])


SCENARIOS: Sequence[Scenario] = (
    Scenario("F1", broker_absent),
    Scenario("F2", broker_killed),
    Scenario("F3", partial(broker_frozen, seconds=6)),
    Scenario("F3", partial(broker_frozen, seconds=60)),
    Scenario("F4", partial(black_hole, seconds=15)),
    Scenario("F4", one_cut_off),
    Scenario("F5", replies_lost),
    Scenario("F6", connections_reset),
    Scenario("F7", partial(slow_broker, delay=0.5, seconds=5)),
    Scenario("F7", partial(slow_broker, delay=7.0, seconds=10)),
    Scenario("F7", partial(slow_broker, delay=12.0, seconds=15)),
    Scenario("F8", leaderless),
    Scenario("F9", leaders_moved),
    Scenario("F9", too_few_replicas),
    Scenario("F9", followers_frozen),
    Scenario("F10", limit_lowered),
    Scenario("F11", password_changed),
    Scenario("F11", password_rotated),
    Scenario("F12", task_dies),
    Scenario("F13", topic_missing),
    Scenario("F14", addresses_changed),
    Scenario("F16", killed),
    *(Scenario("F16", partial(killed_at, point=point)) for point in POINTS),
    Scenario("F16", killed_in_replay),
    Scenario("F16", frozen),
    Scenario("F16", frozen_in_replay),
    Scenario("F16b", killed_for_minutes),
    Scenario("F17", terminated),
    Scenario("F18", terminated_without_kafka),
    Scenario("F19", hundred_twins),
    Scenario("F20", two_replicas),
    Scenario("F21", restarted),
    Scenario("F23", clock_jumps),
    Scenario("F24", descriptors_run_out),
    Scenario("F24", flood_of_connections),
    Scenario("F25", partial(flood_of_ids, ids=1_000_000, memory="64MiB")),
    Scenario("F25", partial(flood_of_ids, ids=300_000, memory="8MiB")),
    Scenario("F26", loop_stalled),
    Scenario("F28", leave_at_every_byte),
    Scenario("F29", many_idle),
    Scenario("F31", throttled),
    Scenario("F32", random_schedule),
)

OMITTED: Sequence[Row] = (
    not_injected(
        "F15", "token of a log-in expires", "in every run of `make test` instead, under load"
    ),
    not_injected("F22", "Redis fails", "there is none"),
    not_injected(
        "F27", "secret file rotated or spoilt", "in every run of `make test` instead, under load"
    ),
    not_injected("F30", "disk of a local journal is full", "there is none: the journal is a topic"),
)
"""Faults of the list that are not injected, each with the reason."""


def chosen(only: Sequence[str]) -> Iterator[Scenario]:
    """Yield the scenarios of some faults; of all where none is named.

    Raises:
        ValueError: a fault has no scenario.
    """
    unknown = set(only) - {scenario.fault for scenario in SCENARIOS}
    if unknown:
        raise ValueError(f"no scenario of {', '.join(sorted(unknown))}")
    for scenario in SCENARIOS:
        if not only or scenario.fault in only:
            yield scenario
