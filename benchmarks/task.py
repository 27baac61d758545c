"""Task: one of our modules in a process of its own, told and telling in JSON."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Self, TypeVar

import msgspec

from benchmarks.failure import BenchFailed
from benchmarks.servers import ROOT

__all__ = ["Task", "ask"]

Found = TypeVar("Found")


class Task:
    """A task that runs. Use it as a context manager: it ends with the block.

    Args:
        module: of benchmarks, whose `main` reads a plan and writes what it found.
        plan: for it.
        folder: whose package `gateway` it runs, with our benchmarks.
    """

    def __init__(self, module: str, plan: msgspec.Struct, folder: Path = ROOT) -> None:
        self._module = module
        found = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", f"benchmarks.{module}", msgspec.json.encode(plan).decode()],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(found)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it, if it has not ended."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()

    def found(self, kind: type[Found]) -> Found:
        """Wait for what it finds.

        Raises:
            BenchFailed: it failed; says what it said.
        """
        told, said = self._process.communicate()
        if self._process.returncode != 0:
            words = said.decode(errors="replace").strip()
            raise BenchFailed(f"benchmarks.{self._module} failed: {words}")
        return msgspec.json.decode(told, type=kind)


def ask(module: str, plan: msgspec.Struct, kind: type[Found], folder: Path = ROOT) -> Found:
    """Run a task to its end; see `Task`.

    Raises:
        BenchFailed: it failed.
    """
    with Task(module, plan, folder) as task:
        return task.found(kind)
