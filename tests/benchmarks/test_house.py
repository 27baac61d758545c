"""The bench keeps the house's shape."""

import ast
from pathlib import Path

import pytest

from tests.test_layout import MOST_FUNCTION_LINES, MOST_MODULE_LINES, ROOT, functions, name_of

MODULES = sorted((ROOT / "benchmarks").rglob("*.py"))


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
