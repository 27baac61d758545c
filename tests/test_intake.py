"""One delivery from signed bytes to its ending."""

import asyncio
import json
from typing import Any

import pytest
from multidict import CIMultiDict

from gateway.pipeline.delivery import Delivery, Hints, restore
from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.routes import Payload, Route
from gateway.pipeline.subscription import Subscription
from gateway.pipeline.verdict import Verdict
from gateway.pipeline.webhook import Webhook
from gateway.publication import Pending
from gateway.sink.memory import MemorySink
from tests.intaking import NOW, Setting, event


async def test_accepted() -> None:
    """A good event is one record on its category's topic, and the verdict names it."""
    setting = Setting()
    verdict = await setting.send(event())
    assert verdict == Verdict(Reason.ACKED, "evt_1", "customer.deleted")
    (record,) = setting.sink.of_topic("cstar.customers")
    assert json.loads(record.value) == event() | {"flat": {"id": "cus_1"}}


async def test_duplicate() -> None:
    """The same event again adds nothing."""
    setting = Setting()
    await setting.send(event())
    assert (await setting.send(event())).reason is Reason.SEEN
    assert len(setting.sink.of_topic("cstar.customers")) == 1


async def test_a_hundred_at_once_are_one_record() -> None:
    """The same event 100 times at once is one record and 100 good answers."""
    setting = Setting()
    setting.sink.hold()
    tasks = [asyncio.create_task(setting.send(event())) for _ in range(100)]
    await asyncio.sleep(0)
    setting.sink.release()
    reasons = [(await task).reason for task in tasks]
    assert reasons == [Reason.ACKED] + [Reason.TWIN] * 99
    assert len(setting.sink.of_topic("cstar.customers")) == 1


async def test_twins_share_a_failure_and_the_retry_starts_afresh() -> None:
    """When Kafka refuses the first, its twins fail with it, and a retry is a first attempt."""
    setting = Setting()
    setting.sink.fail(Reason.KAFKA_REFUSED)
    first, twin = await asyncio.gather(setting.send(event()), setting.send(event()))
    assert (first.reason, twin.reason) == (Reason.KAFKA_REFUSED, Reason.TWIN_FAILED)
    setting.sink.fail(None)
    assert (await setting.send(event())).reason is Reason.ACKED


async def test_a_late_ack_after_503_makes_the_retry_a_duplicate() -> None:
    """An event whose ack came after its 503 is not published again by the retry."""
    setting = Setting(sink=MemorySink(publish_timeout=0.01))
    setting.sink.hold()
    assert (await setting.send(event())).reason is Reason.PUBLISH_TIMEOUT
    setting.sink.release()
    await asyncio.sleep(0)
    assert (await setting.send(event())).reason is Reason.SEEN
    assert len(setting.sink.of_topic("cstar.customers")) == 1


async def test_a_duplicate_tells_how_old_its_event_is() -> None:
    """What was accepted five minutes ago is a hit of that age; a first delivery is none."""
    setting = Setting()
    await setting.send(event())
    setting.now += 300.0
    await setting.send(event())
    assert [each for each in setting.noticed.all if each[0] == "duplicate"] == [("duplicate", 300)]


async def test_a_retry_joins_what_is_still_in_flight() -> None:
    """A retry while the first is in flight waits its time, then fails without a second record."""
    setting = Setting(sink=MemorySink(publish_timeout=0.01), twin_timeout=0.01)
    setting.sink.hold()
    assert (await setting.send(event())).reason is Reason.PUBLISH_TIMEOUT
    assert (await setting.send(event())).reason is Reason.TWIN_FAILED
    setting.sink.release()
    await asyncio.sleep(0)
    assert len(setting.sink.of_topic("cstar.customers")) == 1


