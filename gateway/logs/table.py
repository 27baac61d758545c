"""Table: the list of lines as the documents show it."""

from collections.abc import Iterator

from gateway.logs.events import EVENTS

__all__ = ["render"]


def render() -> str:
    """Return the table of lines."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "| event | level | fields | means | do |"
    yield "|---|---|---|---|---|"
    for event, level, fields, means, do in EVENTS:
        listed = " ".join(f"`{field}`" for field in fields) or "none"
        yield f"| {event} | {level} | {listed} | {means} | {do or 'nothing'} |"
