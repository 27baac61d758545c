"""Crowd: senders that hold connections and bring nothing, in a process of their own.

`python -m tests.faults.crowd PORT IDLE SLOW` opens them, says `open`, and keeps them: the idle ones
silent, the slow ones at a body whose bytes come one by one. Whichever is closed is opened again.
It ends with its standard input.
"""

import asyncio
import resource
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.ingress.fakes import post

__all__ = ["crowd"]

_ROOT = Path(__file__).parents[2]
_PAUSE = 0.1
_AT_ONCE = 100


@asynccontextmanager
async def crowd(port: int, *, idle: int = 0, slow: int = 0) -> AsyncIterator[None]:
    """Have a crowd at the gateway, all there before this yields."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.crowd",
        *map(str, (port, idle, slow)),
        cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            assert await process.stdout.readline() == b"open\n"
        yield
    finally:
        process.stdin.close()
        async with asyncio.timeout(30):
            await process.wait()


async def _stay(
    port: int, turns: asyncio.Semaphore, came: set[int], number: int, slow: int
) -> None:
    """Be there, for as long as it is let, and then again; the first `slow` trickle."""
    while True:
        try:
            async with turns:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(_PAUSE)
            continue
        came.add(number)
        try:
            await (_trickle(writer) if number < slow else reader.read())
        except OSError:
            pass
        finally:
            writer.transport.abort()
        await asyncio.sleep(_PAUSE)


async def _trickle(writer: asyncio.StreamWriter) -> None:
    writer.write(post(b"", length=1_000_000))
    while not writer.transport.is_closing():
        await asyncio.sleep(_PAUSE)
        writer.write(b" ")
        await writer.drain()


async def _main(port: int, idle: int, slow: int) -> None:
    turns, came = asyncio.Semaphore(_AT_ONCE), set[int]()
    tasks = [
        asyncio.create_task(_stay(port, turns, came, number, slow)) for number in range(idle + slow)
    ]
    while len(came) < len(tasks):  # noqa: ASYNC110 - nobody tells us
        await asyncio.sleep(_PAUSE)
    sys.stdout.write("open\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    asyncio.run(_main(*map(int, sys.argv[1:])))
