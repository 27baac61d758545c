"""A delivery is a span: in its sender's trace, told how it ended, and named by its records."""

from collections.abc import Sequence

import pytest
import structlog
from multidict import CIMultiDict
from opentelemetry.trace import SpanKind, StatusCode

from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.record import Record
from gateway.pipeline.webhook import Webhook
from gateway.publication import Publication
from tests.intaking import NOW, Setting, event
from tests.tracing.spans import SENDER, Traced, name


@pytest.fixture
def traced() -> Traced:
    """An intake with a place for its spans."""
    return Traced()


async def test_a_delivery_goes_on_in_its_senders_trace(traced: Traced) -> None:
    """Its span is the sender's child, its record's span is its own, and the record names that."""
    await traced.setting.send(event(), traceparent=SENDER)
    sent, received = traced.spans()
    assert (received.kind, sent.kind) == (SpanKind.SERVER, SpanKind.PRODUCER)
    assert received.parent is not None
    assert f"{received.parent.trace_id:032x}-{received.parent.span_id:016x}" in SENDER
    assert sent.parent is not None
    assert f"{sent.parent.trace_id:032x}-{sent.parent.span_id:016x}" in name(received)
    assert traced.traceparents() == {"cstar.customers": name(sent)}
    assert name(sent).startswith(SENDER[:36])
    assert received.start_time == int(NOW * 1e9)


async def test_a_trace_begins_where_none_was(traced: Traced) -> None:
    """Without a `traceparent`, or with one that is not well formed, the delivery is the root."""
    for number, said in enumerate(({}, {"traceparent": "00-zz"})):
        await traced.setting.send(event(id=f"evt_{number}"), **said)
        sent, received = traced.spans()[-2:]
        assert received.parent is None
        assert name(sent) in {
            dict(record.headers)["traceparent"].decode()
            for records in traced.setting.sink.records.values()
            for record in records
        }


async def test_what_its_sender_does_not_sample_is_not_sent(traced: Traced) -> None:
    """The trace is continued all the same: whoever comes later reads that it is not sampled."""
    await traced.setting.send(event(), traceparent=SENDER[:-2] + "00")
    assert traced.spans() == []
    (carried,) = traced.traceparents().values()
    assert carried.startswith(SENDER[:36])
    assert carried.endswith("-00")
    assert carried[36:52] != SENDER[36:52]


async def test_its_ending_is_told(traced: Traced) -> None:
    """Status, outcome, reason and id, by the names that HTTP and messaging have for them."""
    await traced.setting.send(event(), traceparent=SENDER, **{"X-Delivery-Attempt": "2"})
    attributes = dict(traced.spans()[-1].attributes or {})
    assert attributes == {
        "http.request.method": "POST",
        "http.route": "/webhooks/cstar",
        "url.path": "/webhooks/cstar",
        "url.scheme": "http",
        "http.response.status_code": 202,
        "messaging.system": "cstar",
        "messaging.operation.type": "receive",
        "messaging.message.id": "evt_1",
        "messaging.message.body.size": attributes["messaging.message.body.size"],
        "cstar.webhook": "crm",
        "cstar.delivery.attempt": 2,
        "cstar.outcome": "accepted",
        "cstar.reason": "acked",
        "cstar.event.type": "customer.deleted",
    }
    assert traced.spans()[-1].status.status_code is StatusCode.UNSET


async def test_an_answer_of_503_is_an_error(traced: Traced) -> None:
    """With its reason; so is its record's span, which ends though nothing was taken."""
    traced.setting.sink.refusal = (Reason.KAFKA_UNAVAILABLE, "no broker")
    await traced.setting.send(event(), traceparent=SENDER)
    for span in traced.spans():
        assert span.status.status_code is StatusCode.ERROR
        assert (span.attributes or {})["error.type"] == "kafka_unavailable"
    assert len(traced.spans()) == 2


async def test_a_fault_ends_the_span_too(traced: Traced, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody foresaw is an error by its kind; its words, which may quote, are not told."""

    def fail(_: object) -> None:
        raise RuntimeError("a body")

    monkeypatch.setattr(traced.setting.sink, "publish", fail)
    with pytest.raises(RuntimeError):
        await traced.setting.send(event(), traceparent=SENDER)
    assert [span.name for span in traced.spans()] == [
        "send cstar.customers",
        "POST /webhooks/cstar",
    ]
    for span in traced.spans():
        assert (span.attributes or {})["error.type"] == "RuntimeError"
        assert span.events == ()
        assert span.status.description is None


async def test_a_stranger_makes_no_span(traced: Traced) -> None:
    """What is not signed is refused before there is a span."""
    with pytest.raises(Ended, match="signature_missing"):
        traced.setting.intake.prove(CIMultiDict(), b"{}")
    assert traced.spans() == []


async def test_lines_of_its_time_name_the_trace(
    traced: Traced, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is logged while it is at work has its trace and its span."""
    seen: list[dict[str, object]] = []
    publish = traced.setting.sink.publish

    def look(records: Sequence[Record]) -> Publication:
        seen.append(structlog.contextvars.get_contextvars())
        return publish(records)

    monkeypatch.setattr(traced.setting.sink, "publish", look)
    await traced.setting.send(event(), traceparent=SENDER)
    received = traced.spans()[-1]
    (fields,) = seen
    assert name(received) == f"00-{fields['trace_id']}-{fields['span_id']}-01"
    assert structlog.contextvars.get_contextvars() == {}


async def test_quarantine_is_traced_alike() -> None:
    """What cannot be used is a record as well, and names its span."""
    only = Webhook("crm", teams=frozenset({"team_9"}))
    traced = Traced(Setting(only))
    await traced.setting.send(event(), traceparent=SENDER)
    sent, received = traced.spans()
    assert traced.traceparents() == {"cstar.quarantine": name(sent)}
    assert (received.attributes or {})["cstar.reason"] == "team_not_allowed"
