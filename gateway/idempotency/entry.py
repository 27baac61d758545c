"""Entry: one record of the journal, many marks packed together.

May live here: its form on the wire, which every version that may run beside this one reads. May
not: when entries are written (`writing`) or what follows from them (`peers`, `recall`).

```
marks      rows of ids that Kafka has, or none: then it only says that its writer lives
bye        its writer has ended in order: nothing of it is unmarked
recovered  what the writer `about` had left unmarked was read back and is marked
whole      everything that Kafka had before was read back: from here on the journal is complete
```
"""

from enum import IntEnum

import msgspec

from gateway.idempotency.identity import DATA_BYTES, KEY_BYTES

__all__ = ["ROW", "Entry", "Kind", "decode_entry", "encode_entry"]

ROW = KEY_BYTES + DATA_BYTES
"""Bytes of a mark: key and data digest. Its time is that of the journal's record."""


class Kind(IntEnum):
    """What an entry says; numbers are on the wire."""

    MARKS = 0
    BYE = 1
    RECOVERED = 2
    WHOLE = 3


class Entry(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One entry.

    Attributes:
        kind: what it says.
        writer: whose it is: random bytes, new with every process.
        covered: every record of its writer that arrived earlier is marked, by this entry at the
            latest; seconds since the epoch by the writer's clock, which is the records' too.
        rows: marks, `ROW` bytes each.
        about: whom a recovery is about.
    """

    kind: Kind
    writer: bytes
    covered: float
    rows: bytes = b""
    about: bytes = b""


encode_entry = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Entry).decode


def decode_entry(value: bytes) -> Entry | None:
    """Read an entry; None where it is none, or of a kind that a later version has added."""
    try:
        entry = _decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return entry if len(entry.rows) % ROW == 0 else None
