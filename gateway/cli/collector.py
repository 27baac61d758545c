"""Collector: how often Python looks for cycles, in a process that brings many events to Kafka."""

import gc

__all__ = ["spare_collections"]

_OBJECTS = 50_000  # that may be cycles, until the youngest are looked at: some megabytes
_OLDER = (10, 50)  # looks at the younger until one at the older


def spare_collections() -> None:
    """Have the cycle collector look rarely, and never at what is there now.

    A delivery leaves no cycle behind: counting references frees what it allocated. What does make
    cycles (exceptions, connections that end) makes few.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS, *_OLDER)
