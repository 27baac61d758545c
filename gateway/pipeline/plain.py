"""Plain: the base of what is made anew for each delivery, and compared by what it says.

What a configuration says once is a `Fact`. What every delivery makes is plain: compiled, making it
costs as much as making a `Fact`, and reading a field of it a hundredth.
"""

__all__ = ["Plain"]


class Plain:
    """Equal to whatever is of its class and says the same; nobody changes one that was made."""

    __slots__ = ()

    def told(self) -> tuple[object, ...]:
        """Return what it says: its fields, in order."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Plain) or type(other) is not type(self):
            return False
        return self.told() == other.told()

    def __hash__(self) -> int:
        return hash(self.told())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join([repr(each) for each in self.told()])})"
