"""Fault: an exception nobody foresaw, told to people without a byte of the request.

An exception's message may quote what was being read, so its kind and its way through the code are
all that is logged.
"""

from traceback import extract_tb

import structlog

__all__ = ["report_fault"]

_log = structlog.get_logger(__name__)
_FRAMES = 8


def report_fault(error: BaseException) -> None:
    """Log an unexpected exception at ERROR, once, by its kind and place."""
    frames = extract_tb(error.__traceback__)[-_FRAMES:]
    _log.error(
        "request met an unexpected fault",
        fault=type(error).__name__,
        at=[f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames],
    )
