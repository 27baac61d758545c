"""A record is a span: from the hand-over to Kafka's word, named in the record itself."""

import asyncio

import pytest
from opentelemetry.trace import StatusCode

from gateway.pipeline.reasons import Reason
from gateway.pipeline.record import Record
from gateway.pipeline.routes import Payload, Route
from gateway.pipeline.subscription import Subscription
from tests.intaking import Setting, event
from tests.tracing.spans import SENDER, Traced, name


async def test_each_copy_is_a_span_of_its_own() -> None:
    """All children of the delivery's, each with its topic, its partition and its key."""
    route = Route(Subscription(("*",)), "crm.all", Payload.FLAT)
    traced = Traced(Setting(routes=(route,)))
    await traced.setting.send(event(), traceparent=SENDER)
    *sent, _ = traced.spans()
    assert {span.name for span in sent} == {"send cstar.customers", "send crm.all"}
    assert traced.traceparents() == {span.name.removeprefix("send "): name(span) for span in sent}
    for span in sent:
        attributes = dict(span.attributes or {})
        assert attributes["messaging.system"] == "kafka"
        assert attributes["messaging.operation.type"] == "send"
        assert attributes["messaging.kafka.message.key"] == "team_1"
        assert attributes["messaging.message.id"] == "evt_1"
        partition = int(str(attributes["messaging.destination.partition.id"]))
        topic = str(attributes["messaging.destination.name"])
        assert traced.setting.sink.records[topic, partition]


@pytest.fixture
def traced() -> Traced:
    """An intake with a place for its spans."""
    return Traced()


def _record(*headers: tuple[str, bytes]) -> Record:
    return Record("cstar.tickets", None, b"{}", headers, 0)


async def test_a_record_stays_as_large_as_it_was(traced: Traced) -> None:
    """It was held to its topic's limit before: naming the span adds nothing."""
    record = _record(("a", b"1"), ("traceparent", SENDER.encode()), ("b", b"2"))
    await traced.sink.publish([record]).answer
    (kept,) = next(iter(traced.setting.sink.records.values()))
    assert kept.size == record.size
    assert [header for header, _ in kept.headers] == ["a", "traceparent", "b"]


async def test_a_record_without_a_trace_is_let_alone(traced: Traced) -> None:
    """What is replayed may have none; none is made up for it."""
    record = _record(("a", b"1"))
    await traced.sink.publish([record]).answer
    assert next(iter(traced.setting.sink.records.values())) == [record]
    assert traced.spans() == []


async def test_kafkas_refusal_is_an_error(traced: Traced) -> None:
    """The span ends with what Kafka said, though the request was answered long before."""
    traced.setting.sink.fail(Reason.KAFKA_REFUSED)
    publication = traced.sink.publish([_record(("traceparent", SENDER.encode()))])
    await publication.settled
    await asyncio.sleep(0)
    (sent,) = traced.spans()
    assert sent.status.status_code is StatusCode.ERROR
    assert (sent.attributes or {})["error.type"] == "kafka_refused"


async def test_it_is_the_sink_it_wraps(traced: Traced) -> None:
    """Limits, readiness, start, flush and stop are the inner sink's."""
    inner, sink = traced.setting.sink, traced.sink
    assert sink.record_limit("x") == inner.record_limit("x")
    inner.refusal = (Reason.STARTING, "not yet")
    assert sink.unready == "not yet"
    await sink.start()
    assert inner.unready is None
    assert await sink.flush(0.1)
    await sink.stop(0.1)
