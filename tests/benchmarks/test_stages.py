"""Each step of the path can be measured alone."""

import pytest

from benchmarks.stages import NAMES, StagePlan, measure


@pytest.mark.parametrize("name", NAMES)
async def test_a_step(name: str) -> None:
    """A step takes time; one that does not wait also says what memory it takes."""
    found = await measure(StagePlan(name=name, repeats=1))
    assert found.microseconds > 0
    assert (found.peak is None) == (found.blocks is None)
