"""Flood: what keeps a storm of one event from filling disks, and from hiding the others.

May live here: which lines pass. May not: what a line looks like (`stream`).
"""

import logging
import time
from collections.abc import Callable

import structlog
from structlog.typing import EventDict, WrappedLogger

from gateway.logs.cleaning import MOST_TEXT

__all__ = ["Flood"]


class Flood:
    """Lets the first lines of one event through each second, and counts the rest.

    The next line of that event that passes carries the count, as `suppressed`.

    Args:
        most: lines of one event (logger, level, text, and `reason` where it has one) a second.
        clock: monotonic seconds.
    """

    _most_events = 1024

    def __init__(self, most: int = 20, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._windows: dict[tuple[str, str, str], list[float]] = {}  # start, passed, suppressed

    def __call__(self, logger: WrappedLogger, method: str, event_dict: EventDict) -> EventDict:
        """Pass a line of structlog on, or drop it."""
        name = getattr(logger, "name", "") or ""
        said, reason = event_dict.get("event"), event_dict.get("reason", "")
        suppressed = self._count((name, method, f"{said} {reason}"[:MOST_TEXT]))
        if suppressed < 0:
            raise structlog.DropEvent
        if suppressed:
            event_dict["suppressed"] = suppressed
        return event_dict

    def admits(self, record: logging.LogRecord) -> bool:
        """Pass a line of a library on, or drop it; structlog's own have been judged."""
        if hasattr(record, "_logger"):
            return True
        suppressed = self._count((record.name, record.levelname, str(record.msg)[:MOST_TEXT]))
        if suppressed > 0:
            record.msg = f"{record.msg} (and {suppressed} like it before)"
        return suppressed >= 0

    def _count(self, event: tuple[str, str, str]) -> int:
        """Return how many were suppressed since the last that passed; -1: this one is, too."""
        now = self._clock()
        window = self._windows.get(event)
        if window is None:
            if len(self._windows) >= self._most_events:
                self._windows.pop(next(iter(self._windows)))
            self._windows[event] = [now, 1, 0]
            return 0
        if now - window[0] >= 1:
            window[:2] = (now, 0)
        if window[1] >= self._most:
            window[2] += 1
            return -1
        window[1] += 1
        suppressed, window[2] = int(window[2]), 0
        return suppressed
