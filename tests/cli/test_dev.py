"""`dev` brings all of it up, shows every event type read back from Kafka, and leaves nothing."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.embedded import Kafka
from gateway.events.catalogue import CATALOGUE
from gateway.simulator import DEV_SECRET
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
FREE_PORTS = ["--port", "0", "--admin-port", "0"]


class Running:
    """A `dev` of its own process group, as a terminal would start it."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.output = ""
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "gateway", "dev", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        )
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def says(self, words: str) -> bool:
        """Tell whether it has said so; fail where it has ended without."""
        assert words in self.output or self._process.poll() is None, self.output
        return words in self.output

    def found(self, pattern: str) -> str:
        """Return what it said at this place."""
        match = re.search(pattern, self.output)
        assert match, self.output
        return match[1]

    def interrupt(self) -> None:
        """Press Ctrl-C: the whole process group has it."""
        os.killpg(self._process.pid, signal.SIGINT)

    def end(self) -> int:
        """Wait for its end; return the exit code."""
        code = self._process.wait(90)
        self._listener.join(10)
        return code

    def abandon(self) -> None:
        """End it whatever it does, for the test is over."""
        if self._process.poll() is None:
            self._process.kill()
        self.end()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.output += line


@contextlib.contextmanager
def dev(*arguments: str, **environment: str) -> Iterator[Running]:
    """Run `dev` for a while."""
    running = Running(*arguments, **environment)
    try:
        yield running
    finally:
        running.abandon()


def test_one_command_shows_every_type_read_back_from_a_kafka_of_its_own(tmp_path: Path) -> None:
    """`dev --once` needs nothing: it brings up Kafka, proves all 35 types, and ends with 0.

    In a pipe its lines are plain: nothing is redrawn.
    """
    with dev("--once", *FREE_PORTS, TMPDIR=str(tmp_path)) as running:
        code = running.end()
    assert code == 0, running.output
    assert "35 of 35 event types sent, accepted, and read back from Kafka." in running.output
    for event_type in CATALOGUE:
        assert re.search(
            rf"^202  cstar\.\w+\[\d\]@\d+ +{event_type} +key=team_", running.output, re.MULTILINE
        )
    for words in ('"flat": {', "ce_type", DEV_SECRET, "/webhooks/cstar", "/metrics", "/readyz"):
        assert words in running.output
    assert "\x1b" not in running.output
    assert not list(tmp_path.iterdir())


def test_ctrl_c_drains_and_says_goodbye(kafka: Kafka, unique_prefix: str) -> None:
    """Traffic flows until Ctrl-C; then everything sent was answered, and it ends with 0."""
    arguments = ["--bootstrap-servers", kafka.bootstrap_servers, "--prefix", unique_prefix]
    with dev(*arguments, "--rate", "20", *FREE_PORTS) as running:
        wait_until(lambda: running.says("Sample traffic, 20 events a second"))
        shown = running.output.count(f"\n{unique_prefix}.")
        wait_until(lambda: running.output.count(f"\n{unique_prefix}.") > shown + 40)
        running.interrupt()
        assert running.end() == 0, running.output
    sent, accepted, duplicate = (
        int(running.found(rf"\n{pattern}"))
        for pattern in (
            r"(\d+) sent  \d+ accepted",
            r"\d+ sent  (\d+) accepted",
            r"\d+ sent  \d+ accepted  (\d+) duplicate",
        )
    )
    assert sent == accepted + duplicate
    assert accepted > 75
    assert "Goodbye." in running.output
    assert "Kafka is gone" not in running.output
    assert "Traceback" not in running.output


def test_what_it_says_to_try_can_be_tried(kafka: Kafka, unique_prefix: str) -> None:
    """The commands it prints name the ports and the prefix in use, and work as they stand."""
    arguments = ["--bootstrap-servers", kafka.bootstrap_servers, "--prefix", unique_prefix]
    with dev(*arguments, "--no-traffic", *FREE_PORTS) as running:
        wait_until(lambda: running.says("Records, as they come"))
        trigger = running.found(r"cstar-gateway (trigger ticket.created --repeat 3 .*)")
        tail = running.found(r"cstar-gateway (tail tickets .*)")
        for command in (trigger, f"{tail} --from-beginning --count 1"):
            done = subprocess.run(  # noqa: S603 - ourselves
                [sys.executable, "-m", "gateway", *command.split()],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            assert done.returncode == 0, done.stdout + done.stderr
        metrics = running.found(r"Metrics +(\S+)")
        with urllib.request.urlopen(metrics) as answer:  # noqa: S310 - our own
            ledger = answer.read().decode()
        assert re.search(r'deliveries_total\{.*outcome="duplicate".*\} 2', ledger)
        running.interrupt()
        assert running.end() == 0


def test_ctrl_c_in_the_middle_of_a_start_leaves_nothing(tmp_path: Path) -> None:
    """Interrupted while Kafka comes up, it ends at once and its Kafka with it."""
    with dev(*FREE_PORTS, TMPDIR=str(tmp_path)) as running:
        wait_until(lambda: running.says("Starting Apache Kafka"))
        wait_until(lambda: any(tmp_path.iterdir()))
        running.interrupt()
        assert running.end() == 0
    wait_until(lambda: not any(tmp_path.iterdir()))
    assert "Traceback" not in running.output


def test_a_given_port_that_is_taken_is_told(kafka: Kafka) -> None:
    """A port one asked for is not exchanged for another: it says which and ends with 1."""
    arguments = ["--bootstrap-servers", kafka.bootstrap_servers, "--admin-port", "0"]
    with dev("--once", "--port", str(kafka.port), *arguments) as running:
        assert running.end() == 1
    assert str(kafka.port) in running.output
    assert "Traceback" not in running.output


@pytest.mark.parametrize("prefix", ["no spaces", "x" * 250])
def test_a_prefix_kafka_does_not_take_is_told(prefix: str, kafka: Kafka) -> None:
    """What the configuration refuses is told in its words."""
    arguments = ["--bootstrap-servers", kafka.bootstrap_servers, "--prefix", prefix]
    with dev("--once", *arguments, *FREE_PORTS) as running:
        assert running.end() == 2
    assert "topics.prefix" in running.output
    assert "Traceback" not in running.output
