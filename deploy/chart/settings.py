"""Settings: the `config` of values.yaml, every key of the configuration with its default."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.config.keys import KEYS, Key
from gateway.config.quantities import Quantity

__all__ = ["OURS", "default", "quantity", "render", "renewed"]

OURS: Mapping[tuple[str, ...], Any] = {
    ("admin", "host"): "0.0.0.0",  # noqa: S104 - the kubelet and Prometheus ask from outside
    ("webhooks",): [
        {"name": "default", "secrets": ["file:/run/secrets/cstar-gateway/current"]},
    ],
}
"""What a pod needs otherwise than a process on its own."""

_WIDTH = 98
_MARKED = re.compile(r"(# config: [^\n]*\n).*?(# /config\n)", re.DOTALL)


def renewed(values: str) -> str:
    """Return values.yaml with its `config` written anew.

    Raises:
        ValueError: the marks are not there.
    """
    if not _MARKED.search(values):
        raise ValueError("values.yaml lacks the marks of config")
    return _MARKED.sub(lambda match: f"{match[1]}{render()}{match[2]}", values)


def render() -> str:
    """Return the lines of `config`."""
    lines = ["config:"]
    for key in KEYS.values():
        if "*" not in key.path:
            lines += _entry(key)
    return "\n".join(lines) + "\n"


def quantity(key: Key) -> Quantity | None:
    """Return how a key's numbers are read, None where it holds none."""
    return next((one for one in key.field.metadata if isinstance(one, Quantity)), None)


def default(key: Key) -> Any:
    """Return a key's default as values.yaml has it: as people write it, empty for none."""
    if key.path in OURS:
        return OURS[key.path]
    if key.kind == "tables":
        return []
    value = key.field.get_default()
    if isinstance(value, tuple):
        return list(value)
    read = quantity(key)
    if value is None:
        return ""
    # Counts stay numbers; durations and sizes are texts with their units.
    return read.write(value) if read and read.kind != "whole number" else value


def _entry(key: Key) -> Iterator[str]:
    pad = "  " * len(key.path)
    if key.kind == "table":
        yield f"{pad}# {(key.field.annotation.__doc__ or '').strip()}"
        yield f"{pad}{key.path[-1]}:"
        return
    meaning = key.field.description or ""
    if key.kind == "tables":
        meaning = _tables(key)
    yield from _wrapped(f"# -- {meaning}", pad)
    yield f"{pad}{key.path[-1]}: {_written(default(key), pad)}".replace(": \n", ":\n")


def _tables(key: Key) -> str:
    """Name the keys of a list's tables: values.yaml has no line for them."""
    below = [one for one in KEYS.values() if one.path[:-1] == (*key.path, "*")]
    named = ", ".join(f"`{one.path[-1]}`" for one in below)
    section = key.field.annotation.__args__[0]  # type: ignore[union-attr]
    return f"{section.__doc__.strip()} Each: {named}."


def _written(value: Any, pad: str) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        lines: list[str] = []
        for table in value:
            for number, (name, held) in enumerate(table.items()):
                lead = "  - " if number == 0 else "    "
                lines.append(f"{pad}{lead}{name}: {_written(held, pad)}")
        return "\n" + "\n".join(lines)
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z][\w.-]*", value):
        return value
    return json.dumps(value)


def _wrapped(text: str, pad: str) -> Iterator[str]:
    line = pad
    for word in text.split():
        if len(line) + len(word) + 1 > _WIDTH and line.strip():
            yield line.rstrip()
            line = f"{pad}# "
        line += f"{word} "
    yield line.rstrip()
