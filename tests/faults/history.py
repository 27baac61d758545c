"""History: every request that was made and what became of it, in 23 bytes each.

A record in Kafka names the request that put it there (`cstar-request-id`), so whatever is found
twice can be traced to the replica and the moment. May not live here: judgement (`checker`).
"""

from array import array
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["CUT", "REFUSED", "Attempt", "History"]

CUT = 0
"""In place of a status: the request was sent, no answer came, for any reason."""

REFUSED = 1
"""In place of a status: no connection could be made, so nothing was sent."""


class Attempt(NamedTuple):
    """One request.

    Attributes:
        number: of the event.
        replica: that it went to.
        status: of the answer; `CUT` or `REFUSED` where there was none.
        begin: when it was sent, by the monotonic clock.
        end: when it was answered or given up; 0 while it is under way.
    """

    number: int
    replica: int
    status: int
    begin: float
    end: float

    @property
    def succeeded(self) -> bool:
        """Whether cStar is content."""
        return 200 <= self.status < 300

    @property
    def answered(self) -> bool:
        """Whether there was an answer, whatever it said."""
        return self.status not in {CUT, REFUSED}


class History:
    """All requests, in the order they were begun."""

    def __init__(self) -> None:
        self._numbers = array("I")
        self._replicas = array("B")
        self._statuses = array("H")
        self._begins = array("d")
        self._ends = array("d")

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, index: int) -> Attempt:
        return Attempt(
            self._numbers[index],
            self._replicas[index],
            self._statuses[index],
            self._begins[index],
            self._ends[index],
        )

    def __iter__(self) -> Iterator[Attempt]:
        return map(self.__getitem__, range(len(self)))

    def begin(self, number: int, replica: int, now: float) -> int:
        """Note a request that is sent now; return its index."""
        self._numbers.append(number)
        self._replicas.append(replica)
        self._statuses.append(CUT)
        self._begins.append(now)
        self._ends.append(0.0)
        return len(self) - 1

    def end(self, index: int, status: int, now: float) -> None:
        """Note what became of it."""
        self._statuses[index] = status
        self._ends[index] = now

    def first_success(self, since: float) -> float | None:
        """Return when the first 2xx came after a moment."""
        return min((one.end for one in self if one.succeeded and one.end >= since), default=None)
