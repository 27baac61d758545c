"""KafkaFailed: why there is no Kafka, and what to do about it."""

from collections.abc import Callable

__all__ = ["Abandon", "KafkaFailed", "Progress"]

Progress = Callable[[str, int, int], None]
"""Told of long work as it goes: what is being done, how much is done, of how much."""

Abandon = Callable[[], bool]
"""Asked at each step of long work whether it is still wanted; true ends it."""


class KafkaFailed(Exception):  # noqa: N818 - it reads as what happened
    """The embedded Kafka could not be had, started or reached.

    Attributes:
        problem: what went wrong, one sentence or more.
        advice: what to do about it; empty where nothing but the problem is known.
        log: last lines of Kafka's own log, where it got so far.
    """

    def __init__(self, problem: str, advice: str = "", log: str = "") -> None:
        super().__init__(problem, advice, log)
        self.problem = problem
        self.advice = advice
        self.log = log

    def __str__(self) -> str:
        log = f"Kafka's last words:\n{self.log}" if self.log else ""
        return "\n".join(part for part in (self.problem, self.advice, log) if part)
