"""Waiting for what comes in its own time, within bounds."""

import asyncio
import time
from collections.abc import Callable

__all__ = ["until", "wait_until"]

_SECONDS = 60.0


async def until(condition: Callable[[], bool], *, within: float = _SECONDS) -> None:
    """Return when `condition` holds; fail where it does not within so many seconds."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(0.02)


def wait_until(condition: Callable[[], bool], *, within: float = _SECONDS) -> None:
    """Do the same where there is no loop."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)
