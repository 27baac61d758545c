"""Chunks of any bytes, arriving in any pieces."""

import io

from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.source import chunks


class Dribble(io.RawIOBase):
    """A pipe that gives a few bytes at a time."""

    def __init__(self, content: bytes, size: int) -> None:
        self._left = content
        self._size = size

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, _: int = -1) -> bytes:
        """Give some."""
        given_now, self._left = self._left[: self._size], self._left[self._size :]
        return given_now


@given(
    st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b""))),
    st.integers(1, 9),
    st.integers(1, 5),
    st.booleans(),
)
def test_every_line_once_and_every_end_is_one(
    lines: list[bytes],
    size: int,
    most: int,
    whole: bool,  # noqa: FBT001 - a parameter
) -> None:
    """However bytes arrive: each line comes once, numbered, and a chunk's end begins the next."""
    content = b"\n".join(lines) + (b"\n" if whole and lines else b"")
    number, end = 0, 0
    for chunk in chunks(Dribble(content, size), longest=8, most=most):  # type: ignore[arg-type]
        assert chunk.first == number + 1
        assert len(chunk.lines) <= most
        raw = content[end : chunk.end].split(b"\n")
        expected = [piece.strip() if len(piece) <= 8 else None for piece in raw]
        last = chunk.end == len(content) and not content.endswith(b"\n")
        assert chunk.lines == (expected if last else expected[:-1])
        assert content[: chunk.end].endswith(chunk.tail)
        number, end = number + len(chunk.lines), chunk.end
    assert end == len(content)
