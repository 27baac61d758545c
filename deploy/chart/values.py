"""Values: values.yaml as people read it, each key with the comment that describes it."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

__all__ = ["Value", "read"]

_DESCRIPTION = re.compile(r"# -- (?:\((\w+)\) )?(.*)")


class Value(NamedTuple):
    """One key of values.yaml.

    Attributes:
        path: where it is.
        description: what its comment says, None where it has none.
        kind: its type where the comment names one; else None.
        held: what it holds.
    """

    path: tuple[str, ...]
    description: str | None
    kind: str | None
    held: Any

    @property
    def passed_on(self) -> bool:
        """Whether what it holds goes to Kubernetes as it is, and has no keys of ours."""
        return self.description is not None or not (isinstance(self.held, dict) and self.held)


def read(text: str) -> list[Value]:
    """Return every key that is the chart's own, parents before children, in the file's order."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)  # noqa: S101 - a file of the repository
    return list(_walk(root, yaml.safe_load(text), (), text.splitlines()))


def _walk(
    node: yaml.MappingNode, held: dict[str, Any], above: tuple[str, ...], lines: list[str]
) -> Iterator[Value]:
    for key, below in node.value:
        path = (*above, key.value)
        kind, description = _comment(lines[: key.start_mark.line])
        value = Value(path, description, kind, held[key.value])
        yield value
        if not value.passed_on:
            yield from _walk(below, value.held, path, lines)


def _comment(lines: list[str]) -> tuple[str | None, str | None]:
    """Return the type and the description that the comment at the end of `lines` gives."""
    said: list[str] = []
    for line in reversed(lines):
        text = line.strip()
        if not text.startswith("#"):
            break
        found = _DESCRIPTION.match(text)
        if found:
            return found[1], " ".join([found[2], *reversed(said)])
        said.append(text.removeprefix("#").strip())
    return None, None
