"""Context: W3C's `traceparent`, read into what a span goes on from, and written of a span."""

from opentelemetry.context import Context
from opentelemetry.trace import Span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

__all__ = ["HEADER", "read", "written"]

HEADER = "traceparent"
_w3c = TraceContextTextMapPropagator()


def read(traceparent: str | None) -> Context:
    """Return what a span goes on from; where nothing is said, or not well, a trace begins."""
    return _w3c.extract({HEADER: traceparent or ""})


def written(span: Span) -> str | None:
    """Return a span as `traceparent` says it; None where traces are switched off after all."""
    carrier: dict[str, str] = {}
    _w3c.inject(carrier, set_span_in_context(span))
    return carrier.get(HEADER)
