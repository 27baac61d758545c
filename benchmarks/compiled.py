"""Compiled: the gateway of `make wheel`, unpacked where it can be run from.

Built once for each state of the source; kept beside the wheels.
"""

import hashlib
import shutil
import tempfile
from functools import cache
from pathlib import Path

from benchmarks.failure import BenchFailed
from deploy.wheel import NO_COMPILER, ROOT, WheelError, compiler, unpack

__all__ = ["NO_WHEEL", "available", "unpacked"]

NO_WHEEL = f"{NO_COMPILER} The compiled gateway is left out."

_FOLDER = ROOT / "dist"


def available() -> bool:
    """Tell whether it can be built."""
    return compiler() is not None


@cache
def unpacked() -> Path:
    """Build it where that has not been done; return the folder that its package is in.

    Raises:
        BenchFailed: it could not be built, or there is no compiler.
    """
    folder = _FOLDER / f"compiled-{_state()}"
    if folder.exists():
        return folder
    _FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_FOLDER) as making:
        whole = Path(making) / "whole"
        try:
            unpack(whole)
        except WheelError as failure:
            raise BenchFailed(str(failure)) from failure
        shutil.move(whole, folder)  # at once: what stands there is never half of it
    return folder


def _state() -> str:
    digest = hashlib.sha256()
    for path in (ROOT / "pyproject.toml", *sorted((ROOT / "gateway").rglob("*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
