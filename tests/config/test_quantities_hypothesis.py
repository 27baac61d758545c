"""Laws of quantities: what is written reads back, and nothing but Problem comes of nonsense."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from gateway.config.faults import Problem
from gateway.config.quantities import Count, Duration, Quantity, Size

_QUANTITIES: tuple[Quantity, ...] = (Duration(0), Size(0), Count(0))
_ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()


@given(st.integers(min_value=0, max_value=10**13))
def test_a_duration_reads_back_as_it_was_written(milliseconds: int) -> None:
    """`parse` undoes `write`, to the millisecond."""
    duration = Duration(0)
    written = duration.write(milliseconds / 1000)
    read = duration.parse(written)
    assert read is not None
    assert round(read * 1000) == milliseconds


@given(st.integers(min_value=0, max_value=10**15 - 1))
def test_a_size_reads_back_as_it_was_written(size: int) -> None:
    """`parse` undoes `write`, to the byte."""
    assert Size(0).parse(Size(0).write(size)) == size


@given(_ANYTHING)
def test_nothing_but_a_problem_comes_of_nonsense(value: object) -> None:
    """Whatever stands in a file, reading it gives a number within bounds or a Problem."""
    for quantity in _QUANTITIES:
        with suppress(Problem):
            assert quantity.read(value) >= 0
