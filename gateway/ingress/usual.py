"""Usual: the request as nearly every sender writes it, read in one go.

aiohttp's parser takes whatever HTTP allows, and makes of it a URL, a map of headers and a stream
that a delivery never looks at: much of what a bare server costs. Here the plainest form alone is
read; whatever is not just so is left, untouched, to aiohttp. What is taken here aiohttp takes, too,
and reads alike: tests/ingress/test_usual_hypothesis.py holds the two equal.

May live here: bytes in, a head out. May not: a refusal; what is odd or wrong is aiohttp's to judge.
"""

import re
from collections.abc import Sequence
from typing import ClassVar, Final, final

from aiohttp.http import HttpVersion, HttpVersion11
from yarl import URL

from gateway.ingress.head import METHOD, PATH
from gateway.pipeline.delivery import ASKED

__all__ = ["Fields", "UsualHead", "read_usual"]

# Final, so that compiled code finds them without a look into the module's dict.
_OPENING: Final = f"{METHOD} {PATH} HTTP/1.1\r\n".encode()
_BEGIN: Final = len(_OPENING)
_END: Final = b"\r\n\r\n"
_PLAIN: Final = bytes(range(0x20, 0x7F))
_LONGEST: Final = 8190  # bytes of a head: aiohttp's limits are as much for each line
_MOST_FIELDS: Final = 64
_LINE_ENDS: Final = [b"\r\n" * count for count in range(_MOST_FIELDS)]
_MOST_DIGITS: Final = 9
# Remembered spellings, and whole lines; whoever sends more is read slower, not otherwise.
_MOST_NAMES: Final = 512
_MOST_LINES: Final = 1024
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 5.6.2

# Where a field's value stands: those asked for as `ASKED` has them, then those that are checked.
_HOST: Final = len(ASKED)
_LENGTH: Final = _HOST + 1
_TYPE: Final = _HOST + 2
_CONNECTION: Final = _HOST + 3
_AGENT: Final = _HOST + 4
_PLACES: Final = _HOST + 5
_PASSED: Final = -1  # a field that nobody asks for
_ODD: Final = -2  # one that makes a request unusual, whatever it says

_PLACE_OF: Final[dict[str, int]] = {name: place for place, name in enumerate(ASKED)}
_ONCE: Final[dict[str, int]] = {name.lower(): place for name, place in _PLACE_OF.items()} | {
    "host": _HOST,
    "content-length": _LENGTH,
    "content-type": _TYPE,
    "connection": _CONNECTION,
    "user-agent": _AGENT,
}
# What changes how a message is read, or is judged by `head`, or what aiohttp takes once only.
_ODDITIES: Final = frozenset(
    (
        "content-encoding",
        "content-location",
        "content-range",
        "etag",
        "expect",
        "max-forwards",
        "proxy-connection",
        "sec-websocket-key1",
        "server",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)
_REPEATED: Final = frozenset(  # fields whose lines come again and again, word for word
    _ONCE[name]
    for name in (
        "host",
        "content-length",
        "content-type",
        "connection",
        "user-agent",
        "x-event-type",
        "x-webhook-id",
        "x-delivery-attempt",
    )
)
_TYPES: Final = frozenset(("application/json", "application/json; charset=utf-8"))
_KEPT: Final = frozenset(("keep-alive", "Keep-Alive"))

_names: Final[dict[str, int]] = {}
_lines: Final[dict[str, tuple[int, str]]] = {}


@final
class Fields:
    """The header fields that a delivery is asked for; each was there once, or not at all.

    Names are not folded: they are asked for as `gateway.pipeline.delivery.ASKED` spells them.

    Args:
        values: as `ASKED` has them, and behind these whatever else was checked.
    """

    __slots__ = ("_values",)

    def __init__(self, values: list[str | None]) -> None:
        self._values = values

    def get(self, key: str, /) -> str | None:
        """Return a field's value, or None."""
        place = _PLACE_OF.get(key)
        return None if place is None else self._values[place]

    def getall(self, key: str, default: Sequence[str], /) -> Sequence[str]:
        """Return the one value, or `default`."""
        value = self.get(key)
        return default if value is None else (value,)


@final
class UsualHead:
    """A head: `POST` on the route, of HTTP/1.1, of JSON of a length that is taken.

    `check_head` would find nothing in it.

    Attributes:
        headers: those that are asked for.
        begins: where the body begins, in bytes from the start of the request.
        ends: where it ends.
    """

    __slots__ = ("begins", "ends", "headers")

    method: ClassVar[str] = METHOD
    path: ClassVar[str] = PATH
    url: ClassVar[URL] = URL(PATH)
    version: ClassVar[HttpVersion] = HttpVersion11
    should_close: ClassVar[bool] = False

    def __init__(self, headers: Fields, begins: int, ends: int) -> None:
        self.headers = headers
        self.begins = begins
        self.ends = ends


def read_usual(data: bytes, max_body_bytes: int) -> UsualHead | None:
    """Return the usual request's head that `data` begins with; None where it is not one.

    Args:
        data: from the first byte of a request; the body may lack, or have something behind it.
        max_body_bytes: the largest body taken.
    """
    if not data.startswith(_OPENING):
        return None
    end = data.find(_END, _BEGIN)
    if end < 0 or end > _LONGEST:
        return None
    head = data[_BEGIN:end]
    lines = head.decode("ascii", "replace").split("\r\n")
    count = len(lines)
    # Beside visible ASCII and blanks there is nothing but the ends of the lines.
    if count > _MOST_FIELDS or head.translate(None, _PLAIN) != _LINE_ENDS[count - 1]:
        return None
    values: list[str | None] = [None] * _PLACES
    for line in lines:
        known = _lines.get(line)
        place, value = _read_line(line) if known is None else known
        if place >= 0:
            if values[place] is not None:
                return None
            values[place] = value
        elif place == _ODD:
            return None
    length = _length_of(values, max_body_bytes)
    if length < 0:
        return None
    begins = end + 4
    return UsualHead(Fields(values), begins, begins + length)


def _read_line(line: str) -> tuple[int, str]:
    """Return where a field's value belongs, and the value; or `_PASSED` or `_ODD`."""
    spelled, separator, value = line.partition(": ")
    place = _names.get(spelled)
    if place is None:
        place = _judge(spelled)
    if not separator:
        return _ODD, value
    if place >= 0:
        if value.startswith(" ") or value.endswith(" "):  # of which aiohttp keeps nothing
            return _ODD, value
        if place in _REPEATED and len(_lines) < _MOST_LINES:
            _lines[line] = (place, value)
    return place, value


def _judge(spelled: str) -> int:
    """Return what a name stands for that was not seen before."""
    if _TOKEN.fullmatch(spelled) is None:
        return _ODD
    folded = spelled.lower()
    place = _ODD if folded in _ODDITIES else _ONCE.get(folded, _PASSED)
    if len(_names) < _MOST_NAMES:
        _names[spelled] = place
    return place


def _length_of(values: list[str | None], most: int) -> int:
    """Return the length of the body; -1 where the request is not usual."""
    connection, length = values[_CONNECTION], values[_LENGTH]
    if (
        length is None
        or len(length) > _MOST_DIGITS
        or not length.isdigit()
        or (length.startswith("0") and length != "0")
        or values[_HOST] is None
        or values[_TYPE] not in _TYPES
        or (connection is not None and connection not in _KEPT)
    ):
        return -1
    declared = int(length)
    return declared if declared <= most else -1
