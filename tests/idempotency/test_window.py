"""The window of committed ids."""

import subprocess
import sys
import tracemalloc
from hashlib import blake2b

from hypothesis import given
from hypothesis import strategies as st

from gateway.idempotency.identity import Identity
from gateway.idempotency.window import Window, capacity

HOURS = 3600.0
NOW = 1_777_315_331.0


def identity(number: int) -> Identity:
    """Return the identity of one of many events."""
    digest = blake2b(b"%d" % number, digest_size=24).digest()
    return Identity(digest[:16], digest[16:])


def test_an_id_is_remembered_for_the_window_and_not_longer() -> None:
    """An id is found until 33 h after its mark, with its data digest; then it is not."""
    window = Window(33 * HOURS, 1 << 30)
    window.add([identity(1)], NOW)
    last_retry = NOW + 31 * HOURS + 12 * 60 + 30
    assert window.find(identity(1).key, last_retry) == (identity(1).data, int(NOW))
    assert window.find(identity(1).key, NOW + 33 * HOURS) is not None
    assert window.find(identity(1).key, NOW + 33 * HOURS + 60) is None
    assert window.find(identity(2).key, NOW) is None


def test_an_expired_id_can_come_again() -> None:
    """An id that comes again after it expired is remembered anew."""
    window = Window(100, 1 << 30)
    window.add([identity(1)], NOW)
    window.add([identity(1)], NOW + 500)
    assert window.find(identity(1).key, NOW + 550) == (identity(1).data, int(NOW + 500))
    assert window.ids == 1


def test_a_key_inside_another_row_is_not_a_find() -> None:
    """Only a row's own start counts: a key that straddles two rows is absent."""
    window = Window(100, 1 << 30)
    prefix = b"\x00\x07"
    first = Identity(prefix + b"A" * 14, b"\x00\x07BBBBBB")
    window.add([first], NOW)
    window.add([Identity(prefix + b"C" * 14, b"D" * 8)], NOW)
    shelf = first.key + first.data + int(NOW).to_bytes(4, "big") + prefix + b"C" * 14
    straddling = shelf[16:32]
    assert straddling[:2] == prefix
    assert window.find(straddling, NOW) is None
    assert window.find(prefix + b"C" * 14, NOW) is not None


def test_rows_loaded_at_once_are_found_like_those_added() -> None:
    """Many rows at once are the same as one `add` each, and expire with them."""
    window = Window(100, 1 << 30)
    many = [identity(number) for number in range(5_000)]
    window.load(b"".join(each.key + each.data for each in many), NOW, NOW + 5, afresh=True)
    assert window.ids == 5_000
    assert all(window.find(each.key, NOW + 5) == (each.data, int(NOW)) for each in many)
    assert window.find(identity(5_001).key, NOW + 5) is None
    assert window.find(many[0].key, NOW + 101) is None


def test_loading_more_than_the_memory_holds_keeps_the_newest() -> None:
    """While a window is loaded over its limit, the oldest go and their rows are freed."""
    window = Window(33 * HOURS, 5_000_000)
    for second in range(200):
        made = [identity(second * 1_000 + n) for n in range(1_000)]
        rows = b"".join(each.key + each.data for each in made)
        window.load(rows, NOW + 10 * second, NOW + 10 * second, afresh=True)
    assert window.size <= 5_000_000
    assert window.find(identity(199_999).key, NOW + 2_000) is not None
    assert window.find(identity(1).key, NOW + 2_000) is None
    assert window.reach(NOW + 2_000) < 2_000
    rows_kept = sum(len(shelf) for shelf in window._shelves) // 28
    assert rows_kept < 2 * window.ids


