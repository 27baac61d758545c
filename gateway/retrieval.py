"""The port from Kafka: a log opens topics, and a reader returns what they hold.

May live here: what a reader of topics promises. May not: anything of Kafka's client
(`gateway.sink.log` keeps the promise).
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol

__all__ = ["Log", "LogFailed", "LogReader", "Stored"]


class LogFailed(Exception):  # noqa: N818 - it reads as what happened
    """A topic cannot be read now; the message says why, for people. Trying again may help."""


class Stored(NamedTuple):
    """One record as Kafka has it.

    Attributes:
        topic: where.
        value: empty where it has none.
        headers: in order.
        time: seconds since the epoch.
    """

    topic: str
    value: bytes
    headers: Sequence[tuple[str, bytes]]
    time: float


class LogReader(Protocol):
    """Reads some topics, from a time on, in the order of each partition.

    Attributes:
        from_first: whether it began with the oldest record there is.
        left: records up to the ends as they were when it was opened that are not read yet.
    """

    from_first: bool

    @property
    def left(self) -> int:
        """See the class."""

    async def read(self, within: float) -> Sequence[Stored]:
        """Return what comes next, waiting up to `within` seconds; maybe nothing.

        Raises:
            LogFailed: the topics cannot be read; open them anew.
        """


class Log(Protocol):
    """Opens topics for reading."""

    def open(self, topics: Sequence[str], since: float) -> AbstractAsyncContextManager[LogReader]:
        """Open topics at their first record of `since` (seconds since the epoch) or later.

        Raises:
            LogFailed: on entering: a topic is not there, or cannot be read.
        """
