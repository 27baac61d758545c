"""The open loop counts every wait, whoever causes it."""

import socket
import threading
import time

import pytest

from benchmarks import paced
from benchmarks.deliveries import Mix
from benchmarks.failure import BenchFailed
from benchmarks.paced import NO_ANSWER, Pace, drive, due_times

STALL = 0.4


class Server(threading.Thread):
    """Answers on one connection, stands still once, or hangs up, or answers no more."""

    def __init__(self, *, hangs_up: bool = False, answers: int = 1_000) -> None:
        super().__init__(daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._hangs_up = hangs_up
        self._answers = answers

    def run(self) -> None:
        """Take requests until the sender closes."""
        connection, _ = self._listener.accept()
        with connection, self._listener:
            stalled = False
            while data := connection.recv(1 << 16):
                if self._hangs_up:
                    return
                if not self._answers:
                    continue
                self._answers -= 1
                if not stalled:
                    stalled = True
                    time.sleep(STALL)
                for part in (b"HTTP/1.1 202 Accepted\r\nContent-", b"Length: 2\r\n\r\nok"):
                    connection.sendall(part)
                assert data


def test_a_wait_is_counted_from_when_a_request_was_due() -> None:
    """What was due while the server stood still is late by what was left of the standstill."""
    server = Server()
    server.start()
    pace = Pace(port=server.port, rate=100, warm_up=0, seconds=0.5, connections=1)
    found = drive(pace)
    assert found.statuses == {"202": len(due_times(pace))}
    assert found.answer.most >= STALL * 1000
    # A closed loop would have had one late answer; here a good part of all are late.
    assert found.answer.p50 >= STALL * 1000 / 8
    assert found.late.most >= STALL * 1000 / 2
    server.join(10)


def test_who_falls_behind_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has no answer by the end is counted, and is no time."""
    monkeypatch.setattr(paced, "_GRACE", 0.5)
    server = Server(answers=3)
    server.start()
    pace = Pace(port=server.port, rate=100, warm_up=0, seconds=0.5, connections=1)
    found = drive(pace)
    assert found.statuses == {"202": 3, NO_ANSWER: len(due_times(pace)) - 3}
    assert found.unanswered == len(due_times(pace)) - 3
    assert found.answer.count == 3
    server.join(10)


def test_times_are_drawn_before() -> None:
    """Times come from the seed alone, at the rate that was asked for."""
    pace = Pace(port=0, rate=1000, warm_up=1, seconds=9, mix=Mix(seed=7))
    times = due_times(pace)
    assert times == due_times(pace) == sorted(times)
    assert 9_500 < len(times) < 10_500
    assert times[-1] < 10


def test_a_lost_connection_is_no_result() -> None:
    """Where the server hangs up there are no figures."""
    server = Server(hangs_up=True)
    server.start()
    with pytest.raises(BenchFailed, match="closed a connection"):
        drive(Pace(port=server.port, rate=50, warm_up=0, seconds=0.2, connections=1))
    server.join(10)
