"""Wrk: the load of another hand, to hold ours against; where `wrk` is installed.

The requests are made and signed here, as for our own load, and wrk's script reads them from a file:
each is sent once. wrk runs twice, the first time to warm up; each run is read from outside, so the
window is the whole of the second. wrk ends with requests under way, whose answers nobody counts.
"""

import resource
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from benchmarks.accounting import cpu_time
from benchmarks.deliveries import Signed, deliveries
from benchmarks.failure import BenchFailed
from benchmarks.load import MOST_PER_SECOND, Figures, Plan

__all__ = ["drive", "installed"]

# Frames: eight decimal digits of the length, the request. After the last one wrk stops.
_SCRIPT = """
local requests = io.open("{requests}", "rb")
function request()
  local length = requests:read(8)
  if not length then
    wrk.thread:stop()
    return wrk.format("GET", "/")
  end
  return requests:read(tonumber(length))
end
function done(summary, latency, requests)
  local errors = summary.errors
  io.stderr:write(string.format(
    '{{"answers":%d,"failed":%d,"cut":%d,"microseconds":%d}}',
    summary.requests, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, summary.duration))
end
"""


class _Said(msgspec.Struct, frozen=True):
    """What wrk's script says at its end."""

    answers: int
    failed: int
    cut: int
    microseconds: int


def installed() -> bool:
    """Tell whether there is a wrk."""
    return shutil.which("wrk") is not None


def drive(plan: Plan) -> Figures:
    """Put the planned load on a server.

    Raises:
        BenchFailed: wrk failed, or there is more than one server.
    """
    if len(plan.ports) > 1:
        raise BenchFailed("wrk loads one server: leave out --load wrk.")
    made = iter(deliveries(plan.mix))
    warm_up, _, _ = _run(plan, made, plan.warm_up)
    said, used, own = _run(plan, made, plan.seconds)
    statuses = Counter({"202": warm_up.answers + said.answers})
    for each in (warm_up, said):
        if each.failed:
            statuses["not 2xx"] += each.failed
        if each.cut:
            statuses["connection error"] += each.cut
    return Figures(
        events=said.answers,
        seconds=said.microseconds / 1e6,
        cpu_seconds=used,
        load_cpu_seconds=own,
        statuses=dict(statuses),
        cut=2 * plan.connections,
    )


def _run(
    plan: Plan, made: Iterator[Signed], seconds: float
) -> tuple[_Said, dict[str, float], float]:
    """Run wrk once; return what it said, CPU seconds of the processes, and its own."""
    with tempfile.TemporaryDirectory() as folder:
        requests, script = Path(folder, "requests"), Path(folder, "script.lua")
        with requests.open("wb") as file:
            for each in islice(made, int(MOST_PER_SECOND * seconds) + plan.connections):
                request = each.request()
                file.write(b"%08d%b" % (len(request), request))
        script.write_text(_SCRIPT.format(requests=requests), encoding="utf-8")
        command = ["wrk", "-t1", f"-c{plan.connections}", f"-d{max(1, round(seconds))}s"]
        before = {name: cpu_time(pid).total for name, pid in plan.pids.items()}
        own = resource.getrusage(resource.RUSAGE_CHILDREN)
        ran = subprocess.run(  # noqa: S603 - the arguments are ours
            [*command, "-s", str(script), f"http://127.0.0.1:{plan.ports[0]}"],
            capture_output=True,
            check=False,
        )
        used = {name: cpu_time(pid).total - before[name] for name, pid in plan.pids.items()}
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    time.sleep(0.2)  # what was under way when wrk ended is answered before the next one counts
    if ran.returncode != 0:
        raise BenchFailed(f"wrk failed: {ran.stderr.decode(errors='replace').strip()}")
    said = msgspec.json.decode(ran.stderr, type=_Said)
    return said, used, after.ru_utime + after.ru_stime - own.ru_utime - own.ru_stime
