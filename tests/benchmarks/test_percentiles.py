"""Percentiles are times that were measured."""

import pytest

from benchmarks.percentiles import percentiles


def test_nearest_rank() -> None:
    """Each percentile is the time that so many of all were no longer than."""
    found = percentiles([number / 1000 for number in range(1000, 0, -1)])
    assert (found.count, found.p50, found.p90, found.p99) == (1000, 500, 900, 990)
    assert (found.p999, found.most) == (999, 1000)


def test_few() -> None:
    """Of one time all are that; of none there are none."""
    one = percentiles([0.25])
    assert (one.p50, one.p999, one.most) == (250, 250, 250)
    with pytest.raises(ValueError, match="no times"):
        percentiles([])
