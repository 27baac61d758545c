"""Guardian: a tiny process that runs Kafka for us and outlives us just long enough to end it.

Run as a script, with the standard library only. It holds one end of a pipe from whoever started it.
However that one ends, by kill -9 too, the pipe closes: the guardian kills Kafka, removes its folder
and goes. It leads a session of its own, so that Ctrl-C in a terminal reaches the gateway alone,
which drains while Kafka still stands.

Lines of JSON in: `{"run": [argv], "log": path}`, `{"signal": number}`. Lines of JSON out:
`{"pid": n}`, `{"exit": status}`, where a status below zero is a signal's number.
"""

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from typing import Any

_PR_SET_PDEATHSIG = 1
_LOOK_SECONDS = 1.0
_GRACE_SECONDS = 10.0


class Guardian:
    """Runs one child at a time, as told on stdin, until stdin ends."""

    def __init__(self, remove: list[str]) -> None:
        self._remove = remove
        self._parent = os.getppid()
        self._child: subprocess.Popen[bytes] | None = None
        self._buffer = b""
        self._ended = False

    def watch(self, wake: int) -> None:
        """Serve until the one who started us is gone."""
        while not self._ended and os.getppid() == self._parent:
            # The pipe alone may lie: a fork of our parent can hold its other end open.
            ready, _, _ = select.select([0, wake], [], [], _LOOK_SECONDS)
            if wake in ready:
                self._ended = signal.SIGTERM in os.read(wake, 64)
            self._report_exit()
            if 0 in ready:
                self._read()

    def finish(self) -> None:
        """Leave no child and no folder behind."""
        if self._child is not None:
            if not self._remove:  # its data stay: let it write them out
                self._signal(signal.SIGTERM)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._child.wait(_GRACE_SECONDS)
            self._signal(signal.SIGKILL)
            self._child.wait()
        for folder in self._remove:
            shutil.rmtree(folder, ignore_errors=True)

    def _read(self) -> None:
        received = os.read(0, 65536)
        self._ended = self._ended or not received
        *lines, self._buffer = (self._buffer + received).split(b"\n")
        for line in lines:
            self._obey(json.loads(line))

    def _obey(self, order: dict[str, Any]) -> None:
        if "run" in order:
            self._run(order["run"], order["log"])
        else:
            self._signal(order["signal"])

    def _run(self, argv: list[str], log: str) -> None:
        try:
            with open(log, "ab") as output:  # noqa: PTH123 - pathlib doubles the start-up time
                self._child = subprocess.Popen(  # noqa: S603 - our own parent's orders
                    argv,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    preexec_fn=_die_with_parent,  # noqa: PLW1509 - one thread only
                )
        except OSError as error:
            _say(failed=str(error))
        else:
            _say(pid=self._child.pid)

    def _signal(self, number: int) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(number)

    def _report_exit(self) -> None:
        if self._child is not None and self._child.poll() is not None:
            _say(exit=self._child.returncode)
            self._child = None


def _say(**event: object) -> None:
    with contextlib.suppress(BrokenPipeError):
        os.write(1, json.dumps(event).encode() + b"\n")


def _die_with_parent() -> None:
    """On Linux, let the kernel end the child with us, should we be killed ourselves."""
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """Guard until told or left alone; arguments are folders to remove at the end."""
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    guardian = Guardian(sys.argv[1:])
    try:
        guardian.watch(wake)
    finally:
        guardian.finish()


if __name__ == "__main__":
    main()
