"""Launcher: the gateway's command with faults built in, each on while its file exists.

`OBSERVED_FAULTS=FOLDER python -m tests.observability.launcher serve`. A journal that cannot be read
is waited for for seconds here, not for minutes.
"""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from gateway.cli import main
from gateway.idempotency import journal
from gateway.idempotency.window import Window
from gateway.metrics.ledger import Ledger
from gateway.metrics.loop import LoopMeter
from gateway.retrieval import LogFailed
from gateway.sink.log import KafkaLog
from tests.faults.patch import patch

__all__ = ["launch"]

_FOLDER = Path(os.environ.get("OBSERVED_FAULTS", "/nonexistent"))
_COLD_AFTER = 3.0  # seconds, in place of two minutes
_STALL = 0.7


def _on(fault: str) -> bool:
    return (_FOLDER / fault).exists()


def _deaf(original: Any) -> Any:
    """The journal cannot be read."""

    def opened(self: KafkaLog, *args: Any, **more: Any) -> Any:
        if _on("deaf"):
            raise LogFailed("a fault of the test")
        return original(self, *args, **more)

    return opened


def _stalling(original: Any) -> Any:
    """The loop stands still again and again."""

    def wait(self: LoopMeter, loop: asyncio.AbstractEventLoop) -> None:
        original(self, loop)
        if _on("stalled"):
            loop.call_later(0.3, time.sleep, _STALL)

    return wait


def _forgetful(original: Any) -> Any:
    """A delivery ends and is not counted."""

    def ended(self: Ledger, *args: Any) -> None:
        if _on("forgetful"):
            (_FOLDER / "forgetful").unlink(missing_ok=True)
        else:
            original(self, *args)

    return ended


def _small(original: Any) -> Any:
    """Memory has room for fifty ids."""

    def add(self: Window, *args: Any) -> None:
        if _on("small"):
            self._most = 50
        original(self, *args)

    return add


def launch() -> None:
    """Patch the faults in, and run the command."""
    journal._READY_WITHIN = _COLD_AFTER
    patch(KafkaLog, "open", _deaf)
    patch(LoopMeter, "_wait", _stalling)
    patch(Ledger, "ended", _forgetful)
    patch(Window, "add", _small)
    main()


if __name__ == "__main__":
    launch()
