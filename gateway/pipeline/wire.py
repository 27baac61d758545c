"""Wire: the one struct that the middle has msgspec decode. So this module is never compiled.

msgspec decodes by the annotations it finds at run time, and mypyc simplifies them.
"""

import msgspec
from msgspec import UNSET, Raw, UnsetType

from gateway.pipeline.fact import Fact

__all__ = ["decode_head"]


class _Head(Fact, frozen=True):
    """The fields of an `Envelope`, in its order."""

    id: str
    type: str
    team_id: str
    data: Raw | UnsetType = UNSET
    created_at: Raw | UnsetType = UNSET
    flat: Raw | UnsetType = UNSET


decode_head = msgspec.json.Decoder(_Head).decode
"""Decode the fields that every event shares, those that are no names left as raw bytes."""
