"""Intake: a delivery as a span, from its whole body to its answer."""

from asyncio import CancelledError
from typing import Protocol

from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
from structlog.contextvars import bound_contextvars

from gateway.pipeline.delivery import Delivery, Headers
from gateway.pipeline.reasons import ENDINGS
from gateway.pipeline.verdict import Verdict
from gateway.publication import Pending
from gateway.tracing.context import read, written

__all__ = ["Intake", "TracedIntake"]

_PATH = "/webhooks/cstar"
_UNAVAILABLE = 500


class Intake(Protocol):
    """Whoever takes deliveries once they are whole."""

    def prove(self, headers: Headers, body: bytes) -> Delivery:
        """Prove the signature."""

    def begin(self, delivery: Delivery) -> Verdict | Pending:
        """Bring a proved delivery to its ending, as far as that can be without waiting."""


class TracedIntake:
    """An intake whose deliveries are spans. What is not proved is none: a stranger makes no spans.

    Args:
        intake: takes them.
        tracer: makes spans.
        scheme: of their requests.
    """

    def __init__(self, intake: Intake, tracer: Tracer, scheme: str) -> None:
        self._intake = intake
        self._tracer = tracer
        self._scheme = scheme

    def prove(self, headers: Headers, body: bytes) -> Delivery:
        """Prove the signature; see `gateway.intake`."""
        return self._intake.prove(headers, body)

    def begin(self, delivery: Delivery) -> Verdict | Pending:
        """Bring a proved delivery to its ending, in a span that ends with it."""
        span = self._open(delivery)
        told = span.get_span_context()
        try:
            with bound_contextvars(
                trace_id=f"{told.trace_id:032x}", span_id=f"{told.span_id:016x}"
            ):
                begun = self._intake.begin(_continued(delivery, span))
        except BaseException as error:
            _fail(span, error)
            raise
        if isinstance(begun, Verdict):
            _tell(span, begun)
        else:
            pending = begun
            pending.answer.add_done_callback(lambda _: _end(span, pending))
        return begun

    def _open(self, delivery: Delivery) -> Span:
        hints = delivery.hints
        attributes: dict[str, str | int] = {
            "http.request.method": "POST",
            "http.route": _PATH,
            "url.path": _PATH,
            "url.scheme": self._scheme,
            "messaging.operation.type": "receive",
            "messaging.system": "cstar",
            "messaging.message.body.size": len(delivery.body),
            "cstar.webhook": delivery.webhook.name,
        }
        if hints.attempt is not None:
            attributes["cstar.delivery.attempt"] = hints.attempt
        return self._tracer.start_span(
            f"POST {_PATH}",
            context=read(hints.traceparent),
            kind=SpanKind.SERVER,
            attributes=attributes,
            start_time=int(delivery.arrived_at * 1e9),
        )


def _continued(delivery: Delivery, span: Span) -> Delivery:
    """Return the delivery with its span in place of its sender's, for its records to carry."""
    said = written(span)
    return delivery if said is None else delivery.continued(said)


def _end(span: Span, pending: Pending) -> None:
    if pending.answer.cancelled():
        _fail(span, CancelledError())
    else:
        _tell(span, pending.verdict())


def _fail(span: Span, error: BaseException) -> None:
    span.set_status(StatusCode.ERROR)
    span.set_attribute("error.type", type(error).__name__)
    span.end()


def _tell(span: Span, verdict: Verdict) -> None:
    """Say in a span how its delivery ended, and end it."""
    ending = ENDINGS[verdict.reason]
    span.set_attribute("http.response.status_code", ending.status)
    span.set_attribute("cstar.outcome", ending.outcome.value)
    span.set_attribute("cstar.reason", verdict.reason.value)
    span.set_attribute("cstar.event.type", verdict.event_type)
    if verdict.event_id is not None:
        span.set_attribute("messaging.message.id", verdict.event_id)
    if ending.status >= _UNAVAILABLE:
        span.set_attribute("error.type", verdict.reason.value)
        span.set_status(StatusCode.ERROR)
    span.end()
