"""A log over the sink in memory: what was published there is read back, or fails to be."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from gateway.pipeline.record import Record
from gateway.retrieval import LogFailed, Stored
from gateway.sink.memory import MemorySink

__all__ = ["MemoryLog"]

_LOOK = 0.002


class MemoryLog:
    """Keeps the contract of `gateway.retrieval.Log` (tests/sink/log_contract.py).

    Attributes:
        failing: set it to have every opening and reading raise `LogFailed` with these words.
        opened: which topics were opened since when, in order.
    """

    def __init__(self, sink: MemorySink) -> None:
        self._sink = sink
        self.failing = ""
        self.opened: list[tuple[tuple[str, ...], float]] = []

    @asynccontextmanager
    async def open(self, topics: Sequence[str], since: float) -> AsyncIterator["_Reader"]:
        """Open topics at their first record of `since` or later."""
        self.opened.append((tuple(topics), since))
        yield _Reader(self, self._sink, topics, since)

    def check(self) -> None:
        """Raise where it is to fail."""
        if self.failing:
            raise LogFailed(self.failing)


class _Reader:
    def __init__(
        self, log: MemoryLog, sink: MemorySink, topics: Sequence[str], since: float
    ) -> None:
        log.check()
        self._log = log
        self._sink = sink
        self._topics = topics
        self._at: dict[tuple[str, int], int] = {}
        for place, records in self._places():
            later = (n for n, each in enumerate(records) if each.timestamp_ms >= since * 1000)
            self._at[place] = next(later, len(records))
        self._ends = {place: len(records) for place, records in self._places()}
        self.from_first = not any(self._at.values())

    def _places(self) -> list[tuple[tuple[str, int], list[Record]]]:
        return [
            (place, all_) for place, all_ in self._sink.records.items() if place[0] in self._topics
        ]

    @property
    def left(self) -> int:
        return sum(max(0, end - self._at[place]) for place, end in self._ends.items())

    async def read(self, within: float) -> Sequence[Stored]:
        async with asyncio.timeout(within + 60):
            deadline = asyncio.get_running_loop().time() + within
            while True:
                self._log.check()
                found = self._next()
                if found or asyncio.get_running_loop().time() > deadline:
                    return found
                await asyncio.sleep(_LOOK)

    def _next(self) -> list[Stored]:
        found: list[Stored] = []
        for place, records in self._places():
            new = records[self._at.get(place, 0) :]
            self._at[place] = len(records)
            found += [
                Stored(place[0], each.value, each.headers, each.timestamp_ms / 1000) for each in new
            ]
        return found
