"""Compiled: the gateway of `make wheel`, unpacked where it can be run from."""

from functools import cache
from pathlib import Path

from benchmarks.failure import BenchFailed
from deploy import wheel

__all__ = ["NO_WHEEL", "available", "unpacked"]

NO_WHEEL = f"{wheel.NO_COMPILER} The compiled gateway is left out."


def available() -> bool:
    """Tell whether it can be built."""
    return wheel.compiler() is not None


@cache
def unpacked() -> Path:
    """Build it where that has not been done; return the folder that its package is in.

    Raises:
        BenchFailed: it could not be built, or there is no compiler.
    """
    try:
        return wheel.unpacked()
    except wheel.WheelError as failure:
        raise BenchFailed(str(failure)) from failure
