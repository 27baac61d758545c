"""Percentiles: many times of one kind, as the few that are kept."""

from collections.abc import Sequence

import msgspec

__all__ = ["Percentiles", "percentiles"]


class Percentiles(msgspec.Struct, frozen=True, kw_only=True):
    """Times, milliseconds.

    Attributes:
        count: of how many.
        p50: half of them were no longer, and so on.
        most: the longest.
    """

    count: int
    p50: float
    p90: float
    p99: float
    p999: float
    most: float


def percentiles(seconds: Sequence[float]) -> Percentiles:
    """Return the percentiles of times: each is one of them, the nearest rank, nothing between two.

    Raises:
        ValueError: there are none.
    """
    if not seconds:
        raise ValueError("no times")
    ordered = sorted(seconds)

    def at(share: float) -> float:
        rank = -(-len(ordered) * round(share * 1000) // 1000)
        return round(ordered[max(rank, 1) - 1] * 1000, 3)

    return Percentiles(
        count=len(ordered), p50=at(0.5), p90=at(0.9), p99=at(0.99), p999=at(0.999), most=at(1)
    )
