"""Mishaps: what befalls a replica from within, at SIGUSR1.

Each patches the product and waits for the signal; only `launcher` uses them.
"""

import signal
import time
from collections.abc import Callable, Mapping
from itertools import cycle
from types import MappingProxyType
from typing import Any

import aiokafka.client

from tests.faults.patch import patch

__all__ = ["JUMP_SECONDS", "MISHAPS", "STALL_SECONDS"]

STALL_SECONDS = 5.0
JUMP_SECONDS = 600.0
_BROKEN_SECONDS = 1.5


def _at_signal(do: Callable[[], None]) -> None:
    signal.signal(signal.SIGUSR1, lambda *_: do())


def _stall() -> None:
    """Block the event loop."""
    _at_signal(lambda: time.sleep(STALL_SECONDS))


def _clock() -> None:
    """Set the wall clock forward, back to true, back, and to true again."""
    jump = 0.0
    jumps = cycle((JUMP_SECONDS, 0.0, -JUMP_SECONDS, 0.0))

    def shift() -> None:
        nonlocal jump
        jump = next(jumps)

    patch(time, "time", lambda true: lambda: true() + jump)
    _at_signal(shift)


def _connecting() -> None:
    """Have connecting raise what aiokafka does not expect, which ends the task that connects."""
    until = 0.0

    def make(original: Any) -> Any:
        async def create_conn(*args: Any, **more: Any) -> Any:
            if time.monotonic() < until:
                raise ValueError("a mishap")
            return await original(*args, **more)

        return create_conn

    def break_for_a_while() -> None:
        nonlocal until
        until = time.monotonic() + _BROKEN_SECONDS

    patch(aiokafka.client, "create_conn", make)
    _at_signal(break_for_a_while)


MISHAPS: Mapping[str, Callable[[], None]] = MappingProxyType(
    {"stall": _stall, "clock": _clock, "connecting": _connecting}
)
"""Every mishap by its name."""
