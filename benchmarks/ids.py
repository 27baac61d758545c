"""Ids: what the window of the gateway's ids takes by itself, in a process of its own.

The gateway tells an estimate. What its shelves really take is up to the allocator, which has sizes
of its own for them; so as many ids are put into a window here, one at a time, as a load does.
"""

import os
import sys

import msgspec

from benchmarks.accounting import resident
from gateway.idempotency.identity import DATA_BYTES, KEY_BYTES, Identity
from gateway.idempotency.window import Window

__all__ = ["Ids", "Taken", "take"]

_SECONDS = 33 * 3600.0
_LIMIT = 1 << 30


class Ids(msgspec.Struct, frozen=True, kw_only=True):
    """What is put into a window.

    Attributes:
        count: of ids.
        rate: of them a second, by the clock that the window is told.
    """

    count: int
    rate: float


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What it took.

    Attributes:
        resident: memory by which the process grew, bytes.
    """

    resident: int


def take(ids: Ids) -> Taken:
    """Put ids into a window."""
    window = Window(_SECONDS, _LIMIT)
    before = resident(os.getpid())
    for number in range(ids.count):
        row = os.urandom(KEY_BYTES + DATA_BYTES)
        identity = Identity(row[:KEY_BYTES], row[KEY_BYTES:])
        window.add([identity], _SECONDS + number / ids.rate)
    return Taken(resident=resident(os.getpid()) - before)


def main() -> None:
    """Read from the command line what to put in, write what it took, both JSON."""
    ids = msgspec.json.decode(sys.argv[1], type=Ids)
    sys.stdout.buffer.write(msgspec.json.encode(take(ids)))


if __name__ == "__main__":
    main()
