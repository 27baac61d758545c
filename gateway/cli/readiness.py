"""Readiness: an engine of a command's own, once it can begin.

May live here: starting, waiting, ending. May not: what is done with it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from gateway.cli.voice import Voice
from gateway.config import Config
from gateway.engine import FLUSH_SECONDS, Engine

__all__ = ["lacking", "ready", "wait"]

_READY_SECONDS = 180.0
_SLOW_SECONDS = 3.0
_POLL_SECONDS = 0.05


def lacking(engine: Engine) -> str:
    """Return what keeps a command from publishing; the quarantine's room for bodies does not."""
    failing = (check for check in engine.checks() if not check.ok and check.name != "quarantine")
    return "; ".join(f"{check.name}: {check.detail}" for check in failing)


@contextlib.asynccontextmanager
async def ready(
    config: Config,
    voice: Voice,
    wanting: Callable[[Engine], str | None] = lacking,
    *,
    in_order: bool = False,
) -> AsyncIterator[Engine]:
    """Run an engine that takes deliveries; flush and end it afterwards.

    Args:
        config: all of it.
        voice: told where it takes long.
        wanting: tells what it waits for.
        in_order: see `Engine`.

    Raises:
        TimeoutError: that did not come.
    """
    engine = Engine(config, in_order=in_order)
    await engine.start()
    try:
        await wait(lambda: wanting(engine), voice)
        yield engine
    finally:
        await engine.stop(FLUSH_SECONDS)


async def wait(wanting: Callable[[], str | None], voice: Voice) -> None:
    """Return when nothing is wanting any more; say so where that takes long.

    Raises:
        TimeoutError: it takes too long.
    """
    loop = asyncio.get_running_loop()
    began, told = loop.time(), False
    while problem := wanting():
        if loop.time() - began > _READY_SECONDS:
            raise TimeoutError(f"not ready after {_READY_SECONDS:.0f} s: {problem}")
        if loop.time() - began > _SLOW_SECONDS and not told:
            voice.note(f"Waiting until it can begin: {problem}")
            told = True
        await asyncio.sleep(_POLL_SECONDS)
