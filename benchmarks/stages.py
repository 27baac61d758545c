"""Stages: the steps of the path one by one, each in a fresh process, without network or Kafka.

Every step is given what the steps before it made of the same seeded events. A time is the best of
the repeats: what the step costs when nothing else gets in its way.
"""

import gc
import sys
import time
import tracemalloc
from collections.abc import Callable

import msgspec
import uvloop

from benchmarks.contenders import GATEWAY
from benchmarks.deliveries import Mix
from benchmarks.result import Head
from benchmarks.steps import EVENTS, STEPS, WAITING, Events, Inputs

__all__ = ["NAMES", "Stage", "StagePlan", "Stages", "measure"]


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


NAMES = (*STEPS, *WAITING)
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
    events = Events(plan.mix)
    for _ in range(plan.repeats):
        gc.collect()
        gc.disable()
        if plan.name in WAITING:
            began = time.perf_counter()
            await WAITING[plan.name](events)
        else:
            function, inputs = STEPS[plan.name](events)
            began = time.perf_counter()
            for arguments in inputs:
                function(*arguments)
        best = min(best, time.perf_counter() - began)
        gc.enable()
        if plan.name in WAITING:
            events = Events(plan.mix)  # afresh: what is claimed is claimed
    if plan.name in STEPS:
        function, inputs = STEPS[plan.name](events)
        blocks, peak = _blocks(function, inputs), _peak(function, inputs)
    return Stage(name=plan.name, microseconds=best / EVENTS * 1e6, blocks=blocks, peak=peak)


def main() -> None:
    """Read a plan from the command line, write the stage, both JSON."""
    plan = msgspec.json.decode(sys.argv[1], type=StagePlan)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(measure(plan))))


if __name__ == "__main__":
    main()
