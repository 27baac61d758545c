"""Process: our hold on what the guardian runs."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from gateway.embedded.failure import KafkaFailed

__all__ = ["Process"]

_GUARDIAN = Path(__file__).with_name("guardian.py")
_ANSWER_SECONDS = 30.0
_FREEZE_SECONDS = 1.0
_LOOK_SECONDS = 0.002
_BLIND_SECONDS = 0.1


class Process:
    """A guardian and the one child it runs at a time. Safe to call from any thread.

    Attributes:
        pid: of the last child; 0 before the first.
    """

    def __init__(self, remove: Sequence[Path] = ()) -> None:
        """Start a guardian, which removes the folders `remove` at its end, or at ours."""
        self.pid = 0
        self._status: int | None = None
        self._failure = ""
        self._news = threading.Condition()
        self._guardian = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, "-I", "-S", str(_GUARDIAN), *map(str, remove)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._listener = threading.Thread(
            target=self._listen, args=(self._guardian.stdout,), name="kafka-guardian", daemon=True
        )
        self._listener.start()

    def run(self, argv: Sequence[str], log: Path) -> None:
        """Start a child whose output goes to the end of `log`; the last one must have ended.

        Raises:
            KafkaFailed: it cannot be run.
        """
        with self._news:
            self.pid, self._status, self._failure = 0, None, ""
            self._order({"run": list(argv), "log": str(log)})
            self._news.wait_for(lambda: self.pid or self._failure, _ANSWER_SECONDS)
            if not self.pid:
                raise KafkaFailed(f"{argv[0]} cannot be run: {self._failure or 'no answer'}.")

    def signal(self, number: int) -> None:
        """Send the child a signal; nothing happens where it has ended."""
        with self._news:
            self._order({"signal": number})

    def freeze(self) -> None:
        """Stop the child with SIGSTOP; return when it has heeded it, or where none can see that."""
        self.signal(signal.SIGSTOP)
        status = Path(f"/proc/{self.pid}/stat")  # proc_pid_stat(5): the state follows the name
        deadline = time.monotonic() + _FREEZE_SECONDS
        while time.monotonic() < deadline:
            try:
                if status.read_text().rpartition(")")[2].split()[0] in "Tt":
                    return
            except OSError:
                time.sleep(_BLIND_SECONDS)
                return
            time.sleep(_LOOK_SECONDS)

    def wait(self, seconds: float) -> int | None:
        """Wait for the child's end; return its exit status, or None where it still runs."""
        with self._news:
            self._news.wait_for(lambda: self._status is not None, seconds)
            return self._status

    @property
    def runs(self) -> bool:
        """Whether there is a child that has not ended."""
        return self.pid != 0 and self._status is None

    def close(self) -> None:
        """Have the guardian end the child, if any, and remove its folders; wait until it has."""
        assert self._guardian.stdin is not None  # noqa: S101 - it is a pipe
        with contextlib.suppress(BrokenPipeError):
            self._guardian.stdin.close()
        self._guardian.wait()
        self._listener.join()

    def _order(self, order: dict[str, object]) -> None:
        assert self._guardian.stdin is not None  # noqa: S101 - it is a pipe
        with contextlib.suppress(BrokenPipeError, ValueError):
            self._guardian.stdin.write(json.dumps(order).encode() + b"\n")
            self._guardian.stdin.flush()

    def _listen(self, events: IO[bytes]) -> None:
        with events:
            for line in events:
                event = json.loads(line)
                with self._news:
                    self.pid = event.get("pid", self.pid)
                    self._status = event.get("exit", self._status)
                    self._failure = event.get("failed", self._failure)
                    self._news.notify_all()
        with self._news:  # the guardian itself is gone: nobody else is left to end the child
            if self.runs:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGKILL)
                self._status = -signal.SIGKILL
            self._failure = self._failure or "the guardian process ended"
            self._news.notify_all()
