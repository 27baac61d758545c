"""Guardian: whatever becomes of us, Kafka ends and its folder goes."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.embedded import Kafka
from tests.embedded.processes import children, is_running
from tests.waiting import wait_until

PARENT = """
import os, sys, time
from gateway.embedded import Kafka
broker = Kafka()
broker.__enter__()
if "fork" in sys.argv and os.fork() == 0:
    time.sleep(60)  # a child of ours that holds our end of the guardian's pipe
    os._exit(0)
print(broker.pid, broker.log.parent, flush=True)
if "exit" in sys.argv:
    sys.exit(0)
time.sleep(600)
"""


def is_gone(pid: int, folder: Path) -> bool:
    """Tell whether a broker has left neither process nor folder."""
    return not is_running(pid) and not folder.exists()


@contextlib.contextmanager
def parent_of_kafka(manner: str) -> Iterator[tuple[int, int, Path]]:
    """Run a program that starts a broker; yield its id, the broker's, and the broker's folder."""
    with subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-c", PARENT, manner], stdout=subprocess.PIPE, text=True
    ) as parent:
        try:
            assert parent.stdout is not None
            pid, folder = parent.stdout.readline().split()
            yield parent.pid, int(pid), Path(folder)
        finally:
            parent.kill()


@pytest.mark.parametrize("manner", ["plain", "fork"])
def test_a_parent_killed_takes_kafka_with_it(manner: str) -> None:
    """After kill -9 of whoever started Kafka the JVM and its folder are gone.

    Also where a fork of the parent lives on, holding the end of the pipe that would tell.
    """
    with parent_of_kafka(manner) as (parent, broker, folder):
        assert is_running(broker)
        assert folder.is_dir()
        forks = [child for child, line in children(parent).items() if "guardian.py" not in line]
        assert len(forks) == (manner == "fork")
        os.kill(parent, signal.SIGKILL)
        wait_until(lambda: is_gone(broker, folder))
        for fork in forks:
            os.kill(fork, signal.SIGKILL)


def test_a_parent_that_forgets_takes_kafka_with_it() -> None:
    """A program that ends without stopping its broker leaves none."""
    with parent_of_kafka("exit") as (_, broker, folder):
        wait_until(lambda: is_gone(broker, folder))


def test_a_guardian_killed_takes_kafka_with_it() -> None:
    """After kill -9 of the guardian itself the JVM is ended, we know it, and its folder goes."""
    with Kafka() as broker:
        pid, folder = broker.pid, broker.log.parent
        process = broker._process
        assert process is not None
        os.kill(process._guardian.pid, signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL
        assert not broker.runs
    wait_until(lambda: is_gone(pid, folder))
