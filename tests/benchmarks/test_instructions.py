"""Instructions are counted of a server that does its work, under a clock as slow as it is."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import show
from benchmarks.callgrind import executed, missing, slow_clock
from benchmarks.contenders import BARE
from benchmarks.failure import BenchFailed
from benchmarks.instructions import Count, Instructions, Waves, count
from benchmarks.result import head
from deploy.wheel import compiler
from gateway.embedded import Kafka

# Waits for 0.1 s of its own time, and tells how much of it passed, and what time it is.
_WAIT = """
import select, time
began, ends = time.monotonic(), select.epoll()
ends.poll(0.1)
print(time.monotonic() - began, time.time())
"""

_COUNTS = pytest.mark.skipif(missing() is not None, reason=str(missing()))


@pytest.mark.timeout(300)  # callgrind takes its time
@_COUNTS
def test_the_same_work_is_the_same_count(kafka: Kafka) -> None:
    """Counts of as many events differ little, however busy the machine is."""
    found = count(kafka, BARE, Waves(warm_up=4, each=2, counts=2, connections=16))
    assert found.events == 32
    one, other = found.instructions
    assert one == pytest.approx(other, rel=0.1)
    assert 50_000 < found.per_event.median < 1_000_000


def test_a_stage_is_what_is_saved_without_it() -> None:
    """A stage's instructions are those of the gateway less those without it; it is no server."""
    counts = [
        Count(server=server, events=10, instructions=[each, each + 10, 9 * each])
        for server, each in (("bare", 500), ("gateway", 3_000), ("without-metrics", 2_400))
    ]
    result = Instructions(head=head(), waves=Waves(), counts=counts)
    assert show.counted_costs(result)[1:] == [("metrics", "60", "20%")]
    assert [row[-1] for row in show.instructions(result)[1:]] == ["1.00", "5.90"]


@_COUNTS
def test_what_is_not_counted_is_told() -> None:
    """A process that does not run under callgrind has no count."""
    with pytest.raises(BenchFailed, match="counts nothing"):
        executed(os.getpid())


@pytest.mark.skipif(compiler() is None, reason="the clock is C")
def test_a_slow_clock(tmp_path: Path) -> None:
    """A wait takes so many times longer, and to who waits it is as long as it should be."""
    began = time.monotonic()
    command = [*slow_clock(tmp_path, 10), sys.executable, "-c", _WAIT]
    said = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    waited, now = (float(word) for word in said.stdout.split())
    assert 0.1 <= waited < 0.2
    assert time.monotonic() - began > 1
    assert abs(now - time.time()) < 60
