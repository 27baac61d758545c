"""Usual: the request as nearly every sender writes it, read in one go.

aiohttp's parser takes whatever HTTP allows, and makes of it a URL, a map of headers and a stream
that a delivery never looks at: much of what a bare server costs. Here the plainest form alone is
read; whatever is not just so is left, untouched, to aiohttp. What is taken here aiohttp takes, too,
and reads alike: tests/ingress/test_usual_hypothesis.py holds the two equal.

May live here: bytes in, a head out. May not: a refusal; what is odd or wrong is aiohttp's to judge.
"""

import re
from collections.abc import Sequence
from typing import ClassVar, final

from aiohttp.http import HttpVersion, HttpVersion11
from yarl import URL

from gateway.ingress.head import METHOD, PATH
from gateway.pipeline.delivery import ASKED

__all__ = ["Fields", "UsualHead", "read_usual"]

_OPENING = f"{METHOD} {PATH} HTTP/1.1\r\n".encode()
_BEGIN = len(_OPENING)
_END = b"\r\n\r\n"
_PLAIN = bytes(range(0x20, 0x7F)) + b"\r\n"
_LONGEST = 8190  # bytes of a head: aiohttp's limits are as much for each line
_MOST_FIELDS = 64
_MOST_DIGITS = 9
_MOST_NAMES = 512  # spellings that are remembered: whoever sends more is read slower, not otherwise
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 5.6.2

_PASSED = ""  # a field that nobody asks for
_ODD = "?"  # one that makes a request unusual, whatever it says
_HOST, _LENGTH, _TYPE = "host", "content-length", "content-type"
_CONNECTION, _AGENT = "connection", "user-agent"
_TYPES = frozenset(("application/json", "application/json; charset=utf-8"))
_KEPT = frozenset(("keep-alive", "Keep-Alive"))
# What changes how a message is read, or is judged by `head`, or what aiohttp takes once only.
_ODDITIES = frozenset(
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
_ONCE = {name.lower(): str(name) for name in ASKED} | {
    name: name for name in (_HOST, _LENGTH, _TYPE, _CONNECTION, _AGENT)
}
_names: dict[str, str] = {}


@final
class Fields:
    """The header fields that a delivery is asked for; each was there once, or not at all.

    Args:
        values: by name, as `gateway.pipeline.delivery.ASKED` spells it.
    """

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    def get(self, key: str, /) -> str | None:
        """Return a field's value, or None."""
        return self._values.get(key)

    def __contains__(self, key: object, /) -> bool:
        return key in self._values

    def getall(self, key: str, default: Sequence[str], /) -> Sequence[str]:
        """Return the one value, or `default`."""
        value = self._values.get(key)
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
    if head.translate(None, _PLAIN):
        return None
    values = _values_of(head.decode("ascii"))
    if values is None:
        return None
    length = _length_of(values, max_body_bytes)
    if length < 0:
        return None
    begins = end + 4
    return UsualHead(Fields(values), begins, begins + length)


def _values_of(text: str) -> dict[str, str] | None:
    """Return the values of fields that may be there once; None where one is not as it usually is.

    Args:
        text: the fields, of visible ASCII, blanks and line ends.
    """
    lines = text.split("\r\n")
    ends = len(lines) - 1
    if ends >= _MOST_FIELDS or text.count("\r") != ends or text.count("\n") != ends:
        return None
    values: dict[str, str] = {}
    for line in lines:
        spelled, separator, value = line.partition(": ")
        name = _names.get(spelled)
        if name is None:
            name = _judge(spelled)
        if not separator or name == _ODD:
            return None
        if name:
            if name in values or not value or value[0] == " " or value[-1] == " ":
                return None
            values[name] = value
    return values


def _length_of(values: dict[str, str], most: int) -> int:
    """Return the length of the body; -1 where the request is not usual."""
    connection, length = values.get(_CONNECTION), values.get(_LENGTH)
    if (
        length is None
        or len(length) > _MOST_DIGITS
        or not length.isdigit()
        or (length[0] == "0" and length != "0")
        or _HOST not in values
        or values.get(_TYPE) not in _TYPES
        or (connection is not None and connection not in _KEPT)
    ):
        return -1
    declared = int(length)
    return declared if declared <= most else -1


def _judge(spelled: str) -> str:
    """Return what a name stands for that was not seen before."""
    if _TOKEN.fullmatch(spelled) is None:
        return _ODD
    folded = spelled.lower()
    name = _ODD if folded in _ODDITIES else _ONCE.get(folded, _PASSED)
    if len(_names) < _MOST_NAMES:
        _names[spelled] = name
    return name
