"""Change: one `path=value` laid over an event, such as `data.ticket.title=Help`."""

from typing import Any, NamedTuple, Self

import msgspec

__all__ = ["Change"]


class Change(NamedTuple):
    """A value and where in the event it goes.

    Attributes:
        path: names from the envelope down; a number counts into a list.
        value: any JSON value.
    """

    path: tuple[str, ...]
    value: Any

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `path=value`; the value is JSON where it parses as JSON, else a string.

        Raises:
            ValueError: there is no path or no `=`; the message is for people.
        """
        path, equals, value = text.partition("=")
        names = tuple(path.split("."))
        if not equals or not all(names):
            raise ValueError(f"{text!r} is not PATH=VALUE, such as data.ticket.title=Help")
        try:
            return cls(names, msgspec.json.decode(value))
        except msgspec.DecodeError:
            return cls(names, value)

    def apply(self, event: dict[str, Any]) -> None:
        """Set the value in `event`, making what is missing on the way.

        Raises:
            ValueError: the path leads into a list past its end; the message is for people.
        """
        node: Any = event
        for name, following in zip(self.path, self.path[1:], strict=False):
            node = self._step(node, name, following)
        self._set(node, self.path[-1], self.value)

    def _step(self, node: Any, name: str, following: str) -> Any:
        """Return the child `name`, an object put there where it cannot hold what follows."""
        child = node[self._place(node, name)] if isinstance(node, list) else node.get(name)
        if isinstance(child, dict) or (isinstance(child, list) and following.isdecimal()):
            return child
        made: dict[str, Any] = {}
        self._set(node, name, made)
        return made

    def _set(self, node: Any, name: str, value: Any) -> None:
        node[self._place(node, name) if isinstance(node, list) else name] = value

    def _place(self, node: list[Any], name: str) -> int:
        if int(name) >= len(node):
            raise ValueError(f"{'.'.join(self.path)}: the list has {len(node)} items, no [{name}]")
        return int(name)
