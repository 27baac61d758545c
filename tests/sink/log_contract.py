"""What every log keeps, whatever it reads from: see `gateway.retrieval`."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from gateway.retrieval import Log, LogReader, Stored

__all__ = ["LogContract", "LogRig", "read_all"]

_SECONDS = 30.0


class LogRig(Protocol):
    """A log, two of its topics, and a way to write to them."""

    log: Log
    topic: str
    other: str

    async def write(self, topic: str, value: bytes, *, key: bytes = b"t", time: float) -> None:
        """Write a record of a time, seconds since the epoch."""


async def read_all(reader: LogReader) -> list[Stored]:
    """Read to the ends as they were at the opening."""
    found: list[Stored] = []
    async with asyncio.timeout(_SECONDS):
        while reader.left:
            found += await reader.read(0.2)
    return found


class LogContract:
    """What every log keeps."""

    def opened(self) -> AbstractAsyncContextManager[LogRig]:
        """Return a log whose two topics are there and empty."""
        raise NotImplementedError

    async def test_reads_to_the_ends_of_the_opening(self) -> None:
        """All is read, in the order of a key, with value, headers and time; then none is left."""
        async with self.opened() as rig:
            for number in range(30):
                await rig.write(rig.topic, b"%d" % number, time=1000.5 + number)
            await rig.write(rig.other, b"other", time=2000.0)
            async with rig.log.open([rig.topic, rig.other], 0.0) as reader:
                assert reader.left == 31
                assert reader.from_first
                found = await read_all(reader)
                assert reader.left == 0
        mine = [each for each in found if each.topic == rig.topic]
        assert [(each.value, each.time) for each in mine] == [
            (b"%d" % number, 1000.5 + number) for number in range(30)
        ]
        assert {tuple(each.headers) for each in found} == {(("h", b"1"),)}
        assert [each.value for each in found if each.topic == rig.other] == [b"other"]

    async def test_begins_at_a_time(self) -> None:
        """Only what is of the time or later is read, and it says that it did not begin at first."""
        async with self.opened() as rig:
            for number in range(10):
                await rig.write(rig.topic, b"%d" % number, time=1000.0 + number)
            async with rig.log.open([rig.topic], 1007.0) as reader:
                assert not reader.from_first
                assert [each.value for each in await read_all(reader)] == [b"7", b"8", b"9"]
            async with rig.log.open([rig.topic], 5000.0) as reader:
                assert reader.left == 0
                assert not reader.from_first

    async def test_an_empty_topic_begins_at_first(self) -> None:
        """Nothing is left of an empty topic, and nothing of it came before."""
        async with self.opened() as rig, rig.log.open([rig.topic, rig.other], 0.0) as reader:
            assert reader.left == 0
            assert reader.from_first
            assert await reader.read(0.05) == []

    async def test_goes_on_with_what_comes(self) -> None:
        """After the ends it reads on: what is written later comes once, and is never `left`."""
        async with self.opened() as rig, rig.log.open([rig.topic, rig.other], 0.0) as reader:
            found: list[Stored] = []
            for number in range(20):
                topic = rig.other if number % 3 == 0 else rig.topic
                await rig.write(topic, b"%d" % number, key=b"%d" % number, time=1000.5 + number)
                async with asyncio.timeout(_SECONDS):
                    while len(found) <= number:
                        found += await reader.read(0.2)
                        assert reader.left == 0
            assert [(each.topic, each.value, each.time) for each in found] == [
                (rig.other if number % 3 == 0 else rig.topic, b"%d" % number, 1000.5 + number)
                for number in range(20)
            ]
            assert {tuple(each.headers) for each in found} == {(("h", b"1"),)}
