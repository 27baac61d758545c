"""Loop: how late the event loop is, by a timer that says when it should have fired."""

import asyncio

from gateway.metrics.book import Book

__all__ = ["LoopMeter"]

_EVERY = 0.5  # seconds


class LoopMeter:
    """Measures the running loop's lag, from `start` to `stop`.

    Args:
        book: where the series are opened.
    """

    def __init__(self, book: Book) -> None:
        self._lag = book.distributions("cstar_gateway_event_loop_lag_seconds", [()]).at()
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to measure."""
        self._wait(asyncio.get_running_loop())

    def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        due = loop.time() + _EVERY
        self._timer = loop.call_at(due, self._fire, loop, due)

    def _fire(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self._lag.observe(max(0.0, loop.time() - due))
        self._wait(loop)

    def stop(self) -> None:
        """Measure no more."""
        if self._timer is not None:
            self._timer.cancel()
