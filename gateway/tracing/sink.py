"""Sink: a record as a span, from the hand-over to Kafka's word."""

import asyncio
from collections.abc import Sequence
from functools import partial

from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer

from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.record import Record
from gateway.publication import Ack, Publication, Sink
from gateway.tracing.context import HEADER, read, written

__all__ = ["CLIENT", "TracedSink"]

CLIENT = "cstar-gateway"
"""The name brokers and traces know us by."""

Outcome = tuple[Ack, ...] | Reason


class TracedSink:
    """A sink whose records are spans: each record that carries a trace, as its next step.

    Args:
        sink: takes the records.
        tracer: makes spans.
    """

    def __init__(self, sink: Sink, tracer: Tracer) -> None:
        self._sink = sink
        self._tracer = tracer
        self.record_limit = sink.record_limit
        self.start = sink.start
        self.flush = sink.flush
        self.stop = sink.stop

    @property
    def unready(self) -> str | None:
        """Why records cannot be taken now; see `gateway.publication`."""
        return self._sink.unready

    def publish(self, records: Sequence[Record]) -> Publication:
        """Take all of the records, or raise `Ended` and take none."""
        spans = [self._open(record) for record in records]
        named = [_named(record, span) for record, span in zip(records, spans, strict=True)]
        try:
            publication = self._sink.publish(named)
        except Exception as error:
            kind = error.reason.value if isinstance(error, Ended) else type(error).__name__
            for span in spans:
                _fail(span, kind)
            raise
        topics = [record.topic for record in records]
        publication.settled.add_done_callback(partial(_settled, spans, topics))
        return publication

    def _open(self, record: Record) -> Span | None:
        headers = dict(record.headers)
        parent = headers.get(HEADER)
        if parent is None:
            return None
        attributes: dict[str, str | int] = {
            "messaging.system": "kafka",
            "messaging.operation.name": "send",
            "messaging.operation.type": "send",
            "messaging.client.id": CLIENT,
            "messaging.destination.name": record.topic,
            "messaging.message.body.size": len(record.value),
        }
        if record.key is not None:
            attributes["messaging.kafka.message.key"] = record.key.decode()
        if "ce_id" in headers:
            attributes["messaging.message.id"] = headers["ce_id"].decode()
        return self._tracer.start_span(
            f"send {record.topic}",
            context=read(parent.decode()),
            kind=SpanKind.PRODUCER,
            attributes=attributes,
        )


def _named(record: Record, span: Span | None) -> Record:
    """Return a record that names its own span; it is as large as before."""
    said = written(span) if span is not None else None
    if said is None:
        return record
    headers = [(name, said.encode() if name == HEADER else value) for name, value in record.headers]
    return Record(record.topic, record.key, record.value, tuple(headers), record.timestamp_ms)


def _settled(
    spans: Sequence[Span | None], topics: Sequence[str], settled: "asyncio.Future[Outcome]"
) -> None:
    for span, topic in zip(spans, topics, strict=True):
        _end(span, settled.result(), topic)


def _end(span: Span | None, outcome: Outcome, topic: str) -> None:
    """End a record's span with Kafka's word."""
    if isinstance(outcome, Reason):
        _fail(span, outcome.value)
    elif span is not None:
        for ack in outcome:
            if ack.topic == topic:
                span.set_attribute("messaging.destination.partition.id", str(ack.partition))
        span.end()


def _fail(span: Span | None, kind: str) -> None:
    if span is not None:
        span.set_attribute("error.type", kind)
        span.set_status(StatusCode.ERROR)
        span.end()
