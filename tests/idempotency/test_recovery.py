"""Which identity a record of the output topics has: the one its delivery was claimed under."""

import json
from typing import Any

import pytest

from gateway.idempotency.identity import ANY_DATA, Digester, Identity
from gateway.idempotency.recovery import Recovery
from gateway.pipeline.routes import Payload, Route
from gateway.pipeline.subscription import Subscription
from gateway.pipeline.webhook import Webhook
from gateway.retrieval import Stored
from tests.intaking import Setting, event

DIGESTER = Digester(b"k" * 32)
RECOVERY = Recovery(DIGESTER, ["cstar.customers", "cstar.tickets"], "cstar.quarantine")


def claimed(body: bytes | dict[str, Any]) -> Identity:
    """Return the identity of an event as the intake claims it."""
    document = body if isinstance(body, dict) else json.loads(body)
    data = json.dumps(document["data"]).encode()
    return DIGESTER.event(document["team_id"], document["id"], data)


async def stored(
    setting: Setting, body: bytes | dict[str, Any], topic: str = "cstar.customers"
) -> Stored:
    """Send a body; return its record as it would be read back."""
    await setting.send(body)
    record = setting.sink.of_topic(topic)[-1]
    return Stored(topic, record.value, record.headers, record.timestamp_ms / 1000)


async def test_an_event_is_known_by_its_record() -> None:
    """Spliced `flat` or not, a record has the identity its event was claimed under."""
    for webhook in (Webhook("crm"), Webhook("crm", flat=False)):
        record = await stored(Setting(webhook), event(data={"id": "cus_1", "x": 1.10}))
        given = claimed(event(data={"id": "cus_1", "x": 1.10}))
        assert list(RECOVERY.identities(record)) == [given]


async def test_a_conflicting_event_has_the_identity_of_the_conflict() -> None:
    """An id that was seen with other data was claimed under an identity of its own."""
    setting = Setting()
    await setting.send(event())
    other = event(data={"id": "cus_2"})
    record = await stored(setting, other)
    assert list(RECOVERY.identities(record)) == [DIGESTER.conflicting(claimed(other))]


@pytest.mark.parametrize("payload", list(Payload))
async def test_a_copy_may_say_less_and_so_matches_any_data(payload: Payload) -> None:
    """Copies may lack `data` or have it rewritten: their mark is good for whatever is said."""
    route = Route(Subscription(["*"]), "crm.all", payload)
    record = await stored(Setting(routes=(route,)), event(), "crm.all")
    assert list(RECOVERY.identities(record)) == [Identity(claimed(event()).key, ANY_DATA)]


async def test_quarantined_by_its_event_where_it_has_one() -> None:
    """A quarantined delivery with a readable envelope was claimed as its event."""
    record = await stored(Setting(), event(data=[]), "cstar.quarantine")
    assert list(RECOVERY.identities(record)) == [claimed(event(data=[]))]


@pytest.mark.parametrize("body", [b"junk", b'{"id": 1}', json.dumps(event()).encode()])
async def test_quarantined_by_its_bytes_where_it_may_claim_none(body: bytes) -> None:
    """What has no envelope, and what another team may not say, was claimed by its bytes."""
    setting = Setting(Webhook("crm", teams=frozenset({"team_2"})))
    record = await stored(setting, body, "cstar.quarantine")
    assert list(RECOVERY.identities(record)) == [DIGESTER.body(body)]


def test_what_others_write_to_our_topics_is_passed_over() -> None:
    """A record that is no event, or has no value, tells of none."""
    assert not list(RECOVERY.identities(Stored("cstar.tickets", b"not ours", (), 1.0)))
    assert not list(RECOVERY.identities(Stored("cstar.quarantine", b"", (), 1.0)))
