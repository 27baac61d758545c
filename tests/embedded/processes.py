"""What the operating system says of processes."""

import subprocess

__all__ = ["children", "is_running"]


def is_running(pid: int) -> bool:
    """Tell whether a process of this id runs; one that ended and was not collected does not."""
    return _ps("-o", "stat=", "-p", str(pid)).strip()[:1] not in {"", "Z"}


def children(pid: int) -> dict[int, str]:
    """Return the children of a process: id and command line."""
    rows = [
        line.split(None, 2) for line in _ps("-A", "-ww", "-o", "pid=,ppid=,command=").splitlines()
    ]
    return {int(row[0]): row[2] for row in rows if row[1] == str(pid)}


def _ps(*arguments: str) -> str:
    return subprocess.run(  # noqa: S603 - fixed arguments
        ["ps", *arguments],  # noqa: S607 - wherever it lies
        capture_output=True,
        text=True,
        check=False,
    ).stdout
