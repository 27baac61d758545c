"""Accounting: the CPU time and memory of another process, from Linux's /proc.

All threads of it count, none of its children. The kernel keeps the sum exactly and tells it in
clock ticks (10 ms as a rule), so measure for seconds.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple

from benchmarks.failure import BenchFailed

__all__ = ["CpuTime", "cpu_time", "parse_stat", "resident"]

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
    return parse_stat(_read(pid, "stat"), os.sysconf("SC_CLK_TCK"))


def resident(pid: int) -> int:
    """Return the resident memory of a process, bytes (proc_pid_status(5), VmRSS).

    Raises:
        BenchFailed: there is no such process, or this is not Linux.
    """
    found = re.search(r"^VmRSS:\s+(\d+) kB$", _read(pid, "status"), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise BenchFailed(
            f"What process {pid} uses cannot be read ({error.strerror}): it has ended, "
            "or this is not Linux, whose /proc the bench needs."
        ) from None
