"""Groups: every bad input there is, by group, for the tests and for the table of docs/inputs.md."""

from collections.abc import Mapping
from types import MappingProxyType

from tests.inputs import bodies, bombs, framing, limits, odd, paths, shapes, signatures
from tests.inputs.case import Case

__all__ = ["GROUPS"]

GROUPS: Mapping[str, tuple[Case, ...]] = MappingProxyType(
    {
        "HTTP framing": framing.CASES,
        "HTTP limits": limits.CASES,
        "odd but legal": odd.CASES,
        "body": bodies.CASES,
        "method and path": paths.CASES,
        "signature header": signatures.CASES,
        "JSON bombs": bombs.CASES,
        "event shape": shapes.CASES,
    }
)
"""Those that are bytes on the wire; the others have a module of their own."""
