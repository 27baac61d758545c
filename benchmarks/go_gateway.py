"""Go gateway: benchmarks/go, built where Go is installed."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from benchmarks.failure import BenchFailed

__all__ = ["NO_GO", "available", "build"]

NO_GO = "Go is not installed: the gateway in Go is left out."

_FOLDER = Path(__file__).parent / "go"
_BINARY = _FOLDER / "gateway"


def available() -> bool:
    """Tell whether it can be built."""
    return shutil.which("go") is not None


@cache
def build() -> Path:
    """Build it, once a process; return the command.

    Raises:
        BenchFailed: it could not be built, or there is no Go.
    """
    if not available():
        raise BenchFailed(NO_GO)
    built = subprocess.run(  # noqa: S603 - our own source
        ["go", "build", "-trimpath", "-o", str(_BINARY), "."],  # noqa: S607 - whichever go is there
        cwd=_FOLDER,
        env={**os.environ, "CGO_ENABLED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode != 0:
        raise BenchFailed(f"The gateway in Go could not be built:\n{built.stderr.strip()}")
    return _BINARY
