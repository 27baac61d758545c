"""Cleaning: what comes from the wire, made harmless: printable, bounded, of JSON's types.

May live here: how a value is written. May not: which values are.
"""

from collections.abc import Mapping
from typing import Any

__all__ = ["MOST_TEXT", "clean", "identifier"]

MOST_TEXT = 512
MOST_ID = 64
_MOST_ITEMS = 32
_MOST_INTEGER = 2**53  # beyond it readers of JSON lose digits


def clean(value: object, *, most: int = MOST_TEXT) -> Any:
    """Return `value` as a line may hold it: printable, bounded, and made of JSON's types.

    Bytes are told by their number only: they could be a payload.
    """
    return _clean(value, most, depth=3)


def _clean(value: object, most: int, depth: int) -> Any:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _MOST_INTEGER else str(value)[:most]
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if isinstance(value, str):
        return _text(value, most)
    if depth and isinstance(value, Mapping):
        pairs = list(value.items())[:_MOST_ITEMS]
        return {_text(str(key), MOST_ID): _clean(item, most, depth - 1) for key, item in pairs}
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [_clean(item, most, depth - 1) for item in list(value)[:_MOST_ITEMS]]
    if isinstance(value, BaseException):
        return _text(f"{type(value).__name__}: {value}", most)
    return _text(str(value), most)


def _text(text: str, most: int) -> str:
    """Cut, then escape: control characters, line ends and lone surrogates lose their force."""
    cut = text[:most]
    if not cut.isprintable():
        cut = "".join(
            char if char.isprintable() else char.encode("unicode_escape").decode() for char in cut
        )[:most]
    return cut if len(text) <= most else f"{cut}… ({len(text)} characters)"


def identifier(value: object) -> Any:
    """Return an id as a line may hold it: ASCII, and short."""
    if not isinstance(value, str):
        return clean(value, most=MOST_ID)
    return "".join(char if "!" <= char <= "~" else "?" for char in value[:MOST_ID])
