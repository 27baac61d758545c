"""Machine: what the figures were taken on. No names of hosts, users or paths."""

import os
import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import msgspec

__all__ = ["LIBRARIES", "Machine", "this_machine"]

LIBRARIES = ("aiohttp", "aiokafka", "msgspec", "uvloop", "fastapi", "uvicorn")


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """A machine, and how busy it was.

    Attributes:
        cpu: model, as Linux tells it.
        cores: that we may use.
        memory_gib: in all.
        system: kernel and its version.
        load: average of the last minute before the bench began; well above 0, others were at work.
        python: implementation and version.
        libraries: versions; Go's, too, where it is installed.
    """

    cpu: str
    cores: int
    memory_gib: float
    system: str
    load: float
    python: str
    libraries: dict[str, str]


def this_machine() -> Machine:
    """Describe this machine now."""
    pages, page = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return Machine(
        cpu=_cpu_model(),
        cores=len(os.sched_getaffinity(0)),
        memory_gib=round(pages * page / 2**30, 1),
        system=f"{platform.system()} {platform.release().partition('-')[0]}",
        load=round(os.getloadavg()[0], 2),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        libraries={name: version(name) for name in LIBRARIES} | _go(),
    )


def _go() -> dict[str, str]:
    if shutil.which("go") is None:
        return {}
    said = subprocess.run(
        ["go", "env", "GOVERSION"],  # noqa: S607 - whichever go is there
        capture_output=True,
        text=True,
        check=False,
    )
    return {"Go": said.stdout.strip().removeprefix("go")}


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
