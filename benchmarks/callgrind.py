"""Callgrind: counts what a server executes in user space, where valgrind is installed.

Under it a server is a hundred times slower and more, so it is given a clock that is as slow
(`slow_clock.c`): else every timer would run out between any two events.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.failure import BenchFailed
from deploy.wheel import compiler

__all__ = ["begin", "callgrind", "executed", "missing", "slow_clock"]

_CONTROL = "callgrind_control"
_CLOCK = Path(__file__).with_name("slow_clock.c")
_SLOWER = 100
_THREAD = re.compile(r"^ +Th \d+ +([\d,]+)", re.MULTILINE)


def missing() -> str | None:
    """Say what is not here that counting needs; None where all of it is."""
    if shutil.which("valgrind") is None or shutil.which(_CONTROL) is None:
        return "valgrind is not installed: its callgrind counts the instructions."
    return None if compiler() else "There is no C compiler: the slow clock is C."


@contextmanager
def callgrind() -> Iterator[tuple[str, ...]]:
    """Yield the command that a server's is run under; nothing is counted yet."""
    with tempfile.TemporaryDirectory() as folder:
        kept = f"--callgrind-out-file={folder}/callgrind.out"
        counted = ("valgrind", "--tool=callgrind", "--instr-atstart=no", kept)
        yield (*slow_clock(Path(folder), _SLOWER), *counted)


def slow_clock(folder: Path, slower: int) -> tuple[str, ...]:
    """Return the command under which another has a clock so many times slower.

    Args:
        folder: where what it needs is built.
        slower: times.
    """
    built = folder / "slow_clock.so"
    build = [compiler() or "cc", "-O2", "-shared", "-fPIC", "-o", str(built), str(_CLOCK)]
    subprocess.run(build, check=True)  # noqa: S603 - our own source
    return ("env", f"LD_PRELOAD={built}", f"BENCH_SLOWER={slower}")


def begin(pid: int) -> None:
    """Begin to count.

    Raises:
        BenchFailed: it does not run under callgrind.
    """
    _tell(pid, "-i", "on")


def executed(pid: int) -> int:
    """Return the instructions of all threads since counting began.

    Raises:
        BenchFailed: nothing is counted.
    """
    threads = _THREAD.findall(_tell(pid, "-e"))
    if not threads:
        raise BenchFailed(f"callgrind counts nothing of process {pid}.")
    return sum(int(each.replace(",", "")) for each in threads)


def _tell(pid: int, *words: str) -> str:
    command = [_CONTROL, *words, str(pid)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    return done.stdout
