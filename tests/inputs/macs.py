"""MACs: 174 vectors of HMAC-SHA256, in the classes and numbers of Project Wycheproof's.

Most do not hold: bits flipped, bytes zeroed or turned, and whatever is truncated. The bytes are our
own, drawn from SHA-256; Python's hmac makes the true tags.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from typing import NamedTuple

__all__ = ["VECTORS", "Vector"]

_LENGTHS = (*range(17), 17, 24, 32, 47, 48, 49, 112, 127, 128, 255)
"""Bytes of the messages whose tags are true."""

_BITS = (0, 1, 7, 8, 31, 32, 33, 63, 64, 71, 77, 80, 96, 97, 103, 120, 121, 126, 127)
_PAIRS = ((0, 64), (31, 63), (63, 127))


class Vector(NamedTuple):
    """One tag.

    Attributes:
        name: what was done to it.
        key: secret.
        message: what is signed.
        tag: of 32 bytes, or truncated to 16.
        true: whether it is the message's.
    """

    name: str
    key: bytes
    message: bytes
    tag: bytes
    true: bool


def _drawn(name: str, length: int) -> bytes:
    block = hashlib.sha256(name.encode()).digest()
    return (block * (length // 32 + 1))[:length]


def _flipped(*bits: int) -> Callable[[bytes], bytes]:
    def turn(tag: bytes) -> bytes:
        turned = bytearray(tag)
        for bit in bits:
            turned[bit // 8] ^= 1 << bit % 8
        return bytes(turned)

    return turn


_TURNS: dict[str, Callable[[bytes], bytes]] = {
    **{f"bit {bit} flipped": _flipped(bit) for bit in _BITS},
    **{f"bits {one} and {two} flipped": _flipped(one, two) for one, two in _PAIRS},
    "every bit flipped": lambda tag: bytes(byte ^ 255 for byte in tag),
    "all zero": lambda tag: bytes(len(tag)),
    "all ones": lambda tag: b"\xff" * len(tag),
    "highest bits turned": lambda tag: bytes(byte ^ 128 for byte in tag),
    "lowest bits turned": lambda tag: bytes(byte ^ 1 for byte in tag),
}


def _vectors() -> Iterator[Vector]:
    for size in (32, 16):
        for length in _LENGTHS:
            key, message = _drawn(f"key {size} {length}", 32), _drawn(f"message {length}", length)
            tag = hmac.digest(key, message, "sha256")[:size]
            yield Vector(f"{length} bytes, tag of {size}", key, message, tag, true=True)
        for name, turn in _TURNS.items():
            for message in (b"", bytes(range(16))):
                tag = hmac.digest(bytes(range(32)), message, "sha256")[:size]
                told = f"{name}, {len(message)} bytes, tag of {size}"
                yield Vector(told, bytes(range(32)), message, turn(tag), true=False)
    for length in (20, 65):
        for size in (32, 16):
            for number in range(3):
                key, message = _drawn(f"long {number}", length), _drawn("m", 8 * number)
                tag = hmac.digest(key, message, "sha256")[:size]
                told = f"key of {length}, {len(message)} bytes, tag of {size}"
                yield Vector(told, key, message, tag, true=True)


VECTORS = tuple(_vectors())
