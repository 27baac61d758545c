"""Files of events in chunks of whole lines, whatever they are packed in and however they end."""

import asyncio
import gzip
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli import source
from gateway.cli.source import STDIN, Chunk, Feed, Source, SourceFailed, chunks

MOST = 1 << 30


def lines_of(cut: Iterator[Chunk]) -> list[bytes | None]:
    """Return all lines of chunks."""
    return [line for chunk in cut for line in chunk.lines]


def test_a_line_that_is_too_long_is_not_kept() -> None:
    """A line without end costs no memory beyond the limit, and the next line is read."""
    content = b"a\n" + b"x" * 3_000_000 + b"\nb\n" + b"y" * 2_000_000
    cut = list(chunks(io.BytesIO(content), longest=1 << 20, most=MOST))
    assert [line for chunk in cut for line in chunk.lines] == [b"a", None, b"b", None]
    assert cut[-1].end == len(content)


def test_marks_and_line_ends_of_other_systems() -> None:
    """A byte order mark, carriage returns and space around a line are no part of it."""
    content = b'\xef\xbb\xbf{"a":1}\r\n\r\n  {"b":2} \r\n'
    assert lines_of(chunks(io.BytesIO(content), longest=99, most=MOST)) == [
        b'{"a":1}',
        b"",
        b'{"b":2}',
    ]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda c: gzip.compress(c) * 2])
def test_reading_goes_on_where_it_was(tmp_path: Path, pack: object) -> None:
    """A file, packed or not, is read on from a chunk's end, which its tail tells apart."""
    path = tmp_path / "events"
    content = b"".join(b"%d\n" % number for number in range(100_000))
    path.write_bytes(pack(content))  # type: ignore[operator]
    with Source(path) as file:
        first, second, *_ = file.chunks(longest=99, most=1000)
    with Source(path) as file:
        assert file.tail(first.end, len(first.tail)) == first.tail
        again = next(file.chunks(end=first.end, line=len(first.lines), longest=99, most=1000))
    assert again._replace(passed=0) == second._replace(passed=0)
    with Source(path) as file:
        assert file.tail(99_999_999, 4096) == b""


def test_what_cannot_be_read(tmp_path: Path) -> None:
    """A file that is not there, is a folder, or was cut short says so, after what is good of it."""
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(SourceFailed, match=str(path)), Source(path):
            pass
    cut = tmp_path / "cut.gz"
    content = os.urandom(300_000).hex().encode()
    cut.write_bytes(gzip.compress(b"good\n" + content)[:200_000])
    with Source(cut) as file:
        reading = file.chunks(longest=999_999, most=1)
        assert next(reading).lines == [b"good"]
        with pytest.raises(SourceFailed, match=r"cut\.gz cannot be read to its end"):
            next(reading)


async def test_reading_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks come in order; a fault of the file is raised where they are taken."""
    monkeypatch.setattr(source, "_BLOCK", 10)

    def failing() -> Iterator[Chunk]:
        yield from chunks(io.BytesIO(b"1\n2\n3\n"), longest=9, most=1)
        raise SourceFailed("gone")

    reading = Feed(failing()).chunks()
    assert [(await anext(reading)).lines for _ in range(3)] == [[b"1"], [b"2"], [b"3"]]
    with pytest.raises(SourceFailed, match="gone"):
        await anext(reading)


async def test_a_silent_pipe_keeps_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input that says nothing neither stalls the loop nor hinders the end."""
    out, into = os.pipe()
    with os.fdopen(out, "rb") as pipe:
        monkeypatch.setattr("sys.stdin", pipe)
        with Source(STDIN) as stdin:
            feed = Feed(stdin.chunks(longest=99, most=9))
            os.write(into, b"one\n")
            reading = feed.chunks()
            assert (await anext(reading)).lines == [b"one"]
            asyncio.get_running_loop().call_later(0.05, feed.close)
            assert [chunk async for chunk in reading] == []
            os.close(into)
            await asyncio.sleep(0.05)
