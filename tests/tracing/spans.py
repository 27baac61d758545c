"""Spans kept in memory, and what they were told."""

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gateway.tracing import Tracing
from tests.intaking import Setting

__all__ = ["SENDER", "Traced", "name"]

SENDER = f"00-{'a' * 32}-{'b' * 16}-01"


class Traced:
    """An intake whose deliveries and records are spans, over the in-memory sink.

    Attributes:
        setting: the intake, traced.
        sink: what it publishes to.
    """

    def __init__(self, setting: Setting | None = None) -> None:
        self._exporter = InMemorySpanExporter()
        tracing = Tracing(SimpleSpanProcessor(self._exporter))
        self.setting = setting or Setting()
        self.sink = tracing.sink(self.setting.sink)
        self.setting.intake._sink = self.sink
        vars(self.setting)["intake"] = tracing.intake(self.setting.intake, "http")

    def spans(self) -> list[ReadableSpan]:
        """Return what has ended, in that order."""
        return list(self._exporter.get_finished_spans())

    def traceparents(self) -> dict[str, str]:
        """Return what the records carry, by topic."""
        return {
            record.topic: dict(record.headers)["traceparent"].decode()
            for records in self.setting.sink.records.values()
            for record in records
        }


def name(span: ReadableSpan) -> str:
    """Return a span as `traceparent` writes it."""
    context = span.get_span_context()
    assert context is not None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"
