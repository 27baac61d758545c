"""Flat: the leaves of `data` on one level, names joined by underscores.

The rules, also in docs/flat.md with vectors other languages can use:

1. A leaf is anything but a non-empty object: arrays, nulls and `{}` are kept as they are.
2. Its name is the path of keys joined by `_`; the order is the document's.
3. Where two leaves get one name the shallower wins; at one depth, the first in the document.
4. Numbers keep their digits and strings their characters: a value means what it meant in `data`.
5. Over the caps there is no flat form: 300 KB of nesting could otherwise become 45 MB.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from gateway.pipeline.fact import Fact
from gateway.pipeline.reasons import Ended, Reason

__all__ = ["FlatCaps", "encode_flat", "flatten"]


class FlatCaps(Fact, frozen=True):
    """Where flattening stops.

    Attributes:
        depth: most keys in one path.
        keys: most leaves.
        size: most bytes of the encoded flat form.
    """

    depth: int = 32
    keys: int = 2_000
    size: int = 1_048_576


_CAPS = FlatCaps()
_encode = msgspec.json.Encoder().encode


def flatten(data: dict[str, Any], caps: FlatCaps = _CAPS) -> dict[str, Any]:
    """Return the flat form of `data` by the rules of this module.

    Deterministic: equal documents give equal results, in the document's order.

    Raises:
        Ended: `nesting_too_deep`, `flat_too_many_keys` or `flat_too_large`.
    """
    flat: dict[str, Any] = {}
    leaves = _walk(data, "", flat, caps.depth, [caps.size])
    if leaves > caps.keys:
        raise Ended(Reason.FLAT_TOO_MANY_KEYS, f"{leaves} leaves, the most is {caps.keys}")
    return flat if leaves == len(flat) else _resolve(data)


def _walk(
    node: dict[str, Any], prefix: str, flat: dict[str, Any], depth: int, room: list[int]
) -> int:
    """Add the leaves below `node` to `flat`; return how many there are, collisions included.

    `room` is what is left of the size cap: each prefix costs its length once a child, which bounds
    the memory of the names before they are built.
    """
    if depth <= 0:
        raise Ended(Reason.NESTING_TOO_DEEP, "data has more levels than a flat name may have")
    room[0] -= len(prefix) * len(node)
    if room[0] < 0:
        raise Ended(Reason.FLAT_TOO_LARGE, "the names alone exceed the cap")
    leaves = len(node)
    for key, value in node.items():
        if type(value) is dict and value:
            leaves += _walk(value, f"{prefix}{key}_", flat, depth - 1, room) - 1
        else:
            flat[prefix + key] = value
    return leaves


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
