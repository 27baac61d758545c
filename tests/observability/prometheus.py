"""Prometheus's own programs, `promtool` and `prometheus`: found, or unpacked from Debian's package.

Nothing is installed and no service starts: the package is downloaded by apt and unpacked into a
cache. apt needs root only where its lists are empty, as on a fresh machine.
"""

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

__all__ = ["PrometheusMissingError", "program"]

_CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "cstar-gateway"
_HELP = (
    "promtool and prometheus are needed: install Debian's or Ubuntu's package `prometheus`, or put "
    "both programs on the PATH"
)


class PrometheusMissingError(RuntimeError):
    """It is not here and cannot be had."""


@cache
def program(name: str) -> str:
    """Return the path of `promtool` or `prometheus`.

    Raises:
        PrometheusMissingError: says what to do.
    """
    found = shutil.which(name)
    if found is not None:
        return found
    unpacked = _CACHE / "prometheus/usr/bin" / name
    if not unpacked.exists():
        _unpack(_CACHE / "prometheus")
    return str(unpacked)


def _unpack(to: Path) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise PrometheusMissingError(_HELP)
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=to.parent) as name:
        folder = Path(name)
        package = _downloaded(folder)
        made = folder / "made"
        _run("dpkg-deb", "--extract", str(package), str(made), within=folder)
        shutil.rmtree(to, ignore_errors=True)
        made.rename(to)


def _downloaded(folder: Path) -> Path:
    try:
        _run("apt-get", "download", "prometheus", within=folder)
    except PrometheusMissingError:
        as_root = () if os.geteuid() == 0 else ("sudo", "-n")
        _run(*as_root, "apt-get", "update", within=folder)
        _run("apt-get", "download", "prometheus", within=folder)
    return next(folder.glob("prometheus_*.deb"))


def _run(*command: str, within: Path) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - the system's own package tools
            command, cwd=within, capture_output=True, text=True, check=False, timeout=300
        )
    except OSError as error:
        raise PrometheusMissingError(f"{_HELP}; {command[0]}: {error.strerror}") from error
    if done.returncode:
        raise PrometheusMissingError(
            f"{_HELP}; {' '.join(command)} said: {done.stderr.strip()[-500:]}"
        )
