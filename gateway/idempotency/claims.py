"""Claims: who publishes an event, who waits for a twin, who is a duplicate.

```
absent ──hold──▶ in flight ──ack──▶ committed (remembered for the window)
   ▲                 │
   └────failure──────┘   Kafka definitely does not have it: the next attempt is a first one
```

The rules that make it safe:

1. Nothing is awaited between `look` and `hold`: on one event loop that makes a claim atomic.
2. An entry in flight lives as long as Kafka's future, not as long as the request: a request that
   has given up leaves it, and the retry joins it or finds it committed.
3. The mark comes after the ack and before the answer.
4. Where nobody can say whether Kafka has an event, the entry stays until its topics were read back.
"""

import time
from asyncio import Future, Task, get_running_loop, wait
from collections.abc import Callable
from typing import final

from gateway.idempotency.identity import ANY_DATA, Digester, Identity
from gateway.idempotency.marks import MarkStore
from gateway.idempotency.window import Window
from gateway.pipeline.reasons import Reason
from gateway.publication import Ack

__all__ = ["Claims", "Settled", "Standing"]

Settled = Future[tuple[Ack, ...] | Reason]
"""`Publication.settled`: the truth about a set of records, however late."""


@final
class Standing:
    """What is known of an event when it arrives.

    Attributes:
        identity: what to hold it under.
        seen_at: when it was committed, seconds since the epoch; None if it was not.
        twin: settles with the twin in flight; None if there is none.
        conflict: whether its id was seen with other data.
    """

    __slots__ = ("conflict", "identity", "seen_at", "twin")

    def __init__(
        self,
        identity: Identity,
        seen_at: int | None = None,
        twin: Settled | None = None,
        *,
        conflict: bool = False,
    ) -> None:
        self.identity = identity
        self.seen_at = seen_at
        self.twin = twin
        self.conflict = conflict

    @property
    def known(self) -> bool:
        """Whether the event was committed, or is in flight."""
        return self.seen_at is not None or self.twin is not None


@final
class Claims:
    """The claims of one process.

    Args:
        window: the committed ids.
        marks: told of each commit.
        digester: makes the identity of a conflicting twin.
        clock: seconds since the epoch that never go back.
        wall: seconds since the epoch as deliveries' arrivals have them.
    """

    def __init__(
        self,
        window: Window,
        marks: MarkStore,
        digester: Digester,
        clock: Callable[[], float],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._window = window
        self._marks = marks
        self._digester = digester
        self._clock = clock
        self._wall = wall
        self._in_flight: dict[bytes, tuple[bytes, Settled]] = {}
        self._looking_up: dict[Task[None], float] = {}
        self._held: dict[Settled, tuple[float, list[Identity]]] = {}

    @property
    def in_flight(self) -> int:
        """How many events are in flight to Kafka."""
        return len(self._in_flight)

    @property
    def oldest(self) -> float | None:
        """When the oldest event in flight, or looked up, came (epoch); None where none is."""
        held = (since for since, _ in self._held.values())
        return min((*held, *self._looking_up.values()), default=None)

    def look(self, identity: Identity) -> Standing:
        """Return where an event stands. Hold it, or drop it, before awaiting anything."""
        key = identity.key
        if key not in self._in_flight and not self._window.may_hold(key):  # nearly always
            return Standing(identity)
        standing = self._look(identity)
        if not standing.conflict:
            return standing
        # Published under an identity of its own, so that its own retries are known.
        own = self._look(self._digester.conflicting(identity))
        return Standing(own.identity, own.seen_at, own.twin, conflict=True)

    def _look(self, identity: Identity) -> Standing:
        flying = self._in_flight.get(identity.key)
        if flying is not None:
            data, twin = flying
            if data == identity.data:
                return Standing(identity, twin=twin)
            return Standing(identity, conflict=True)
        found = self._window.find(identity.key, self._clock())
        if found is None:
            return Standing(identity)
        data, second = found
        if data in (identity.data, ANY_DATA):
            return Standing(identity, seen_at=second)
        return Standing(identity, conflict=True)

    def hold(self, identity: Identity, settled: Settled) -> None:
        """Claim an absent event until Kafka's word on it: an ack marks it, a failure frees it."""
        self._in_flight[identity.key] = (identity.data, settled)
        held = self._held.get(settled)
        if held is None:
            self._held[settled] = (self._wall(), [identity])
            settled.add_done_callback(self._settle)
        else:
            held[1].append(identity)

    def _settle(self, settled: Settled) -> None:
        since, identities = self._held.pop(settled)
        result = None if settled.cancelled() else settled.result()
        if result is Reason.OUTCOME_UNKNOWN:
            task = get_running_loop().create_task(self._look_up(identities, since))
            self._looking_up[task] = since
            task.add_done_callback(self._looking_up.pop)
            return
        for identity in identities:
            del self._in_flight[identity.key]
        if isinstance(result, tuple):
            self._window.add(identities, self._clock())
            self._marks.append(identities, since)

    async def stop(self) -> None:
        """Look up no more; what is not known by now is left to the next start."""
        tasks = [*self._looking_up]
        for task in tasks:
            task.cancel()
        if tasks:
            await wait(tasks)

    async def _look_up(self, identities: list[Identity], since: float) -> None:
        """Free events of unknown outcome once Kafka was asked: it marks those that it has."""
        try:
            await self._marks.read_back(since)
        finally:
            for identity in identities:
                del self._in_flight[identity.key]
