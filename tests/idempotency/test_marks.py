"""Marks kept beyond the process."""

from gateway.idempotency.identity import Digester
from gateway.idempotency.marks import MarkStore, MemoryMarks


async def test_memory_keeps_nothing_and_is_always_ready() -> None:
    """The memory store is ready and complete from the start, and takes any mark."""
    store: MarkStore = MemoryMarks()
    await store.start()
    store.append([Digester().event("t", "e", b"")], 1.0)
    assert store.unready is None
    assert store.complete_since() == 0.0
    await store.stop(within=0.0)
