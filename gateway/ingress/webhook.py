"""Webhook: the one handler, from a request's head to its answer. Reads top to bottom as the path.

The order of work is a rule: each step comes before anything that costs more, and nothing is touched
before the signature holds.

A request whose body is here with its head, which is nearly all of them, is brought to Kafka in one
call, `begin`, and answered by the callback of its batch: no task and no future for each. Only who
must wait for a body is a coroutine, `answer`. The steps are the same.
"""

from asyncio import Future
from collections.abc import Callable
from time import perf_counter
from typing import Any, Protocol

from gateway.ingress.answers import Answer, Answers
from gateway.ingress.body import read_body, take_body
from gateway.ingress.ended import log_ending
from gateway.ingress.fault import report_fault
from gateway.ingress.head import check_head, expects_continue, is_route
from gateway.ingress.load import Load, Share
from gateway.ingress.request import Request
from gateway.metrics.labels import NONE
from gateway.metrics.telemetry import Telemetry
from gateway.pipeline.delivery import Delivery, Headers, Hints
from gateway.pipeline.reasons import ENDINGS, Ended, Outcome, Reason
from gateway.pipeline.verdict import Verdict
from gateway.publication import Pending, ending

__all__ = ["Intake", "WebhookHandler"]

_CUT = Verdict(Reason.DRAINING, None, NONE)
_LAST_ATTEMPT = 7  # cStar sends an event no more often
_FAULT = Verdict(Reason.INTERNAL_ERROR, None, NONE)


class Intake(Protocol):
    """Whoever takes deliveries once they are whole."""

    def prove(self, headers: Headers, body: bytes) -> Delivery:
        """Prove the signature, or raise `Ended` having touched nothing."""

    def begin(self, delivery: Delivery) -> Verdict | Pending:
        """Bring a proved delivery to its ending, as far as that can be without waiting."""


class WebhookHandler:
    """Answers requests.

    Args:
        intake: takes what is proved.
        telemetry: its ledger and its request meter are told of each request.
        answers: renders verdicts.
        load: the limits on what is in flight.
        unready: why deliveries cannot be taken now; None when they can.
        max_body_bytes: the largest body taken.
        body_timeout: seconds a body may take to arrive.
    """

    def __init__(
        self,
        *,
        intake: Intake,
        telemetry: Telemetry,
        answers: Answers,
        load: Load,
        unready: Callable[[], Reason | None],
        max_body_bytes: int,
        body_timeout: float,
    ) -> None:
        self._intake = intake
        self._ledger = telemetry.ledger
        self._meter = telemetry.requests
        self._deliveries = telemetry.deliveries
        self._answers = answers
        self._load = load
        self._unready = unready
        self._limit = max_body_bytes
        self._body_timeout = body_timeout

    def begin(self, request: Request, answered: Callable[[Answer], None]) -> Answer | None:
        """Answer a request whose body is whole: at once, or by `answered` once Kafka has spoken."""
        visit = self._receive(request)
        try:
            share = visit.share = self._admit(request)
            body = take_body(request.content, share, limit=self._limit)
            begun = self._bring(request, body)
        except Exception as error:  # noqa: BLE001 - see `_verdict_on`
            return visit.end(_verdict_on(error))
        if isinstance(begun, Verdict):
            return visit.end(begun)
        visit.pending, visit.answered = begun, answered
        begun.answer.add_done_callback(visit.settled)
        return None

    async def answer(self, request: Request) -> Answer:
        """Answer a request, having waited for its body."""
        visit = self._receive(request)
        verdict = _CUT  # what a request has come to that is cancelled when the drain is over
        try:
            visit.share = self._admit(request)
            verdict = await self._wait_and_bring(request, visit.share)
        except Exception as error:  # noqa: BLE001 - see `_verdict_on`
            verdict = _verdict_on(error)
        finally:
            answer = visit.end(verdict)
        return answer

    def _receive(self, request: Request) -> "_Visit":
        self._ledger.received()
        return _Visit(self, request)

    def _admit(self, request: Request) -> Share:
        check_head(request, self._limit)
        return self._load.share()

    async def _wait_and_bring(self, request: Request, share: Share) -> Verdict:
        self._refuse_if_unready()
        content = request.content
        if expects_continue(request) and not content.is_eof():
            request.line.say_continue()
        body = await read_body(content, share, limit=self._limit, within=self._body_timeout)
        return await ending(self._bring(request, body))

    def _bring(self, request: Request, body: bytes) -> Verdict | Pending:
        self._refuse_if_unready()
        delivery = self._intake.prove(request.headers, body)
        request.hints = delivery.hints
        return self._intake.begin(delivery)

    def _refuse_if_unready(self) -> None:
        reason = self._unready()
        if reason is not None:
            raise Ended(reason)

    def end(self, request: Request, verdict: Verdict, seconds: float) -> Answer:
        """Count a request out and return what it is answered with."""
        self._ledger.ended(verdict.reason, verdict.event_type)
        self._measure(request, ENDINGS[verdict.reason].status, seconds)
        hints = request.hints
        if hints is not None and (hints.traceparent is not None or hints.attempt == _LAST_ATTEMPT):
            self._note(hints, verdict.reason, seconds)
        log_ending(verdict)
        return self._answers.render(verdict)

    def _measure(self, request: Request, status: int, seconds: float) -> None:
        if status in (400, 404, 405):  # of any method, or of another path
            self._meter.answered(request.method, status, seconds, routed=is_route(request))
        else:
            self._meter.delivered(status, seconds)

    def _note(self, hints: Hints, reason: Reason, seconds: float) -> None:
        """Show a proved delivery's trace; tell of an event that its sender sends no more."""
        row = ENDINGS[reason]
        if hints.traceparent is not None:
            self._meter.traced(row.status, seconds, hints.traceparent)
        if hints.attempt == _LAST_ATTEMPT and row.outcome is Outcome.UNAVAILABLE:
            self._deliveries.last_attempt_failed()

    def refuse(self, reason: Reason) -> Answer:
        """Count and answer what never became a request: it could not be parsed."""
        self._ledger.received()
        self._ledger.ended(reason, NONE)
        self._meter.answered("", ENDINGS[reason].status, 0.0, routed=False)
        return self._answers.render(Verdict(reason))

    def turn_away(self, reason: Reason) -> Answer:
        """Return what a connection is closed with that may not even ask; it is no delivery."""
        return self._answers.render(Verdict(reason))


class _Visit:
    """One request, from its head to its answer: it is received once, and ends once.

    Attributes:
        share: of the load, given back at the end.
        pending: how it ends, once Kafka has spoken.
        answered: told of the answer.
    """

    __slots__ = ("_began", "_handler", "_request", "answered", "pending", "share")

    pending: Pending
    answered: Callable[[Answer], None]

    def __init__(self, handler: WebhookHandler, request: Request) -> None:
        self._began = perf_counter()
        self._handler = handler
        self._request = request
        self.share: Share | None = None

    def end(self, verdict: Verdict) -> Answer:
        """Count it out and return its answer."""
        if self.share is not None:
            self.share.release()
        return self._handler.end(self._request, verdict, perf_counter() - self._began)

    def settled(self, answer: "Future[Any]") -> None:
        """End with Kafka's word."""
        verdict = _CUT if answer.cancelled() else self.pending.verdict()
        self.answered(self.end(verdict))


def _verdict_on(error: Exception) -> Verdict:
    """Return what an exception comes to: never a 500, never a traceback."""
    if isinstance(error, Ended):
        return Verdict(error.reason, None, NONE, error.detail)
    report_fault(error)
    return _FAULT
