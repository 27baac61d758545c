"""The house keeps its shape: imports, sizes, mirrored tests."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "gateway").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))

MOST_MODULE_LINES = 250
MOST_FUNCTION_LINES = 40
# Tests that hold something wider than one module to its word.
WIDER = {"audit", "docs", "layout", "events/corpus", "events/document"}
WIDER_FOLDERS = {"e2e", "benchmarks", "deploy", "faults", "helm", "observability"}
DRAWERS = {"utils", "util", "core", "common", "helpers", "misc", "tools"}


def name_of(path: Path) -> str:
    """Return a path as people write it."""
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function of a module."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_imports_point_one_way() -> None:
    """No layer imports a higher one, the middle is pure, and each edge keeps its own library."""
    # In a process of its own: import-linter sets up logging, and so disables others' loggers.
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    checked = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_read_in_one_sitting(path: Path) -> None:
    """A module has at most 250 lines, functions of 40, and a docstring that says what it is."""
    source = path.read_text()
    assert len(source.splitlines()) <= MOST_MODULE_LINES
    assert ast.get_docstring(ast.parse(source))
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1}"
        for node in functions(path)
        if node.end_lineno and node.end_lineno - node.lineno + 1 > MOST_FUNCTION_LINES
    ]
    assert not long


def test_there_are_no_drawers() -> None:
    """No file or folder is named for holding things that have no name."""
    names = {part for path in (*MODULES, *TESTS) for part in path.relative_to(ROOT).parts}
    assert not {Path(name).stem for name in names} & DRAWERS


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_tests_mirror_the_source(path: Path) -> None:
    """`tests/sink/test_batch.py` is about `gateway/sink/batch.py`; wider tests are listed."""
    about = path.relative_to(ROOT / "tests")
    module = about.with_name(about.name.removeprefix("test_").replace("_hypothesis.py", ".py"))
    if about.parts[0] in WIDER_FOLDERS or str(module.with_suffix("")) in WIDER:
        return
    assert (ROOT / "gateway" / module).is_file()


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_every_test_says_what_it_proves(path: Path) -> None:
    """A test file and each test in it open with the sentence they prove."""
    assert ast.get_docstring(ast.parse(path.read_text()))
    silent = [
        node.name
        for node in functions(path)
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert not silent
