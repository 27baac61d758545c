"""Stages: the steps of the path one by one, each in a fresh process, without network or Kafka.

Every step is given what the steps before it made of the same seeded events. A time is the best of
the repeats: what the step costs when nothing else gets in its way.
"""

import asyncio
import gc
import sys
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec
import uvloop
from multidict import CIMultiDict, CIMultiDictProxy

from benchmarks.contenders import GATEWAY
from benchmarks.deliveries import Mix, deliveries
from benchmarks.path import Path
from benchmarks.result import Head
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

__all__ = ["NAMES", "Stage", "StagePlan", "Stages", "measure"]

_EVENTS = 700  # twenty of each type
_AT_ONCE = 64  # what the load has under way

Proved = tuple[CIMultiDictProxy[str], bytes]
Inputs = Sequence[tuple[Any, ...]]


class StagePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What is measured, and how often."""

    name: str
    mix: Mix = Mix()
    repeats: int = 30


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the path, alone.

    Attributes:
        name: what is done.
        microseconds: for one event, the best of the repeats.
        blocks: of memory that its result is made of, in the middle; None where it waits.
        peak: bytes that it has of the allocator at once, in the middle; None where it waits.
    """

    name: str
    microseconds: float
    blocks: float | None = None
    peak: float | None = None


class Stages(msgspec.Struct, frozen=True, kw_only=True):
    """All steps.

    Attributes:
        head: when, where and how.
        stages: each alone.
        server: the gateway's name; results older than this field are of the interpreted one.
    """

    head: Head
    stages: list[Stage]
    server: str = GATEWAY.name


class _Events:
    """The events, and what each step makes of them."""

    def __init__(self, mix: Mix) -> None:
        path = Path()
        self.path = path
        self.requests: list[Proved] = [
            (CIMultiDictProxy(CIMultiDict(each.headers)), each.body)
            for each in islice(deliveries(mix), _EVENTS)
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

_STEPS: Mapping[str, Callable[[_Events], tuple[Callable[..., object], Inputs]]] = {
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


async def _claim(events: _Events) -> None:
    """Hold and mark every identity, as many at once as the load has under way."""
    claims, loop = events.path.claims, asyncio.get_running_loop()
    for at in range(0, _EVENTS, _AT_ONCE):
        for identity in events.identities[at : at + _AT_ONCE]:
            settled = loop.create_future()
            claims.hold(identity, settled)
            settled.set_result(())
        await asyncio.sleep(0)


async def _publish(events: _Events) -> None:
    """Publish every record into memory, and see the acks."""
    for at in range(0, _EVENTS, _AT_ONCE):
        together = events.records[at : at + _AT_ONCE]
        answers = [events.path.sink.publish(each).answer for each in together]
        await answers[-1]


async def _take(events: _Events) -> None:
    """Prove and take every delivery, from first to last, as many at once."""
    intake = events.path.intake
    for at in range(0, _EVENTS, _AT_ONCE):
        together = events.requests[at : at + _AT_ONCE]
        begun = [intake.begin(intake.prove(*request)) for request in together]
        last = begun[-1]
        assert isinstance(last, Pending)  # noqa: S101 - each is new, and wanted
        await last.answer


_WAITING: Mapping[str, Callable[[_Events], Awaitable[None]]] = {
    "claim, mark": _claim,
    "publish into memory": _publish,
    "all of it: prove and take, into memory": _take,
}

NAMES = (*_STEPS, *_WAITING)
"""Every step, in the path's order."""


def _blocks(function: Callable[..., object], inputs: Inputs) -> float:
    """Return how many blocks of memory a result holds, in the middle."""
    results: list[object] = [None] * len(inputs)
    before = sys.getallocatedblocks()
    for place, arguments in enumerate(inputs):
        results[place] = function(*arguments)
    return (sys.getallocatedblocks() - before) / len(inputs)


def _peak(function: Callable[..., object], inputs: Inputs) -> float:
    """Return the most bytes that a call holds at once, in the middle."""
    peaks = 0
    tracemalloc.start()
    for arguments in inputs:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        function(*arguments)
        peaks += tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    return peaks / len(inputs)


async def measure(plan: StagePlan) -> Stage:
    """Return what a step costs."""
    best, blocks, peak = float("inf"), None, None
    events = _Events(plan.mix)
    for _ in range(plan.repeats):
        gc.collect()
        gc.disable()
        if plan.name in _WAITING:
            began = time.perf_counter()
            await _WAITING[plan.name](events)
        else:
            function, inputs = _STEPS[plan.name](events)
            began = time.perf_counter()
            for arguments in inputs:
                function(*arguments)
        best = min(best, time.perf_counter() - began)
        gc.enable()
        if plan.name in _WAITING:
            events = _Events(plan.mix)  # afresh: what is claimed is claimed
    if plan.name in _STEPS:
        function, inputs = _STEPS[plan.name](events)
        blocks, peak = _blocks(function, inputs), _peak(function, inputs)
    return Stage(name=plan.name, microseconds=best / _EVENTS * 1e6, blocks=blocks, peak=peak)


def main() -> None:
    """Read a plan from the command line, write the stage, both JSON."""
    plan = msgspec.json.decode(sys.argv[1], type=StagePlan)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(measure(plan))))


if __name__ == "__main__":
    main()
