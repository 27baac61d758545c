"""Steps: what a delivery goes through, one by one, each given what the steps before it made."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from multidict import CIMultiDict, CIMultiDictProxy

from benchmarks.deliveries import Mix, deliveries
from benchmarks.path import Path
from gateway.events.contract import made_at
from gateway.ingress.answers import Answers
from gateway.pipeline.building import Marks, build_records
from gateway.pipeline.delivery import Delivery
from gateway.pipeline.envelope import Envelope, read_envelope
from gateway.pipeline.flat import flatten
from gateway.pipeline.payload import Content
from gateway.pipeline.reasons import Reason
from gateway.pipeline.record import Record
from gateway.pipeline.routes import Payload
from gateway.pipeline.verdict import Verdict
from gateway.publication import Pending

__all__ = ["EVENTS", "STEPS", "WAITING", "Events", "Inputs"]

EVENTS = 700
"""How many events a step is given: twenty of each type."""

_AT_ONCE = 64  # what the load has under way

Request = tuple[CIMultiDictProxy[str], bytes]
Inputs = Sequence[tuple[Any, ...]]


class Events:
    """The events, and what each step makes of them."""

    def __init__(self, mix: Mix) -> None:
        path = Path()
        self.path = path
        self.requests: list[Request] = [
            (CIMultiDictProxy(CIMultiDict(each.headers)), each.body)
            for each in islice(deliveries(mix), EVENTS)
        ]
        self.deliveries = [path.intake.prove(*request) for request in self.requests]
        self.bodies = [each.body for each in self.deliveries]
        self.envelopes = [read_envelope(body) for body in self.bodies]
        self.made = [
            made_at(each.type, body) for each, body in zip(self.envelopes, self.bodies, strict=True)
        ]
        self.contents = [
            Content(body, envelope, flat=True, made=made)
            for body, envelope, made in zip(self.bodies, self.envelopes, self.made, strict=True)
        ]
        for content in self.contents:
            content.flat  # noqa: B018 - made once here, so that it is no part of `value`
        self.identities = [path.identity(each) for each in self.envelopes]
        self.records = [self.build(*each) for each in self.built_of()]

    def built_of(self) -> Iterator[tuple[Delivery, Envelope, Content]]:
        """Yield what records are built of."""
        return zip(self.deliveries, self.envelopes, self.contents, strict=True)

    def build(self, delivery: Delivery, envelope: Envelope, content: Content) -> tuple[Record, ...]:
        """Build an event's records as the intake does."""
        return build_records(
            delivery,
            envelope,
            content,
            self.path.router.destinations(envelope.type, delivery.webhook),
            marks=Marks(),
            limit=self.path.sink.record_limit,
        )


def _decode(body: bytes, envelope: Envelope, made: datetime | None) -> Content:
    return Content(body, envelope, flat=True, made=made)


def _answer(verdict: Verdict) -> bytes:
    return _ANSWERS.render(verdict).on_wire(b"")


_ANSWERS = Answers()

STEPS: Mapping[str, Callable[[Events], tuple[Callable[..., object], Inputs]]] = {
    "prove: signature, hints": lambda of: (of.path.intake.prove, of.requests),
    "envelope": lambda of: (read_envelope, [(body,) for body in of.bodies]),
    "identity, look": lambda of: (of.path.look, [(each,) for each in of.envelopes]),
    "contract": lambda of: (
        made_at,
        [(each.type, body) for each, body in zip(of.envelopes, of.bodies, strict=True)],
    ),
    "decode": lambda of: (_decode, [*zip(of.bodies, of.envelopes, of.made, strict=True)]),
    "flatten": lambda of: (flatten, [(each.data,) for each in of.contents]),
    "value: encode flat, splice": lambda of: (
        Content.value,
        [(each, Payload.EVENT) for each in of.contents],
    ),
    "records: headers and value": lambda of: (of.build, [*of.built_of()]),
    "answer": lambda of: (
        _answer,
        [(Verdict(Reason.ACKED, each.id, each.type),) for each in of.envelopes],
    ),
}
"""The steps that do not wait, in the path's order: what is called, and with what."""


async def _claim(events: Events) -> None:
    """Hold and mark every identity, as many at once as the load has under way."""
    claims, loop = events.path.claims, asyncio.get_running_loop()
    for at in range(0, EVENTS, _AT_ONCE):
        for identity in events.identities[at : at + _AT_ONCE]:
            settled = loop.create_future()
            claims.hold(identity, settled)
            settled.set_result(())
        await asyncio.sleep(0)


async def _publish(events: Events) -> None:
    """Publish every record into memory, and see the acks."""
    for at in range(0, EVENTS, _AT_ONCE):
        together = events.records[at : at + _AT_ONCE]
        answers = [events.path.sink.publish(each).answer for each in together]
        await answers[-1]


async def _take(events: Events) -> None:
    """Prove and take every delivery, from first to last, as many at once."""
    intake = events.path.intake
    for at in range(0, EVENTS, _AT_ONCE):
        together = events.requests[at : at + _AT_ONCE]
        begun = [intake.begin(intake.prove(*request)) for request in together]
        last = begun[-1]
        assert isinstance(last, Pending)  # noqa: S101 - each is new, and wanted
        await last.answer


WAITING: Mapping[str, Callable[[Events], Awaitable[None]]] = {
    "claim, mark": _claim,
    "publish into memory": _publish,
    "all of it: prove and take, into memory": _take,
}
