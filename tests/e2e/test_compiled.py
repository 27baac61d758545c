"""The compiled gateway keeps every promise of the interpreted one, held by the same tests."""

import shutil
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from deploy import wheel

pytestmark = [
    pytest.mark.timeout(2400),  # compiling, then tests: minutes each, more on a slow machine
    pytest.mark.skipif(wheel.compiler() is None, reason=wheel.NO_COMPILER),
]

_AROUND = ("README.md", "benchmarks", "deploy", "docs", "helm", "pyproject.toml", "tests")
_SUITES = (
    "tests/pipeline",
    "tests/idempotency",
    "tests/ingress",
    "tests/sink",
    "tests/metrics",
    "tests/test_intake.py",
    "tests/e2e/test_corpus.py",
    "tests/e2e/test_faults.py",
    "tests/e2e/test_journal.py",
    "tests/e2e/test_shutdown.py",
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder like the repository's root, but for its gateway, which is the wheel's."""
    folder = tmp_path_factory.mktemp("compiled")
    shutil.copytree(wheel.unpacked(), folder, dirs_exist_ok=True)
    for name in _AROUND:
        source = wheel.ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder)
    return folder


def _run(tree: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own tests
        [sys.executable, *command], cwd=tree, capture_output=True, text=True, check=False
    )


def test_all_that_is_to_be_compiled_is(tree: Path) -> None:
    """Each module that pyproject.toml names is loaded from what was compiled of it."""
    names = wheel.compiled_modules()
    assert "gateway.intake" in names
    say = f"import importlib; [print(importlib.import_module(n).__file__) for n in {names!r}]"
    said = _run(tree, "-c", say)
    assert said.returncode == 0, said.stderr
    files = said.stdout.split()
    assert len(files) == len(names)
    assert [file for file in files if not file.endswith(tuple(EXTENSION_SUFFIXES))] == []
    assert all(Path(file).is_relative_to(tree) for file in files)


def test_the_suites_of_the_path_hold(tree: Path) -> None:
    """What the tests of the path prove of the source they prove of what is compiled of it."""
    done = _run(tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", *_SUITES)
    assert done.returncode == 0, f"{done.stdout[-8000:]}{done.stderr[-2000:]}"
