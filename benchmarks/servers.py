"""Servers: whatever takes deliveries, each as a process of its own on a free port.

The gateway is the command that is deployed, with its defaults; only addresses are ours.
"""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from benchmarks.failure import BenchFailed
from gateway.simulator import DEV_SECRET

__all__ = ["GATEWAY", "ROOT", "Server", "environment", "gateway", "server"]

ROOT = Path(__file__).parents[1]

GATEWAY = (sys.executable, "-m", "gateway", "serve")
"""The command that is deployed."""

_START_SECONDS = 180.0  # under callgrind it takes most of a minute
_STOP_SECONDS = 60.0
_MOST_SHOWN = 2_000
_OURS = "CSTAR_GATEWAY_"


class Server(NamedTuple):
    """A server that takes deliveries.

    Attributes:
        pid: of its process.
        port: on 127.0.0.1.
        admin_port: of its probes and metrics; 0 where it has none.
    """

    pid: int
    port: int
    admin_port: int = 0


def environment(bootstrap_servers: str, prefix: str, partitions: int = 6) -> dict[str, str]:
    """Return a gateway's configuration: its defaults, on this machine, on free ports."""
    return {
        "BENCH_SECRET": DEV_SECRET,
        "CSTAR_GATEWAY__WEBHOOKS": json.dumps([{"name": "bench", "secrets": ["env:BENCH_SECRET"]}]),
        "CSTAR_GATEWAY__INGRESS__HOST": "127.0.0.1",
        "CSTAR_GATEWAY__INGRESS__PORT": "0",
        "CSTAR_GATEWAY__INGRESS__DRAIN_DELAY": "0",
        "CSTAR_GATEWAY__ADMIN__PORT": "0",
        "CSTAR_GATEWAY__KAFKA__BOOTSTRAP_SERVERS": bootstrap_servers,
        "CSTAR_GATEWAY__KAFKA__PARTITIONS": str(partitions),
        "CSTAR_GATEWAY__TOPICS__PREFIX": prefix,
    }


@contextmanager
def server(command: Sequence[str], variables: Mapping[str, str]) -> Iterator[Server]:
    """Run a server that says where it listens once it takes deliveries.

    Raises:
        BenchFailed: it did not start, or did not end well.
    """
    with _process(command, variables) as (process, log):
        yield Server(process.pid, _listening(process, log)["port"])


@contextmanager
def gateway(
    variables: Mapping[str, str], command: Sequence[str] = GATEWAY, folder: Path = ROOT
) -> Iterator[Server]:
    """Run the gateway; return when it is ready, and at the end only when it has flushed.

    Args:
        variables: its configuration, see `environment`.
        command: that starts it.
        folder: where it is started, whose package is run.

    Raises:
        BenchFailed: it did not become ready, or did not end well.
    """
    with _process(command, variables, folder) as (process, log):
        ports = _listening(process, log)
        _wait_ready(process, log, ports["admin_port"])
        yield Server(process.pid, ports["port"], ports["admin_port"])


@contextmanager
def _process(
    command: Sequence[str], variables: Mapping[str, str], folder: Path = ROOT
) -> Iterator[tuple["subprocess.Popen[bytes]", IO[bytes]]]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603 - our own servers
            command,
            cwd=folder,
            env={**inherited, **variables},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            yield process, log
            _end(process, log)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def _end(process: "subprocess.Popen[bytes]", log: IO[bytes]) -> None:
    process.terminate()
    try:
        code = process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        raise BenchFailed(f"The server did not end within {_STOP_SECONDS:g} s.") from None
    if code != 0:
        raise BenchFailed(f"The server ended with {code}:\n{_tail(log)}")


def _listening(process: "subprocess.Popen[bytes]", log: IO[bytes]) -> dict[str, Any]:
    """Return the line in which a server says where it listens."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        for line in _text(log).splitlines(keepends=True):
            if line.endswith("\n") and '"listening"' in line:
                said: dict[str, Any] = json.loads(line)
                return said
        _wait(process, log, deadline)


def _wait_ready(process: "subprocess.Popen[bytes]", log: IO[bytes], admin_port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", admin_port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            pass  # the process may have ended: `_wait` says so
        finally:
            connection.close()
        _wait(process, log, deadline)


def _wait(process: "subprocess.Popen[bytes]", log: IO[bytes], deadline: float) -> None:
    if process.poll() is not None or time.monotonic() > deadline:
        raise BenchFailed(f"The server did not start:\n{_tail(log)}")
    time.sleep(0.05)


def _text(log: IO[bytes]) -> str:
    """Return what is in the log; the process writes at a position it shares with us."""
    return os.pread(log.fileno(), 1 << 20, 0).decode(errors="replace")


def _tail(log: IO[bytes]) -> str:
    return _text(log)[-_MOST_SHOWN:].strip() or "(it said nothing)"
