"""Window: the ids of the last 33 hours, about 37 bytes each, oldest first out.

Ids are spread by their first bits over 65,536 shelves: byte arrays of packed rows (key, data
digest, second). A row is found by `bytearray.find`, appended at the end, and expires at the front,
since a shelf is in order of time. Nothing is ever rehashed, so no insert stalls the event loop.
Pure: the time is an argument.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final, final

from gateway.idempotency.identity import DATA_BYTES, KEY_BYTES, Identity

__all__ = ["Window", "capacity"]

_ROW: Final = KEY_BYTES + DATA_BYTES + 4
_SHELVES: Final = 1 << 16
_EMPTY: Final = _SHELVES * 64  # bytearrays and their slots
# Bytes an id, as the process grows by it: what bytearray and allocator keep in reserve is in them.
# Shelves of up to 512 bytes lie in the interpreter's pools, which are given back only when nearly
# all have outgrown them; so fewer ids cost more each.
_ROW_COST: Final = 37
_YOUNG_COST: Final = 54
_YOUNG: Final = 1_900_000  # ids
_GRAIN: Final = 10  # seconds; the step in which a full window forgets


def capacity(memory_limit: int) -> int:
    """Return how many ids so many bytes hold, one at least."""
    room = max(0, memory_limit - _EMPTY)
    young = room // _YOUNG_COST
    return max(1, young if young < _YOUNG else room // _ROW_COST)


@final
class Window:
    """A bounded map from key to data digest, with expiry.

    Args:
        seconds: how long an id is remembered.
        memory_limit: bytes; at the limit the oldest ids go first and `reach` says so.
    """

    def __init__(self, seconds: float, memory_limit: int) -> None:
        self._seconds = int(seconds)
        self._most = capacity(memory_limit)
        self._shelves = [bytearray() for _ in range(_SHELVES)]
        self._counts: deque[list[int]] = deque()  # [grain, ids], oldest first
        self._floor = 0  # ids marked before this second are forgotten
        self._swept = 0
        self.evicted = 0
        self.ids = 0

    @property
    def size(self) -> int:
        """Memory the ids take, bytes; at least what the process has grown by for them."""
        return _EMPTY + max(self.ids * _ROW_COST, min(self.ids, _YOUNG) * _YOUNG_COST)

    @property
    def room(self) -> int:
        """How many more ids fit before the oldest go early."""
        return max(0, self._most - 1 - self.ids)

    def reach(self, now: float) -> float:
        """Return how many seconds back an id is sure to be remembered, once it was marked."""
        return min(float(self._seconds), now - self._floor)

    def may_hold(self, key: bytes) -> bool:
        """Tell whether a key may be remembered: no more than a hint, but its absence is sure."""
        shelf = self._shelves[key[0] << 8 | key[1]]
        return len(shelf) > 0 and shelf.find(key) >= 0  # `in` tries to read the key as one byte

    def find(self, key: bytes, now: float) -> tuple[bytes, int] | None:
        """Return the data digest and the second of the mark of a remembered key."""
        shelf = self._shelves[key[0] << 8 | key[1]]
        at = shelf.find(key)
        while at >= 0:
            if at % _ROW == 0:
                second = int.from_bytes(shelf[at + _ROW - 4 : at + _ROW], "big")
                if second >= max(self._floor, int(now) - self._seconds):
                    return bytes(shelf[at + KEY_BYTES : at + KEY_BYTES + DATA_BYTES]), second
            at = shelf.find(key, at + 1)
        return None

    def add(self, identities: Sequence[Identity], now: float) -> None:
        """Remember ids from now on. The caller has looked: a key is added once."""
        second = int(now)
        self._expire(second)
        shelves, floor, stamp = self._shelves, self._floor, second.to_bytes(4, "big")
        for identity in identities:
            key = identity.key
            shelf = shelves[key[0] << 8 | key[1]]
            if shelf and int.from_bytes(shelf[_ROW - 4 : _ROW], "big") < floor:
                self._trim(shelf)
            shelf += key + identity.data + stamp
        self._count(second, len(identities))

    def load(self, rows: bytes, time: float, now: float, *, afresh: bool) -> None:
        """Remember many ids at once, in rows of key and data digest.

        Args:
            rows: one behind the other.
            time: when they were marked.
            now: the time now; not before `time`.
            afresh: none of them is known; else each is looked for first.
        """
        second, given = int(time), KEY_BYTES + DATA_BYTES
        stamp = second.to_bytes(4, "big")
        shelves, added = self._shelves, 0
        for at in range(0, len(rows), given):
            if afresh or self.find(rows[at : at + KEY_BYTES], now) is None:
                shelves[rows[at] << 8 | rows[at + 1]] += rows[at : at + given] + stamp
                added += 1
        floor = self._floor
        self._count(second, added)
        self._expire(int(now))
        if self._floor != floor:
            self.sweep(now, 4 * added)  # forget as fast as it fills, however few rows a shelf has

    def sweep(self, now: float, shelves: int = 64) -> None:
        """Free the rows of expired ids in the next few shelves; call it often."""
        self._expire(int(now))
        for at in range(self._swept, min(_SHELVES, self._swept + shelves)):
            shelf = self._shelves[at]
            self._trim(shelf)
            if shelf.__alloc__() > len(shelf) + (len(shelf) >> 3) + 32:
                self._shelves[at] = bytearray(shelf)  # it keeps what it once needed
        self._swept = (self._swept + shelves) % _SHELVES

    def _count(self, second: int, ids: int) -> None:
        self.ids += ids
        grain = second // _GRAIN
        if self._counts and self._counts[-1][0] >= grain:
            self._counts[-1][1] += ids
        else:
            self._counts.append([grain, ids])

    def _expire(self, second: int) -> None:
        """Move the floor past what is too old or too much, and count it out."""
        counts = self._counts
        self._floor = max(self._floor, second - self._seconds)
        while counts and (counts[0][0] + 1) * _GRAIN <= self._floor:
            self.ids -= counts.popleft()[1]
        while self.ids >= self._most and len(counts) > 1:
            grain, ids = counts.popleft()
            self.ids -= ids
            self.evicted += ids
            self._floor = max(self._floor, (grain + 1) * _GRAIN)

    def _trim(self, shelf: bytearray) -> None:
        """Drop the rows at the front that are below the floor."""
        dead = 0
        for at in range(_ROW - 4, len(shelf), _ROW):
            if int.from_bytes(shelf[at : at + 4], "big") >= self._floor:
                break
            dead += _ROW
        if dead:
            del shelf[:dead]
