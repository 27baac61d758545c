"""Reading: JSON, and its flat form, as Python's own reader has it: the product's rival in tests.

Written from docs/flat.md and RFC 8259 alone, so that it can contradict the product.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["flat_of", "read_json"]


def read_json(text: bytes) -> Any:
    """Read JSON strictly: UTF-8, no NaN; fractions as their digits.

    Raises:
        ValueError: it is not JSON.
        RecursionError: it is nested deeper than Python reads.
    """
    return json.loads(
        text.decode(), parse_float=lambda digits: ("fraction", digits), parse_constant=_refuse
    )


def _refuse(word: str) -> None:
    """Refuse NaN and Infinity, which Python takes."""
    raise ValueError(word)


def flat_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Flatten by the rules: of two leaves of one name the shallower wins, then the first."""
    leaves = list(_leaves(data, ()))
    best: dict[str, int] = {}
    for path, _ in leaves:
        name = "_".join(path)
        best[name] = min(best.get(name, len(path)), len(path))
    flat: dict[str, Any] = {}
    for path, value in leaves:
        name = "_".join(path)
        if name not in flat and len(path) == best[name]:
            flat[name] = value
    return flat


def _leaves(
    node: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in node.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value
