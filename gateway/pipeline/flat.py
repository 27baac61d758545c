"""Flat: the leaves of `data` on one level, names joined by underscores.

The rules, also in docs/flat.md with vectors other languages can use:

1. A leaf is anything but a non-empty object: arrays, nulls and `{}` are kept as they are.
2. Its name is the path of keys joined by `_`; the order is the document's.
3. Where two leaves get one name the shallower wins; at one depth, the first in the document.
4. Numbers keep their digits and strings their characters: a value means what it meant in `data`.
5. Over the caps there is no flat form: 300 KB of nesting could otherwise become 45 MB.
"""

from collections.abc import Iterator
from typing import Any, Final, final

import msgspec

from gateway.pipeline.plain import Plain
from gateway.pipeline.reasons import Ended, Reason

__all__ = ["FlatCaps", "encode_flat", "flatten"]

_MOST_KEPT: Final = 2_000_000  # bytes of names
_NAME: Final = 150  # bytes: what a name takes beside its characters


@final
class FlatCaps(Plain):
    """Where flattening stops.

    Attributes:
        depth: most keys in one path.
        keys: most leaves.
        size: most bytes of the encoded flat form.
    """

    __slots__ = ("depth", "keys", "size")

    def __init__(self, depth: int = 32, keys: int = 2_000, size: int = 1_048_576) -> None:
        self.depth = depth
        self.keys = keys
        self.size = size

    def told(self) -> tuple[object, ...]:
        """Return its fields."""
        return self.depth, self.keys, self.size


@final
class _Names:
    """What the keys of an object are called below a prefix, kept for the next such object."""

    __slots__ = ("below", "leaves", "prefix")

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.leaves: dict[str, str] = {}
        self.below: dict[str, _Names] = {}


@final
class _Walk:
    """One walk over a document.

    Attributes:
        flat: the leaves met.
        room: what is left of the size cap: each prefix costs its length once a child, which bounds
            the memory of the names before they are built.
        made: bytes of names that nobody had met before.
    """

    __slots__ = ("flat", "made", "room")

    def __init__(self, room: int) -> None:
        self.flat: dict[str, Any] = {}
        self.room = room
        self.made = 0

    def add(self, node: dict[str, Any], names: _Names, depth: int) -> int:
        """Add the leaves below `node`; return how many there are, collisions included."""
        if depth <= 0:
            raise Ended(Reason.NESTING_TOO_DEEP, "data has more levels than a flat name may have")
        leaves = len(node)
        self.room -= len(names.prefix) * leaves
        if self.room < 0:
            raise Ended(Reason.FLAT_TOO_LARGE, "the names alone exceed the cap")
        flat, known = self.flat, names.leaves
        for key, value in node.items():
            if type(value) is dict and value:
                below = names.below.get(key)
                if below is None:
                    below = names.below[key] = _Names(f"{names.prefix}{key}_")
                    self.made += _NAME + 2 * len(below.prefix)
                leaves += self.add(value, below, depth - 1) - 1
                continue
            name = known.get(key)
            if name is None:
                name = known[key] = names.prefix + key
                self.made += _NAME + 2 * len(name)
            flat[name] = value
        return leaves


@final
class _Kept:
    """The names that documents had so far, while they are not too many."""

    __slots__ = ("size", "top")

    def __init__(self) -> None:
        self.top = _Names("")
        self.size = 0

    def add(self, made: int) -> None:
        """Take note of so many bytes more; forget all where that is too much: a key may be any."""
        self.size += made
        if self.size > _MOST_KEPT:
            self.top = _Names("")
            self.size = 0


_CAPS: Final = FlatCaps()
_kept: Final = _Kept()
_encode: Final = msgspec.json.Encoder().encode


def flatten(data: dict[str, Any], caps: FlatCaps = _CAPS) -> dict[str, Any]:
    """Return the flat form of `data` by the rules of this module.

    Deterministic: equal documents give equal results, in the document's order.

    Raises:
        Ended: `nesting_too_deep`, `flat_too_many_keys` or `flat_too_large`.
    """
    walk = _Walk(caps.size)
    try:
        leaves = walk.add(data, _kept.top, caps.depth)
    finally:
        if walk.made:
            _kept.add(walk.made)
    if leaves > caps.keys:
        raise Ended(Reason.FLAT_TOO_MANY_KEYS, f"{leaves} leaves, the most is {caps.keys}")
    flat = walk.flat
    return flat if leaves == len(flat) else _resolve(data)


def _resolve(data: dict[str, Any]) -> dict[str, Any]:
    """Flatten again where names collide, keeping the leaf that rule 3 names."""
    leaves = list(_leaves(data, "", 1))
    winners: dict[str, int] = {}
    for place, (name, depth, _) in enumerate(leaves):
        rival = winners.get(name)
        if rival is None or depth < leaves[rival][1]:
            winners[name] = place
    return {leaves[place][0]: leaves[place][2] for place in sorted(winners.values())}


def _leaves(node: dict[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, int, Any]]:
    """Yield name, depth and value of each leaf in the document's order."""
    for key, value in node.items():
        if type(value) is dict and value:
            yield from _leaves(value, f"{prefix}{key}_", depth + 1)
        else:
            yield prefix + key, depth, value


def encode_flat(flat: dict[str, Any], caps: FlatCaps = _CAPS) -> bytes:
    """Encode a flat form as JSON.

    Raises:
        Ended: `flat_too_large`, or `nesting_too_deep` where an array is nested too deep.
    """
    try:
        encoded = _encode(flat)
    except RecursionError:
        raise Ended(Reason.NESTING_TOO_DEEP) from None
    if len(encoded) > caps.size:
        raise Ended(Reason.FLAT_TOO_LARGE, f"{len(encoded)} bytes, the most is {caps.size}")
    return encoded
