"""Context: what a scenario is given.

May live here: the values every scenario shares. May not: what one of them does with them.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from gateway.embedded import Kafka
from tests.faults.proxy import Proxy
from tests.faults.sender import DELAYS

__all__ = ["Context", "Store"]

Store = Literal["memory", "kafka"]


class Context(NamedTuple):
    """What a scenario is given: `async def run(context: Context) -> Row`.

    Attributes:
        kafka: a broker it may kill and freeze; up at the start, and to be left up.
        proxy: stands before it: `kafka.bootstrap_servers` leads here; to be left healed.
        prefix: of its topics; no other scenario has it.
        store: where gateways keep the ids of accepted events.
        delays: seconds between an event's attempts.
        seed: of every choice.
        events: about how many distinct events to send.
        minutes: of the random schedule.
        rate: events a second under random faults.
        kill_minutes: of kills on and on.
    """

    kafka: Kafka
    proxy: Proxy
    prefix: str
    store: Store = "memory"
    delays: Sequence[float] = DELAYS
    seed: int = 1
    events: int = 2000
    minutes: float = 1.0
    rate: float = 400.0
    kill_minutes: float = 1.0
