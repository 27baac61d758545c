"""Fact: the base of what is known and does not change.

Its options come from here, for a compiled module would lose its own: mypyc passes over a class's
keywords, and inherits what a base has. So this module is never compiled. That each fact says
`frozen` again is for mypy, which asks for it.
"""

import msgspec

__all__ = ["Fact"]


class Fact(msgspec.Struct, frozen=True, gc=False):
    """A frozen struct that takes no part in garbage collection: no cycle leads through it."""
