"""The law of claims: whatever happens in whatever order, Kafka has an event once, or not at all."""

import asyncio
from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from gateway.idempotency.claims import Claims, Settled
from gateway.idempotency.identity import Digester, Identity
from gateway.idempotency.marks import MemoryMarks
from gateway.idempotency.window import Window
from gateway.pipeline.reasons import Reason
from gateway.publication import Ack

WINDOW = 33 * 3600
DIGESTER = Digester(b"k" * 32)
ACKS = (Ack("cstar.tickets", 0, 7),)
EVENTS = st.integers(0, 3)
DATA = st.sampled_from([b"{}", b"[]"])


class Log(MemoryMarks):
    """What Kafka has, and the reading back of it."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.records: list[Identity] = []
        self.now = 1_777_315_331.0

    async def read_back(self, since: float) -> None:
        """Mark all that Kafka has."""
        assert since <= self.now
        for identity in self.records:
            if self.window.find(identity.key, self.now) is None:
                self.window.add([identity], self.now)


class Deliveries(RuleBasedStateMachine):
    """Deliveries of a few ids by one process, and every way they may end."""

    publications = Bundle("publications")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        window = Window(WINDOW, 1 << 30)
        self.log = Log(window)
        self.claims = Claims(window, self.log, DIGESTER, lambda: self.log.now, lambda: self.log.now)

    def turn(self) -> None:
        """Let the loop do what is due."""
        self.loop.run_until_complete(asyncio.sleep(0.001))

    @rule(target=publications, number=EVENTS, data=DATA)
    def deliver(self, number: int, data: bytes) -> object:
        """An event comes, for the first time or again; what is absent is published."""
        identity = DIGESTER.event("team", f"evt_{number}", data)
        standing = self.claims.look(identity)
        if standing.known:
            if standing.seen_at is not None:
                assert standing.identity in self.log.records
            return multiple()
        settled: Settled = self.loop.create_future()
        self.claims.hold(standing.identity, settled)
        return (standing.identity, settled)

    @rule(publication=publications, ending=st.sampled_from(["ack", "refused", "lost", "landed"]))
    def settle(self, publication: tuple[Identity, Settled], ending: str) -> None:
        """Kafka takes it, refuses it, or nobody is told what became of it."""
        identity, settled = publication
        if settled.done():
            return
        if ending in ("ack", "landed"):
            self.log.records.append(identity)
        if ending == "ack":
            settled.set_result(ACKS)
        elif ending == "refused":
            settled.set_result(Reason.KAFKA_REFUSED)
        else:
            settled.set_result(Reason.OUTCOME_UNKNOWN)
        self.turn()

    @rule(hours=st.floats(0, 0.7))
    def wait(self, hours: float) -> None:
        """Time passes, but not so much that the window is left."""
        self.log.now += hours * 3600

    @invariant()
    def each_once(self) -> None:
        """No identity is in Kafka twice."""
        assert max(Counter(self.log.records).values(), default=1) == 1

    def teardown(self) -> None:
        """End the loop."""
        self.loop.close()


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
