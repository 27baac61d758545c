"""wrk is given our requests, each once, and its word is taken for what it did."""

import os
import sys
from pathlib import Path

import pytest

from benchmarks import wrk
from benchmarks.deliveries import Mix
from benchmarks.failure import BenchFailed
from benchmarks.load import Plan
from benchmarks.servers import server

SENT = 20

# Does with wrk's arguments and script what wrk does, for the first requests, on one connection.
STAND_IN = f"""#!{sys.executable}
import json, re, socket, sys
script = open(sys.argv[sys.argv.index("-s") + 1]).read()
assert sys.argv[1:4] == ["-t1", "-c2", "-d1s"], sys.argv
requests = open(re.search(r'io.open\\("([^"]+)"', script)[1], "rb")
line = socket.create_connection(("127.0.0.1", int(sys.argv[-1].rpartition(":")[2])))
statuses, ids = [], set()
for _ in range({SENT}):
    request = requests.read(int(requests.read(8)))
    ids.add(re.search(rb"X-Event-ID: (\\S+)", request)[1])
    line.sendall(request)
    statuses.append(line.recv(65536)[9:12])
assert len(ids) == {SENT}
assert 'GET' in script and '"cut":%d' in script
failed = sum(status != b"202" for status in statuses)
print(json.dumps({{"answers": {SENT}, "failed": failed, "cut": 0, "microseconds": 500000}}),
      file=sys.stderr)
"""


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Put a stand-in for wrk on the path; return a plan for it, without a server."""
    command = tmp_path / "wrk"
    command.write_text(STAND_IN)
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return Plan(ports=[], pids={}, connections=2, warm_up=0.2, seconds=0.2, mix=Mix())


def test_each_request_is_sent_once(plan: Plan) -> None:
    """What wrk reads are our requests, and its two runs are the warm-up and the window."""
    with server((sys.executable, "-m", "benchmarks.bare"), {}) as running:
        plan.ports.append(running.port)
        plan.pids["server"] = running.pid
        found = wrk.drive(plan)
    assert found.statuses == {"202": 2 * SENT}
    assert (found.events, found.seconds) == (SENT, 0.5)
    assert found.cpu_seconds["server"] >= 0
    assert found.cut == 2 * plan.connections


def test_what_wrk_cannot_do_is_said(plan: Plan) -> None:
    """Wrk has one address; where it fails its words are shown."""
    plan.ports.extend([1, 2])
    with pytest.raises(BenchFailed, match="one server"):
        wrk.drive(plan)
    plan.ports.pop()
    with pytest.raises(BenchFailed, match="ConnectionRefusedError"):
        wrk.drive(plan)
