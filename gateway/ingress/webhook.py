"""Webhook: the one handler, from a request's head to its answer. Reads top to bottom as the path.

The order of work is a rule: each step comes before anything that costs more, and nothing is touched
before the signature holds.

A request whose body is here with its head, which is nearly all of them, is brought to Kafka in one
call, `begin`, and answered by the one callback of its batch: no task, no future and no callback for
each. Only who must wait for a body is a coroutine, `answer`. The steps are the same.
"""

from asyncio import Future
from collections.abc import Callable
from time import perf_counter
from typing import Any, Final, Protocol

from gateway.ingress.answers import Answer, Answers
from gateway.ingress.body import read_body, take_body
from gateway.ingress.ended import log_ending
from gateway.ingress.fault import report_fault
from gateway.ingress.head import check_head, expects_continue, is_route
from gateway.ingress.load import Load
from gateway.ingress.request import Request
from gateway.metrics.labels import NONE
from gateway.metrics.telemetry import Telemetry
from gateway.pipeline.delivery import Delivery, Headers, Hints
from gateway.pipeline.reasons import ENDINGS, Ended, Outcome, Reason
from gateway.pipeline.verdict import Verdict
from gateway.publication import Pending, ending

__all__ = ["Intake", "WebhookHandler"]

_CUT: Final = Verdict(Reason.DRAINING, None, NONE)
_ANYWHERE: Final = frozenset((400, 404, 405))  # answered to any method, or on another path
_LAST_ATTEMPT: Final = 7  # cStar sends an event no more often
_FAULT: Final = Verdict(Reason.INTERNAL_ERROR, None, NONE)


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

    Attributes:
        max_body_bytes: as given.
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
        self.max_body_bytes = max_body_bytes
        self._body_timeout = body_timeout
        self._waiting: dict[Future[Any], list[Request]] = {}

    def begin(self, request: Request) -> Answer | None:
        """Answer a request whose body is whole: at once, or by its line once Kafka has spoken."""
        self._ledger.received()
        try:
            body = request.body
            if body is None:
                check_head(request.head, self.max_body_bytes)
                self._load.admit(request)
                body = take_body(request, self._load, limit=self.max_body_bytes)
            else:  # a usual request: its head was checked as it was read
                self._load.admit(request)
                self._load.hold(request, len(body))
            begun = self._bring(request, body)
        except Exception as error:  # noqa: BLE001 - see `_verdict_on`
            return self._end(request, _verdict_on(error))
        if isinstance(begun, Verdict):
            return self._end(request, begun)
        request.pending = begun
        together = self._waiting.get(begun.answer)
        if together is None:
            self._waiting[begun.answer] = [request]
            begun.answer.add_done_callback(self._settled)
        else:
            together.append(request)
        return None

    def _settled(self, answer: "Future[Any]") -> None:
        """End with Kafka's word all the requests that waited for it."""
        for request in self._waiting.pop(answer):
            try:
                request.line.answered(self._end(request, _word_on(request, answer)))
            except Exception as error:  # noqa: BLE001 - the others are to be answered all the same
                report_fault(error)

    async def answer(self, request: Request) -> Answer:
        """Answer a request, having waited for its body."""
        self._ledger.received()
        verdict = _CUT  # what a request has come to that is cancelled when the drain is over
        try:
            check_head(request.head, self.max_body_bytes)
            self._load.admit(request)
            verdict = await self._wait_and_bring(request)
        except Exception as error:  # noqa: BLE001 - see `_verdict_on`
            verdict = _verdict_on(error)
        finally:
            answer = self._end(request, verdict)
        return answer

    async def _wait_and_bring(self, request: Request) -> Verdict:
        self._refuse_if_unready()
        if expects_continue(request.head) and not request.content.is_eof():
            request.line.say_continue()
        body = await read_body(
            request, self._load, limit=self.max_body_bytes, within=self._body_timeout
        )
        return await ending(self._bring(request, body))

    def _bring(self, request: Request, body: bytes) -> Verdict | Pending:
        self._refuse_if_unready()
        delivery = self._intake.prove(request.head.headers, body)
        request.hints = delivery.hints
        return self._intake.begin(delivery)

    def _refuse_if_unready(self) -> None:
        reason = self._unready()
        if reason is not None:
            raise Ended(reason)

    def _end(self, request: Request, verdict: Verdict) -> Answer:
        """Count a request out and return what it is answered with."""
        self._load.release(request)
        seconds = perf_counter() - request.began
        reason = verdict.reason
        status = ENDINGS[reason].status
        self._ledger.ended(reason, verdict.event_type)
        if status in _ANYWHERE:
            head = request.head
            self._meter.answered(head.method, status, seconds, routed=is_route(head))
        else:
            self._meter.delivered(status, seconds)
        hints = request.hints
        if hints is not None and (hints.traceparent is not None or hints.attempt == _LAST_ATTEMPT):
            self._note(hints, reason, seconds)
        log_ending(verdict)
        return self._answers.render(verdict)

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


def _word_on(request: Request, answer: "Future[Any]") -> Verdict:
    """Return what Kafka's word comes to for a request that waited for it."""
    pending = request.pending
    assert pending is not None  # noqa: S101 - set before it began to wait
    try:
        return _CUT if answer.cancelled() else pending.verdict()
    except Exception as error:  # noqa: BLE001 - see `_verdict_on`
        return _verdict_on(error)


def _verdict_on(error: Exception) -> Verdict:
    """Return what an exception comes to: never a 500, never a traceback."""
    if isinstance(error, Ended):
        return Verdict(error.reason, None, NONE, error.detail)
    report_fault(error)
    return _FAULT
