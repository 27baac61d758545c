"""The window as it is filled by what is read back: by our clock, whatever others' clocks say."""

from gateway.idempotency.identity import Digester
from gateway.idempotency.remembering import Remembering
from gateway.idempotency.window import Window
from gateway.idempotency.writing import pack

NOW = 1_777_315_331.0
HOURS = 3600.0
DIGESTER = Digester(b"k" * 32)
FIRST, SECOND = (DIGESTER.event("t", name, b"{}") for name in ("first", "second"))


def filled() -> tuple[Window, Remembering]:
    """Return an empty window of 33 h and what fills it."""
    window = Window(33 * HOURS, 1 << 30)
    return window, Remembering(window, 33 * HOURS, lambda: NOW)


def test_a_clock_that_is_ahead_makes_us_forget_nothing() -> None:
    """Marks from the future are remembered from now on, and move no other out of the window."""
    window, memory = filled()
    window.add([FIRST], NOW - 32 * HOURS)
    memory.load(pack([SECOND]), NOW + 48 * HOURS, afresh=True)
    assert window.find(FIRST.key, NOW) is not None
    assert window.find(SECOND.key, NOW) == (SECOND.data, int(NOW))
    memory.add([DIGESTER.event("t", "third", b"")], NOW + 48 * HOURS)
    assert window.find(FIRST.key, NOW) is not None


def test_what_is_older_than_the_window_is_not_remembered() -> None:
    """An entry from before the window adds nothing."""
    window, memory = filled()
    memory.load(pack([FIRST]), NOW - 33 * HOURS - 1, afresh=True)
    assert memory.ids == window.ids == 0
    assert memory.begin == NOW - 33 * HOURS


def test_what_is_read_twice_is_remembered_once() -> None:
    """Rows that are not afresh, and identities, are looked for before they are added."""
    window, memory = filled()
    memory.load(pack([FIRST]), NOW - 9, afresh=True)
    memory.load(pack([FIRST, SECOND]), NOW, afresh=False)
    assert window.ids == 2
    assert window.find(FIRST.key, NOW) == (FIRST.data, int(NOW - 9))
    assert memory.add([FIRST, SECOND], NOW) == []
    third = DIGESTER.event("t", "third", b"")
    assert memory.add([FIRST, third], NOW) == [third]
    assert window.ids == 3
