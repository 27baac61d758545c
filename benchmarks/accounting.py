"""Accounting: the CPU time of another process, from Linux's /proc.

All threads of it count, none of its children. The kernel keeps the sum exactly and tells it in
clock ticks (10 ms as a rule), so measure for seconds.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple

from benchmarks.failure import BenchFailed

__all__ = ["CpuTime", "cpu_time", "parse_stat"]

# proc_pid_stat(5): pid (comm) state … utime is field 14, stime field 15. `comm` may hold anything,
# parentheses and spaces too, so the fields are counted from the last parenthesis.
_STAT = re.compile(r"\d+ \(.*\) \S (?:\S+ ){10}(?P<user>\d+) (?P<system>\d+) ", re.DOTALL)


class CpuTime(NamedTuple):
    """CPU time since the process began, seconds."""

    user: float
    system: float

    @property
    def total(self) -> float:
        """Both."""
        return self.user + self.system


def parse_stat(text: str, ticks_per_second: int) -> CpuTime:
    """Read the content of a /proc/<pid>/stat.

    Raises:
        ValueError: it is none.
    """
    match = _STAT.match(text)
    if match is None:
        raise ValueError("not a /proc/<pid>/stat")
    return CpuTime(int(match["user"]) / ticks_per_second, int(match["system"]) / ticks_per_second)


def cpu_time(pid: int) -> CpuTime:
    """Return what a process has used so far.

    Raises:
        BenchFailed: there is no such process, or this is not Linux.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise BenchFailed(
            f"The CPU time of process {pid} cannot be read ({error.strerror}): it has ended, "
            "or this is not Linux, whose /proc the bench needs."
        ) from None
    return parse_stat(text, os.sysconf("SC_CLK_TCK"))
