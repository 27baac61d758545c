"""The closed loop: one request under way a connection, every answer counted."""

import asyncio
import os
from contextlib import closing, suppress

from benchmarks.connection import CUT, UNREADABLE
from benchmarks.load import Load

ACCEPTED = b"HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\nok"


async def loaded(answers: list[bytes], connections: int = 1) -> Load:
    """Send a request for each answer to a server that gives them in turn, then hangs up."""
    left = iter(answers)
    serving: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(ConnectionError):
            while await reader.read(1 << 16):
                answer = next(left, b"")
                if not answer:
                    return
                for part in (answer[:20], answer[20:]):
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(0.005)

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.append(asyncio.create_task(serve(reader, writer)))

    load = Load([b"request"] * (len(answers) + connections), {"server": os.getpid()})
    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        port: int = server.sockets[0].getsockname()[1]
        await load.run([port], connections, 0.02, 5.0)
        await asyncio.gather(*serving)
    return load


async def test_answers_are_counted() -> None:
    """Each answer counts once, in however many pieces it comes."""
    load = await loaded([ACCEPTED] * 30)
    assert load.statuses == {"202": 30, CUT: 1}


async def test_what_comes_in_place_of_an_answer() -> None:
    """A server that hangs up, or says what is no answer, is counted as that."""
    load = await loaded([ACCEPTED, b"HTTP/1.1 503 Unavailable\r\ncontent-length: 0\r\n\r\n"])
    assert load.statuses == {"202": 1, "503": 1, CUT: 1}
    load = await loaded([ACCEPTED, b"HTTP/1.0 202 Accepted\r\n\r\n"])
    assert load.statuses == {"202": 1, UNREADABLE: 1}


async def test_connections_take_turns() -> None:
    """All connections share one list of requests, each of which is sent once."""
    load = await loaded([ACCEPTED] * 40, connections=4)
    assert load.statuses["202"] == 40
