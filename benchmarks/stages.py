"""Stages: the steps of the path one by one, in a fresh process, without network or Kafka.

Every step is given what the steps before it made of the same seeded events. A figure is the best of
the repeats: what the step costs when nothing else gets in its way.
"""

import asyncio
import gc
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec
import uvloop
from multidict import CIMultiDict, CIMultiDictProxy

from benchmarks.deliveries import Mix, Types, deliveries
from benchmarks.path import Path
from gateway.events.contract import check
from gateway.pipeline.building import Marks, build_records
from gateway.pipeline.delivery import Delivery
from gateway.pipeline.envelope import Envelope, read_envelope
from gateway.pipeline.flat import flatten
from gateway.pipeline.payload import Content
from gateway.pipeline.record import Record
from gateway.pipeline.routes import Payload

__all__ = ["Stage", "StagePlan", "measure"]

_EVENTS = 700  # twenty of each type
_AT_ONCE = 64  # what the load has under way


class Stage(msgspec.Struct, frozen=True):
    """One step of the path, alone.

    Attributes:
        name: what is done.
        microseconds: for one event, the best of the repeats.
    """

    name: str
    microseconds: float


Proved = tuple[CIMultiDictProxy[str], bytes]


class StagePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What is measured, and how often."""

    types: Types
    seed: int
    repeats: int


class _Events:
    """The events, and what each step makes of them."""

    def __init__(self, plan: StagePlan) -> None:
        path = Path()
        self.path = path
        self.requests: list[Proved] = [
            (CIMultiDictProxy(CIMultiDict(each.headers)), each.body)
            for each in islice(deliveries(Mix(types=plan.types, seed=plan.seed)), _EVENTS)
        ]
        self.deliveries = [path.intake.prove(*request) for request in self.requests]
        self.envelopes = [read_envelope(each.body) for each in self.deliveries]
        self.contents = [
            Content(delivery.body, envelope, flat=True)
            for delivery, envelope in zip(self.deliveries, self.envelopes, strict=True)
        ]
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


def _each(function: Callable[..., object], inputs: Sequence[tuple[Any, ...]]) -> float:
    """Return seconds for one call of a function, over all inputs."""
    begin = time.perf_counter()
    for arguments in inputs:
        function(*arguments)
    return (time.perf_counter() - begin) / len(inputs)


def _steps(events: _Events) -> Iterator[tuple[str, Callable[[], float]]]:
    """Yield the steps that do not wait, in the path's order."""
    path, bodies = events.path, [each.body for each in events.deliveries]
    envelopes = events.envelopes
    alone = [(each,) for each in envelopes]
    pairs = list(zip(bodies, envelopes, strict=True))
    typed = [(envelope.type, body) for body, envelope in pairs]
    data = [(each.data,) for each in events.contents]
    contents = [(each, Payload.EVENT) for each in events.contents]
    built_of = list(events.built_of())
    for content in events.contents:
        content.flat  # noqa: B018 - made once here, so that it is no part of `value`
    yield "prove: signature, hints", lambda: _each(path.intake.prove, events.requests)
    yield "envelope", lambda: _each(read_envelope, [(body,) for body in bodies])
    yield "identity, look", lambda: _each(path.look, alone)
    yield "decode", lambda: _each(lambda *of: Content(*of, flat=True), pairs)
    yield "contract", lambda: _each(check, typed)
    yield "flatten", lambda: _each(flatten, data)
    yield "value: encode flat, splice", lambda: _each(Content.value, contents)
    yield "records: headers and value", lambda: _each(events.build, built_of)


async def _claim(events: _Events) -> float:
    """Hold and mark every identity, as many at once as the load has under way."""
    claims, loop = Path().claims, asyncio.get_running_loop()
    begin = time.perf_counter()
    for at in range(0, _EVENTS, _AT_ONCE):
        for identity in events.identities[at : at + _AT_ONCE]:
            settled = loop.create_future()
            claims.hold(identity, settled)
            settled.set_result(())
        await asyncio.sleep(0)
    return (time.perf_counter() - begin) / _EVENTS


async def _publish(events: _Events) -> float:
    """Publish every record into memory, and see the acks."""
    sink = Path().sink
    begin = time.perf_counter()
    for at in range(0, _EVENTS, _AT_ONCE):
        answers = [sink.publish(each).answer for each in events.records[at : at + _AT_ONCE]]
        await answers[-1]
    return (time.perf_counter() - begin) / _EVENTS


async def _take(events: _Events) -> float:
    """Prove and take every delivery, from first to last."""
    intake = Path().intake
    requests = iter(events.requests)

    async def connection() -> None:
        for headers, body in requests:
            await intake.take(intake.prove(headers, body))

    begin = time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(_AT_ONCE)))
    return (time.perf_counter() - begin) / _EVENTS


_WAITING: dict[str, Callable[[_Events], Awaitable[float]]] = {
    "claim, mark": _claim,
    "publish into memory": _publish,
    "all of it: prove and take, into memory": _take,
}


async def measure(plan: StagePlan) -> list[Stage]:
    """Return what each step costs."""
    events = _Events(plan)
    gc.collect()
    gc.disable()
    stages = []
    for name, once in _steps(events):
        best = min(once() for _ in range(plan.repeats))
        stages.append(Stage(name, best * 1e6))
    for name, waited_for in _WAITING.items():
        best = min([await waited_for(events) for _ in range(plan.repeats)])
        stages.append(Stage(name, best * 1e6))
    gc.enable()
    return stages


def main() -> None:
    """Read a plan from the command line, write the stages, both JSON."""
    plan = msgspec.json.decode(sys.argv[1], type=StagePlan)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(measure(plan))))


if __name__ == "__main__":
    main()
