"""Environment: variables laid over the configuration file's tree.

`CSTAR_GATEWAY__SECTION__KEY` sets a key; `CSTAR_GATEWAY__WEBHOOKS__0__SECRETS` one of the first
`[[webhooks]]`; a table or a list of tables may also be given whole, as JSON. The library
pydantic-settings is not used for it: it passes over variables it does not know, stops at the first
that is not JSON, and cannot number the tables of a list; all three would hide mistakes.
"""

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from gateway.config.faults import PREFIX, Fault, Path, Problem, dotted, harmless
from gateway.config.keys import key_at, suggestion

__all__ = ["overlay"]


def overlay(
    tree: dict[str, Any], environ: Mapping[str, str]
) -> tuple[set[Path], list[tuple[Path, Fault]]]:
    """Lay the variables of `environ` over `tree`, in place.

    Returns:
        The keys that were set, and the place and fault of each variable that could not be used.
    """
    taken: set[Path] = set()
    faults: list[tuple[Path, Fault]] = []
    found = [(_path(name), name) for name in environ if name.startswith(PREFIX)]
    # A whole table before its keys, and the tables of a list in their order.
    for path, name in sorted(found, key=lambda pair: (len(pair[0]), *map(_rank, pair[0]))):
        try:
            _place(tree, path, _parsed(path, environ[name]))
            taken.add(path)
        except Problem as problem:
            named = dotted(path), harmless(name), "environment"
            faults.append((path, Fault(*named, problem.problem, problem.fix)))
    return taken, faults


def _path(name: str) -> Path:
    parts = name.removeprefix(PREFIX).lower().split("__")
    return tuple(int(part) if part.isdecimal() and part.isascii() else part for part in parts)


def _rank(part: str | int) -> tuple[int, str]:
    return (part, "") if isinstance(part, int) else (-1, part)


def _parsed(path: Path, text: str) -> Any:
    """Return the variable's value: JSON where the key holds tables, else the text as it is."""
    whole = isinstance(path[-1], int)
    key = key_at(path[:-1] if whole else path)
    if key is None or (whole and key.kind != "tables"):
        raise Problem("no such key", suggestion(path))
    if key.kind == "value":
        return text
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    expected: type = list if key.kind == "tables" and not whole else dict
    if not isinstance(value, expected):
        what = "a JSON array of objects" if expected is list else "a JSON object"
        raise Problem(f"is not {what}", f"write {what}, or set its keys one by one")
    return value


def _place(tree: dict[str, Any], path: Path, value: Any) -> None:
    """Set a key, making the tables above it; a table from the environment is laid over, not put."""
    node: Any = tree
    for part, below in pairwise(path):
        node = _step(node, part, [] if isinstance(below, int) else {})
        if node is None:
            return  # the file has something else here, which validation will refuse
    last = path[-1]
    if isinstance(last, int):
        node = _step(node, last, {})
        if isinstance(node, dict):
            node.update(value)
    elif isinstance(node, dict) and isinstance(value, dict) and isinstance(node.get(last), dict):
        node[last] |= value
    elif isinstance(node, dict):
        node[last] = value


def _step(node: Any, part: str | int, missing: Any) -> Any:
    """Return what lies under `part`, made if missing; None where `node` cannot hold it."""
    if isinstance(part, str):
        below = node.setdefault(part, missing) if isinstance(node, dict) else None
        return below if isinstance(below, type(missing)) else None
    if not isinstance(node, list):
        return None
    if part > len(node):
        raise Problem(
            f"leaves a hole: there are {len(node)} before it", f"number from 0; next is {len(node)}"
        )
    if part == len(node):
        node.append(missing)
    return node[part] if isinstance(node[part], dict) else None
