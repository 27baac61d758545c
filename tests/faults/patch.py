"""Patch: another function in the place of one of the product's or of a library's."""

from collections.abc import Callable
from typing import Any

__all__ = ["patch"]


def patch(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Replace `owner`'s `name` by what `make` makes of it."""
    setattr(owner, name, make(getattr(owner, name)))