async def test_a_request_that_is_cancelled_leaves_its_claim() -> None:
    """When whoever asked goes away, the record is published once and the retry knows it."""
    setting = Setting()
    setting.sink.hold()
    task = asyncio.create_task(setting.send(event()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    setting.sink.release()
    await asyncio.sleep(0)
    assert (await setting.send(event())).reason is Reason.SEEN
    assert len(setting.sink.of_topic("cstar.customers")) == 1


async def test_a_refusal_at_once_claims_nothing() -> None:
    """Where the sink cannot take it, the delivery is unavailable with its reason, and free."""
    setting = Setting()
    setting.sink.refusal = (Reason.QUEUE_FULL, "full")
    assert await setting.send(event()) == Verdict(
        Reason.QUEUE_FULL, "evt_1", "customer.deleted", "full"
    )
    setting.sink.refusal = None
    assert (await setting.send(event())).reason is Reason.ACKED


async def test_filtered() -> None:
    """A type that neither the webhook nor a route wants is filtered, and not remembered."""
    setting = Setting(Webhook("tickets", Subscription(["ticket.*"])))
    assert (await setting.send(event())).reason is Reason.UNSUBSCRIBED
    assert (await setting.send(event())).reason is Reason.UNSUBSCRIBED
    assert setting.sink.records == {}


async def test_all_copies() -> None:
    """Every copy of an event is published, each in its form."""
    route = Route(Subscription(["customer.*"]), "crm", Payload.FLAT)
    setting = Setting(routes=(route,))
    assert (await setting.send(event())).reason is Reason.ACKED
    (copy,) = setting.sink.of_topic("crm")
    assert json.loads(copy.value)["data_id"] == "cus_1"
    assert len(setting.sink.of_topic("cstar.customers")) == 1


async def test_same_id_other_data() -> None:
    """The same id with other data is published, marked and noticed; its retry is a duplicate."""
    setting = Setting()
    await setting.send(event())
    other = event(data={"id": "cus_2"})
    assert (await setting.send(other)).reason is Reason.ACKED
    assert (await setting.send(other)).reason is Reason.SEEN
    first, second = setting.sink.of_topic("cstar.customers")
    assert ("cstar-id-conflict", b"true") not in first.headers
    assert ("cstar-id-conflict", b"true") in second.headers
    assert ("id_conflict",) in setting.noticed.all


async def test_same_id_of_another_team_is_another_event() -> None:
    """Identity is team and id: two teams may use one id."""
    setting = Setting()
    await setting.send(event())
    assert (await setting.send(event(team_id="team_2"))).reason is Reason.ACKED


@pytest.mark.parametrize(
    ("body", "reason", "event_id"),
    [
        (b"junk", Reason.BODY_NOT_JSON, None),
        (b"\xff\xfe", Reason.BODY_NOT_JSON, None),
        (b"[]", Reason.ENVELOPE_INVALID, None),
        (event(team_id=""), Reason.ENVELOPE_INVALID, None),
        (event(data=[]), Reason.DATA_NOT_OBJECT, "evt_1"),
        (event(data={f"k{n}": n for n in range(2001)}), Reason.FLAT_TOO_MANY_KEYS, "evt_1"),
        (event(team_id="team_9"), Reason.TEAM_NOT_ALLOWED, "evt_1"),
    ],
)
async def test_quarantined(body: bytes | dict[str, Any], reason: Reason, event_id: str) -> None:
    """What is authentic but unusable goes to quarantine with its reason, raw, and once."""
    setting = Setting(Webhook("crm", teams=frozenset({"team_1", ""})))
    verdict = await setting.send(body, X_Event_ID="evt_1")
    assert (verdict.reason, verdict.event_id) == (reason, event_id)
    assert (await setting.send(body)).reason is Reason.SEEN
    (record,) = setting.sink.of_topic("cstar.quarantine")
    assert record.value == (body if isinstance(body, bytes) else json.dumps(body).encode())
    assert record.headers[0] == ("cstar-reason", reason.encode())
    assert len(setting.sink.records) == 1


async def test_a_record_over_the_topics_limit_is_quarantined() -> None:
    """A record larger than its topic takes is quarantined instead."""
    setting = Setting(sink=MemorySink(limits={"cstar.customers": 100}))
    assert (await setting.send(event())).reason is Reason.RECORD_TOO_LARGE
    assert setting.sink.of_topic("cstar.customers") == []


async def test_a_forged_team_cannot_suppress_the_true_one() -> None:
    """An event of a team the webhook may not speak for leaves that team's identity free."""
    setting = Setting(Webhook("crm", teams=frozenset({"team_2"})))
    assert (await setting.send(event())).reason is Reason.TEAM_NOT_ALLOWED
    setting.intake.keyring = Setting().intake.keyring
    assert (await setting.send(event())).reason is Reason.ACKED


async def test_our_own_fault_loses_nothing() -> None:
    """Should building an event fail by a fault of ours, it is quarantined, not lost."""

    class Broken(MemorySink):
        def record_limit(self, topic: str) -> int:
            raise ZeroDivisionError(topic)

    setting = Setting(sink=Broken())
    verdict = await setting.send(event())
    assert (verdict.reason, verdict.detail) == (Reason.UNPROCESSABLE, "")
    assert len(setting.sink.of_topic("cstar.quarantine")) == 1


@pytest.mark.parametrize(
    ("changes", "contract", "noticed"),
    [
        ({}, False, []),
        ({"type": "customer.merged"}, False, [("drift", "other", "unknown_type")]),
        (
            {"data": {"id": "cus_1", "why": {"x": 1}}},
            False,
            [("drift", "customer.deleted", "unknown_field")],
        ),
        ({"data": {"id": 7}}, True, [("drift", "customer.deleted", "wrong_type")]),
        ({"data": {}}, True, [("drift", "customer.deleted", "missing")]),
        ({"created_at": "soon"}, True, [("drift", "customer.deleted", "wrong_type")]),
    ],
)
async def test_drift(
    changes: dict[str, Any],
    contract: bool,  # noqa: FBT001 - a parameter
    noticed: list[tuple[object, ...]],
) -> None:
    """Unknown types and fields and wrong types are published; only violations are marked."""
    setting = Setting()
    assert (await setting.send(event(**changes))).reason is Reason.ACKED
    (record,) = setting.sink.of_topic("cstar.customers")
    assert (("cstar-contract", b"violated") in record.headers) is contract
    assert [row for row in setting.noticed.all if row[0] == "drift"] == noticed


async def test_headers_that_disagree_are_noticed_and_lose() -> None:
    """Where an unsigned header disagrees with the body the body wins, and it is counted."""
    setting = Setting()
    verdict = await setting.send(event(), X_Event_ID="evt_9", X_Event_Type="boss.spawned")
    assert verdict.event_id == "evt_1"
    assert len(setting.sink.of_topic("cstar.customers")) == 1
    assert ("header_mismatch", "X-Event-ID") in setting.noticed.all
    assert ("header_mismatch", "X-Event-Type") in setting.noticed.all


async def test_possible_duplicate() -> None:
    """An event made before the window was complete may have been published before: it says so."""
    setting = Setting()
    setting.complete_since = NOW
    await setting.send(event())
    await setting.send(event(id="evt_2", created_at="2026-04-27T18:42:10Z"))
    await setting.send(event(id="evt_3", created_at=None))
    marked = [
        ("cstar-possible-duplicate", b"true") in record.headers
        for record in setting.sink.of_topic("cstar.customers")
    ]
    assert marked == [False, True, True]


async def test_proof_is_told_to_the_observer() -> None:
    """A proved delivery tells webhook, secret, skew and attempt; an unproved one nothing."""
    setting = Setting()
    await setting.send(event(), X_Delivery_Attempt="6")
    assert setting.noticed.all == [("signature_matched", "crm", 0, 0.0), ("attempt", 6)]
    setting.noticed.all.clear()
    with pytest.raises(Ended):
        setting.intake.prove(CIMultiDict({"X-Signature": "no"}), b"{}")
    assert setting.noticed.all == []


def kept(body: dict[str, Any], webhook: Webhook | None = None) -> Delivery:
    """Return a delivery as it is restored from the quarantine."""
    return restore(json.dumps(body).encode(), webhook or Webhook("crm"), Hints(), now=NOW)


async def test_a_replay_is_published_though_its_quarantine_is_known() -> None:
    """What was quarantined under its own identity a replay publishes; a retry adds nothing."""
    setting = Setting(sink=MemorySink(limits={"cstar.customers": 100}))
    assert (await setting.send(event())).reason is Reason.RECORD_TOO_LARGE
    setting.sink._limits.clear()
    first = await setting.intake.replay(kept(event()))
    assert first == Verdict(Reason.ACKED, "evt_1", "customer.deleted")
    assert (await setting.intake.replay(kept(event()))).reason is Reason.SEEN
    assert (await setting.send(event())).reason is Reason.SEEN
    (record,) = setting.sink.of_topic("cstar.customers")
    assert json.loads(record.value) == event() | {"flat": {"id": "cus_1"}}


async def test_a_replay_of_what_nobody_knows_is_known_to_a_retry() -> None:
    """After a restart, or under the digest of its bytes alone: the retry of a replay is known."""
    setting = Setting()
    assert (await setting.intake.replay(kept(event()))).reason is Reason.ACKED
    assert (await setting.send(event())).reason is Reason.SEEN
    assert len(setting.sink.of_topic("cstar.customers")) == 1


async def test_two_replays_at_once_are_one_record() -> None:
    """Two records of one event, replayed at once, are published once."""
    setting = Setting()
    verdicts = await asyncio.gather(*(setting.intake.replay(kept(event())) for _ in range(2)))
    assert [verdict.reason for verdict in verdicts] == [Reason.ACKED, Reason.TWIN]
    assert len(setting.sink.of_topic("cstar.customers")) == 1


async def test_a_replay_joins_what_is_in_flight() -> None:
    """An event that is just being published is not replayed beside it."""
    setting = Setting()
    setting.sink.hold()
    sending = asyncio.create_task(setting.send(event()))
    await asyncio.sleep(0)
    replaying = asyncio.create_task(setting.intake.replay(kept(event())))
    await asyncio.sleep(0)
    setting.sink.release()
    assert ((await sending).reason, (await replaying).reason) == (Reason.ACKED, Reason.TWIN)


async def test_a_replay_of_an_id_with_other_data_says_so() -> None:
    """An id that was accepted with other data meanwhile is replayed, and marked as a conflict."""
    setting = Setting()
    await setting.send(event(data={"id": "other"}))
    assert (await setting.intake.replay(kept(event()))).reason is Reason.ACKED
    second = setting.sink.of_topic("cstar.customers")[-1]
    assert ("cstar-id-conflict", b"true") in second.headers


async def test_a_failed_replay_is_free() -> None:
    """A replay that Kafka refused leaves nothing behind: the next is a first one."""
    setting = Setting()
    setting.sink.fail(Reason.KAFKA_REFUSED)
    assert (await setting.intake.replay(kept(event()))).reason is Reason.KAFKA_REFUSED
    setting.sink.fail(None)
    assert (await setting.intake.replay(kept(event()))).reason is Reason.ACKED


@pytest.mark.parametrize(
    ("body", "webhook", "reason"),
    [
        ({}, Webhook("crm"), Reason.ENVELOPE_INVALID),
        (event(data=[]), Webhook("crm"), Reason.DATA_NOT_OBJECT),
        (event(), Webhook("crm", teams=frozenset({"team_2"})), Reason.TEAM_NOT_ALLOWED),
        (event(), Webhook("crm", Subscription(["ticket.*"])), Reason.UNSUBSCRIBED),
        (event(), Webhook("crm"), Reason.ACKED),
    ],
)
async def test_what_is_still_unusable_is_left(
    body: dict[str, Any], webhook: Webhook, reason: Reason
) -> None:
    """A replay and its judgement beforehand say the same; what is unusable is written nowhere."""
    setting = Setting()
    assert setting.intake.judge(kept(body, webhook)).reason is reason
    assert setting.sink.records == {}
    assert (await setting.intake.replay(kept(body, webhook))).reason is reason
    assert setting.sink.of_topic("cstar.quarantine") == []
    assert len(setting.sink.of_topic("cstar.customers")) == (reason is Reason.ACKED)


async def test_many_are_begun_in_one_turn_of_the_loop() -> None:
    """Deliveries wait for nothing but Kafka's word, and a twin for that of the first."""
    setting, webhook = Setting(), Webhook("crm", teams=frozenset({"team_1"}))
    bodies = [event(), event(), event(id="evt_2", data=[]), event(team_id="team_2"), {}]
    pending = [setting.intake.begin(kept(body, webhook)) for body in bodies]
    first, twin, *unusable = [each for each in pending if isinstance(each, Pending)]
    assert setting.sink.records == {}
    assert (twin.acked, twin.settled) == (Reason.TWIN, first.settled)
    assert [(each.acked, each.detail) for each in unusable] == [
        (Reason.DATA_NOT_OBJECT, "data is not an object"),
        (Reason.TEAM_NOT_ALLOWED, "team team_2"),
        (Reason.ENVELOPE_INVALID, "Object missing required field `id`"),
    ]
    await asyncio.wait([each.answer for each in (first, twin, *unusable)])
    assert len(setting.sink.of_topic("cstar.customers")) == 1
    assert len(setting.sink.of_topic("cstar.quarantine")) == 3
    assert isinstance(setting.intake.begin(kept(event())), Verdict)
