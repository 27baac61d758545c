"""Source: stored events, one a line, in chunks of whole lines that know where they end.

May live here: files, gzipped ones, standard input, and reading ahead of those who take the lines.
May not: what a line means (`ingesting`), and how far a file came (`checkpoint`).
"""

import asyncio
import gzip
import sys
import threading
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self, cast

__all__ = ["STDIN", "Chunk", "Feed", "Source", "SourceFailed", "chunks"]

STDIN = Path("-")
"""Stands for standard input."""

_BLOCK = 128 * 1024  # bytes: some 10 ms of work, in which the loop serves nobody else
_AHEAD = 4  # chunks
_TAIL = 4096  # bytes: several events, whose ids no other file has
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"


class SourceFailed(Exception):  # noqa: N818 - named as its siblings in other packages
    """A file cannot be read; says why."""


class Chunk(NamedTuple):
    """Whole lines, in order.

    Attributes:
        lines: without white space around them; None for one that is too long.
        first: the number of the first, from 1.
        end: where the next chunk begins, bytes; of what is unpacked, where the file is packed.
        tail: the last bytes before `end`.
        passed: bytes of the file itself that were read by then.
    """

    lines: list[bytes | None]
    first: int
    end: int
    tail: bytes
    passed: int


class Source:
    """One file of events, or standard input: `with Source(path) as source:`.

    Attributes:
        path: of the file.
        size: bytes of the file itself; 0 where that is not known.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._raw: BinaryIO
        self._stream: BinaryIO

    def __enter__(self) -> Self:
        try:
            if self.path == STDIN:
                # Not sys.stdin.buffer: who reads ahead in it could not be ended.
                self._raw = self._stream = open(
                    sys.stdin.fileno(), "rb", buffering=0, closefd=False
                )
                return self
            self._raw = self._stream = self.path.open("rb", buffering=0)
            self.size = self.path.stat().st_size
            magic = self._raw.read(len(_GZIP))
            self._raw.seek(0)
        except OSError as error:
            raise SourceFailed(f"{self.path} cannot be read: {error.strerror or error}") from None
        if magic == _GZIP:
            self._stream = cast("BinaryIO", gzip.GzipFile(fileobj=self._raw))
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._raw.close()

    @property
    def name(self) -> str:
        """What people call it."""
        return "standard input" if self.path == STDIN else str(self.path)

    def tail(self, end: int, length: int) -> bytes:
        """Go to `end`; return the `length` bytes before it, fewer where the file is shorter.

        Raises:
            SourceFailed: the file cannot be read.
        """
        parts: list[bytes] = []
        try:
            self._stream.seek(end - length)
            while length and (part := self._stream.read(length)):
                parts.append(part)
                length -= len(part)
        except (OSError, EOFError, zlib.error) as error:
            raise self._failed(error) from None
        return b"".join(parts)

    def chunks(self, *, end: int = 0, line: int = 0, longest: int, most: int) -> Iterator[Chunk]:
        """Yield what comes from where the source is now; see `chunks`.

        Raises:
            SourceFailed: the file cannot be read to its end; what was yielded is good.
        """
        try:
            for chunk in chunks(self._stream, end=end, line=line, longest=longest, most=most):
                yield chunk._replace(passed=self._raw.tell() if self.size else chunk.end)
        except (OSError, EOFError, zlib.error) as error:
            raise self._failed(error) from None

    def _failed(self, error: Exception) -> SourceFailed:
        return SourceFailed(f"{self.name} cannot be read to its end: {error}")


def chunks(
    stream: BinaryIO, *, end: int = 0, line: int = 0, longest: int, most: int
) -> Iterator[Chunk]:
    """Cut a stream into chunks. A last line that has no line end is a line, too.

    Args:
        stream: where it is now, a line begins.
        end: bytes before it.
        line: lines before it.
        longest: bytes a line may have; of one that has more nothing is kept.
        most: lines a chunk may have.
    """
    rest, dropped = b"", 0
    while True:
        block = stream.read(_BLOCK)
        data = rest + block
        cut = data.rfind(b"\n") + 1 if block else len(data)
        if cut or (dropped and not block):
            for lines, at in _slices(data[:cut], longest, most, begun=dropped > 0):
                if line == 0 and lines[0]:
                    lines[0] = lines[0].removeprefix(_BOM).strip()
                tail = data[max(0, at - _TAIL) : at]
                yield Chunk(lines, line + 1, end + dropped + at, tail, 0)
                line += len(lines)
            end += dropped + cut
            dropped = 0
        if not block:
            return
        rest = data[cut:]
        if len(rest) > longest:
            dropped, rest = dropped + len(rest), b""


def _slices(
    data: bytes, longest: int, most: int, *, begun: bool
) -> Iterator[tuple[list[bytes | None], int]]:
    """Yield `most` lines at a time, and where in `data` they end.

    `begun`: the first is the end of a line that is too long.
    """
    pieces = data.split(b"\n")
    if data.endswith(b"\n"):
        pieces.pop()
    at = 0
    for first in range(0, len(pieces), most):
        part = pieces[first : first + most]
        at = min(len(data), at + sum(map(len, part)) + len(part))
        lines = [piece.strip() if len(piece) <= longest else None for piece in part]
        if begun and not first:
            lines[0] = None
        yield lines, at


class Feed:
    """Chunks, read ahead in a thread of its own: no slow disk, pipe or sender stalls the loop.

    Build it inside the running loop.

    Args:
        source: what is read.
    """

    def __init__(self, source: Iterator[Chunk]) -> None:
        self._source = source
        self._loop = asyncio.get_running_loop()
        self._room = threading.Semaphore(_AHEAD)
        self._closed = False
        self._read: asyncio.Queue[Chunk | Exception | None] = asyncio.Queue()
        # A daemon: nobody need wait for a pipe that says nothing.
        threading.Thread(target=self._run, name="source", daemon=True).start()

    def _run(self) -> None:
        try:
            for chunk in self._source:
                self._hand(chunk)
                self._room.acquire()
                if self._closed:
                    return
        except Exception as error:  # noqa: BLE001 - raised again where it is heard
            self._hand(error)
        else:
            self._hand(None)

    def _hand(self, read: Chunk | Exception | None) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._read.put_nowait, read)

    async def chunks(self) -> AsyncIterator[Chunk]:
        """Yield each chunk.

        Raises:
            SourceFailed: there is more that cannot be read.
        """
        while not self._closed:
            read = await self._read.get()
            if isinstance(read, Exception):
                raise read
            if read is None:
                return
            yield read
            self._room.release()

    def close(self) -> None:
        """Have `chunks` end, also where it waits."""
        self._closed = True
        self._room.release()
        self._read.put_nowait(None)