def test_at_the_memory_limit_the_oldest_go_first() -> None:
    """Over the limit the oldest ids are forgotten, new ones never refused, and `reach` says so."""
    window = Window(33 * HOURS, 5_000_000)
    for number in range(50_000):
        window.add([identity(number)], NOW + number / 10)
    end = NOW + 5_000
    assert window.size <= 5_000_000
    assert window.evicted > 0
    assert window.find(identity(49_999).key, end) is not None
    assert window.find(identity(0).key, end) is None
    reach = window.reach(end)
    assert 0 < reach < 5_000
    sure = [number for number in range(50_000) if NOW + number / 10 >= end - reach]
    assert all(window.find(identity(number).key, end) for number in sure)


def test_a_flood_within_one_moment_does_not_empty_the_window() -> None:
    """A flood beyond the limit in one step of time keeps what arrives in that step."""
    window = Window(33 * HOURS, 4_500_000)
    for number in range(20_000):
        window.add([identity(number)], NOW)
    assert window.find(identity(19_999).key, NOW) is not None


def test_what_is_asked_of_the_allocator_for_an_id_is_at_most_40_bytes() -> None:
    """Of 200,000 ids each has no more than 40 bytes in shelves, and empty shelves are told, too."""
    tracemalloc.start()
    window = Window(33 * HOURS, 1 << 30)
    empty = tracemalloc.get_traced_memory()[0]
    rows = [identity(number) for number in range(200_000)]
    before = tracemalloc.get_traced_memory()[0]
    for row in rows:
        window.add([row], NOW)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown / len(rows) <= 40
    assert window.size >= empty * 0.9


_GROWING = """
import os
from gateway.idempotency.window import Window

def resident():
    with open("/proc/self/statm") as told:
        return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

ids, seconds, steps = 600_000, 1_000, 200
before = resident()
window = Window(seconds, 1 << 40)
for step in range(2 * steps):
    now = 1_777_315_331.0 + step * seconds / steps
    window.load(os.urandom(24 * (ids // steps)), now, now, afresh=True)
    window.sweep(now, 2_048)
print(window.size, resident() - before)
"""


def test_memory_is_told_as_the_process_grows() -> None:
    """A window two windows old has grown the process by what it says: no more, little less."""
    told, grown = map(
        int,
        subprocess.run(  # noqa: S603 - our own words
            [sys.executable, "-c", _GROWING], check=True, capture_output=True
        ).stdout.split(),
    )
    assert 0.8 * told <= grown <= 1.05 * told


_COUNTED = Window(100, 1 << 30)


@given(limit=st.integers(5 << 20, 1 << 40))
def test_capacity_is_what_fits(limit: int) -> None:
    """As many ids as a limit holds take no more than it, and one more would."""
    _COUNTED.ids = capacity(limit)
    assert _COUNTED.size <= limit
    _COUNTED.ids += 1
    assert _COUNTED.size > limit


def test_sweeping_frees_what_expired() -> None:
    """A sweep over all shelves gives back the memory of expired ids though nothing is added."""
    window = Window(100, 1 << 30)
    for number in range(1_000):
        window.add([identity(number)], NOW)
    held = sum(map(len, window._shelves))
    window.sweep(NOW + 1_000, shelves=1 << 16)
    assert held == 28_000
    assert sum(map(len, window._shelves)) == 0
    assert window.ids == 0


def test_a_clock_that_goes_back_forgets_nothing() -> None:
    """After a jump back, ids marked before and after it are remembered."""
    window = Window(1_000, 1 << 30)
    window.add([identity(1)], NOW)
    window.add([identity(2)], NOW - 600)
    assert window.find(identity(1).key, NOW - 600) is not None
    assert window.find(identity(2).key, NOW - 600) is not None


def test_room_is_what_fits_before_the_oldest_go() -> None:
    """As many ids as there is room for push none out; the next ones do."""
    window = Window(33 * HOURS, 4_200_000)
    room = window.room
    for number in range(room):
        window.add([identity(number)], NOW + number / 10)
    assert (window.room, window.evicted) == (0, 0)
    window.add([identity(room)], NOW + room)
    window.add([identity(room + 1)], NOW + room)
    assert window.evicted > 0
