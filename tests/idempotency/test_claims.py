"""Claims: absent, in flight, committed."""

import asyncio
from collections.abc import Sequence

import pytest

from gateway.idempotency.claims import Claims, Settled
from gateway.idempotency.identity import ANY_DATA, Digester, Identity
from gateway.idempotency.marks import MemoryMarks
from gateway.idempotency.window import Window
from gateway.pipeline.reasons import Reason
from gateway.publication import Ack

DIGESTER = Digester(b"k" * 32)
EVENT = DIGESTER.event("team", "evt", b"{}")
OTHER = DIGESTER.event("team", "evt2", b"{}")
ALTERED = DIGESTER.event("team", "evt", b"[]")
ACKS = (Ack("cstar.tickets", 0, 7),)


class RememberingMarks(MemoryMarks):
    """Remembers what it was told; its reading back ends when a test says so."""

    def __init__(self) -> None:
        self.told: list[list[Identity]] = []
        self.read = asyncio.Event()

    async def read_back(self, since: float) -> None:
        """Wait for the test."""
        assert since > 0
        await self.read.wait()

    def append(self, identities: Sequence[Identity], since: float) -> None:
        """Remember."""
        assert since > 0
        self.told.append(list(identities))


class Setting:
    """Claims with a clock that tests turn."""

    def __init__(self) -> None:
        self.now = 1_777_315_331.0
        self.marks = RememberingMarks()
        self.window = Window(33 * 3600, 1 << 30)
        self.claims = Claims(self.window, self.marks, DIGESTER, lambda: self.now)


@pytest.fixture
def setting() -> Setting:
    """Fresh claims."""
    return Setting()


def future() -> Settled:
    """Return what a sink would."""
    return asyncio.get_running_loop().create_future()


async def test_absent_then_in_flight_then_committed(setting: Setting) -> None:
    """An event is absent until held, its twin waits for it, and an ack commits it."""
    settled = future()
    assert not setting.claims.look(EVENT).known
    setting.claims.hold(EVENT, settled)
    assert setting.claims.look(EVENT).twin is settled
    assert setting.claims.in_flight == 1
    settled.set_result(ACKS)
    await asyncio.sleep(0)
    standing = setting.claims.look(EVENT)
    assert (standing.seen_at, standing.twin) == (1_777_315_331, None)
    assert setting.claims.in_flight == 0
    assert setting.marks.told == [[EVENT]]


async def test_a_failure_releases(setting: Setting) -> None:
    """An event that Kafka does not have is absent again, and is not marked."""
    settled = future()
    setting.claims.hold(EVENT, settled)
    settled.set_result(Reason.KAFKA_REFUSED)
    await asyncio.sleep(0)
    assert not setting.claims.look(EVENT).known
    assert setting.marks.told == []


@pytest.mark.parametrize("found", [True, False])
async def test_an_unknown_outcome_is_looked_up(
    setting: Setting,
    found: bool,  # noqa: FBT001 - a parameter
) -> None:
    """Where nobody can say whether Kafka has an event it stays claimed until Kafka was asked."""
    settled = future()
    setting.claims.hold(EVENT, settled)
    settled.set_result(Reason.OUTCOME_UNKNOWN)
    await asyncio.sleep(0)
    assert setting.claims.look(EVENT).twin is settled
    assert setting.claims.oldest is not None  # nothing since then is covered
    if found:
        setting.window.add([EVENT], setting.now)
    setting.marks.read.set()
    await asyncio.sleep(0.01)
    assert setting.claims.in_flight == 0
    assert setting.claims.look(EVENT).known is found


async def test_what_was_said_may_be_unknown(setting: Setting) -> None:
    """A mark read off a copy that lacks the data matches whatever the event says."""
    setting.window.add([Identity(EVENT.key, ANY_DATA)], setting.now)
    for identity in (EVENT, ALTERED):
        assert setting.claims.look(identity).seen_at is not None


async def test_the_oldest_in_flight_is_known(setting: Setting) -> None:
    """When the oldest event in flight came is told, for whoever covers what came before it."""
    nothing = setting.claims.oldest
    assert nothing is None
    first, second = future(), future()
    setting.claims.hold(EVENT, first)
    began = setting.claims.oldest
    setting.claims.hold(OTHER, second)
    assert began is not None
    assert setting.claims.oldest == began
    first.set_result(ACKS)
    await asyncio.sleep(0)
    later = setting.claims.oldest
    assert later is not None
    assert later >= began
    second.set_result(Reason.KAFKA_REFUSED)
    await asyncio.sleep(0)
    assert [setting.claims.oldest] == [None]


async def test_the_mark_comes_before_whoever_waits(setting: Setting) -> None:
    """Who awaits the ack after holding finds the mark made when it wakes."""
    settled = future()
    setting.claims.hold(EVENT, settled)

    async def wait() -> int | None:
        await asyncio.shield(settled)
        return setting.claims.look(EVENT).seen_at

    waiter = asyncio.create_task(wait())
    await asyncio.sleep(0)
    settled.set_result(ACKS)
    assert await waiter is not None


async def test_one_ack_marks_a_whole_batch_at_once(setting: Setting) -> None:
    """Events that share a batch share its future, and are marked together."""
    settled = future()
    setting.claims.hold(EVENT, settled)
    setting.claims.hold(OTHER, settled)
    settled.set_result(ACKS)
    await asyncio.sleep(0)
    assert setting.marks.told == [[EVENT, OTHER]]


async def test_same_id_other_data_is_a_conflict_once(setting: Setting) -> None:
    """Other data under a known id is published as a conflict; its own retry is a duplicate."""
    for identity in (EVENT, ALTERED):
        standing = setting.claims.look(identity)
        assert not standing.known
        assert standing.conflict is (identity is ALTERED)
        settled = future()
        setting.claims.hold(standing.identity, settled)
        retry = setting.claims.look(identity)
        assert retry.twin is settled
        settled.set_result(ACKS)
        await asyncio.sleep(0)
    assert setting.claims.look(EVENT).known
    assert setting.claims.look(ALTERED).known


async def test_conflict_while_the_first_is_in_flight(setting: Setting) -> None:
    """Other data under an id in flight does not wait for it: it is another event."""
    setting.claims.hold(EVENT, future())
    standing = setting.claims.look(ALTERED)
    assert standing.conflict
    assert not standing.known


async def test_all_seven_attempts_and_the_end_of_the_window(setting: Setting) -> None:
    """After one ack each retry of cStar's schedule is a duplicate; after the window none is."""
    settled = future()
    setting.claims.hold(EVENT, settled)
    settled.set_result(ACKS)
    await asyncio.sleep(0)
    for pause in (30, 120, 600, 3_600, 21_600, 86_400):
        setting.now += pause
        assert setting.claims.look(EVENT).known
    setting.now += 2 * 3_600
    assert not setting.claims.look(EVENT).known
