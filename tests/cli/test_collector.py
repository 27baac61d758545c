"""Collector: it is told to look rarely."""

import gc

from gateway.cli.collector import spare_collections


def test_what_is_there_is_not_looked_at_again() -> None:
    """Objects of the start are frozen, and young ones are looked at by the ten thousand."""
    before = gc.get_threshold()
    frozen = gc.get_freeze_count()
    try:
        spare_collections()
        assert gc.get_freeze_count() > frozen + 10_000
        assert gc.get_threshold()[0] >= 10_000
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
