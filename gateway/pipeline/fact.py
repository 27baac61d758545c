"""Fact: the base of what is known and does not change.

Its options stand here and nowhere else, for a compiled module would lose them: mypyc passes a
class's keywords over, and inherits what a base has. So this module is never compiled.
"""

import msgspec

__all__ = ["Fact"]


class Fact(msgspec.Struct, frozen=True, gc=False):
    """A frozen struct that takes no part in garbage collection: no cycle leads through it."""
