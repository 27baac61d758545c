"""Webhook: the one handler, from a request's head to its answer. Reads top to bottom as the path.

The order of work is a rule: each step comes before anything that costs more, and nothing is touched
before the signature holds.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Protocol

from gateway.ingress.answers import Answer, Answers
from gateway.ingress.body import read_body
from gateway.ingress.ended import log_ending
from gateway.ingress.fault import report_fault
from gateway.ingress.head import check_head, expects_continue, is_route
from gateway.ingress.load import Load
from gateway.ingress.request import Request
from gateway.metrics.labels import NONE
from gateway.metrics.telemetry import Telemetry
from gateway.pipeline.delivery import Delivery, Headers
from gateway.pipeline.reasons import ENDINGS, Ended, Reason
from gateway.pipeline.verdict import Verdict

__all__ = ["Intake", "WebhookHandler"]

_CUT = Verdict(Reason.DRAINING, None, NONE)
_FAULT = Verdict(Reason.INTERNAL_ERROR, None, NONE)


class Intake(Protocol):
    """Whoever takes deliveries once they are whole."""

    def prove(self, headers: Headers, body: bytes) -> Delivery:
        """Prove the signature, or raise `Ended` having touched nothing."""

    async def take(self, delivery: Delivery) -> Verdict:
        """Bring a proved delivery to its ending."""


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
        self._answers = answers
        self._load = load
        self._unready = unready
        self._max_body_bytes = max_body_bytes
        self._body_timeout = body_timeout

    async def answer(self, request: Request) -> Answer:
        """Answer a request: it is received once, and ends once, whatever happens."""
        began = perf_counter()
        self._ledger.received()
        verdict = _CUT  # what a request has come to that is cancelled when the drain is over
        try:
            verdict = await self._receive(request)
        except Ended as ended:
            verdict = Verdict(ended.reason, None, NONE, ended.detail)
        except Exception as error:  # noqa: BLE001 - the last line: never a 500, never a traceback
            report_fault(error)
            verdict = _FAULT
        finally:
            self._ledger.ended(verdict.reason, verdict.event_type)
        self._measure(request, ENDINGS[verdict.reason].status, perf_counter() - began)
        log_ending(verdict)
        return self._answers.render(verdict)

    async def _receive(self, request: Request) -> Verdict:
        check_head(request, self._max_body_bytes)
        share = self._load.share()
        try:
            reason = self._unready()
            if reason is not None:
                raise Ended(reason)
            content = request.content
            if expects_continue(request) and not content.is_eof():
                request.line.say_continue()
            body = await read_body(
                content, share, limit=self._max_body_bytes, within=self._body_timeout
            )
            delivery = self._intake.prove(request.headers, body)
            return await self._intake.take(delivery)
        finally:
            share.release()

    def _measure(self, request: Request, status: int, seconds: float) -> None:
        if status in (400, 404, 405):  # of any method, or of another path
            self._meter.answered(request.method, status, seconds, routed=is_route(request))
        else:
            self._meter.delivered(status, seconds)

    def refuse(self, reason: Reason) -> Answer:
        """Count and answer what never became a request: it could not be parsed."""
        self._ledger.received()
        self._ledger.ended(reason, NONE)
        self._meter.answered("", ENDINGS[reason].status, 0.0, routed=False)
        return self._answers.render(Verdict(reason))

    def turn_away(self, reason: Reason) -> Answer:
        """Return what a connection is closed with that may not even ask; it is no delivery."""
        return self._answers.render(Verdict(reason))
