"""The list of log lines is the code's: a line without a row, or a row without a line, fails."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.logs.events import EVENTS
from gateway.logs.table import render

GATEWAY = Path(__file__).parents[2] / "gateway"
MODULES = sorted(
    path for path in GATEWAY.rglob("*.py") if "structlog.get_logger" in path.read_text()
)
LEVELS = {name: name for name in ("info", "warning", "error", "debug", "critical")}
LEVELS |= {"exception": "error", "log": "its reason's"}
LOGGERS = {"_log", "log"}  # of the module, and one that has fields bound to it

Said = tuple[str, str, frozenset[str]]


def name_of(path: Path) -> str:
    """Return a path as people write it."""
    return str(path.relative_to(GATEWAY.parent))


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Yield each call of a logger's method, with the method's name."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in LOGGERS
        ):
            yield node.func.attr, node


def fields(call: ast.Call) -> frozenset[str]:
    """Return a call's fields; none may come in a mapping, where nobody could list them."""
    assert all(keyword.arg for keyword in call.keywords), ast.unparse(call)
    return frozenset(str(keyword.arg) for keyword in call.keywords)


def said(path: Path) -> Iterator[Said]:
    """Yield each line that a module can write: text, level, fields."""
    for function in ast.walk(ast.parse(path.read_text())):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        found = list(calls(function))
        bound = frozenset[str]().union(*(fields(call) for name, call in found if name == "bind"))
        for name, call in found:
            if name not in LEVELS:
                continue
            text = call.args[1 if name == "log" else 0]
            assert isinstance(text, ast.Constant), f"say it in words: {ast.unparse(call)}"
            own = fields(call) | (bound if ast.unparse(call).startswith("log.") else frozenset())
            own |= {"error", "error_at"} if name == "exception" else frozenset()
            yield str(text.value), LEVELS[name], own


ROWS = {(row.event, row.level, frozenset(row.fields)) for row in EVENTS}
OWN = {("a log line could not be written", "error", frozenset[str]())}  # written past structlog


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_line_has_a_row(path: Path) -> None:
    """With the level and the fields that the code gives it."""
    lines = set(said(path))
    assert lines
    assert lines <= ROWS


def test_every_row_is_a_line() -> None:
    """What the documents list is written somewhere."""
    assert {line for path in MODULES for line in said(path)} | OWN == ROWS
    assert len({row.event for row in EVENTS}) == len(EVENTS) == render().count("\n") - 1


def test_nobody_logs_past_the_list() -> None:
    """No module that serves prints, or says something by a logger that is not structlog's."""
    speaking = [
        name_of(path)
        for path in GATEWAY.rglob("*.py")
        if path.parent.name not in {"cli", "embedded"}
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"print", "logging.info", "logging.warning", "logging.error"}
    ]
    assert speaking == []


def test_what_a_person_must_do_is_said() -> None:
    """Each line at ERROR, and each at WARNING, says what to do."""
    assert not [row.event for row in EVENTS if row.level in {"error", "warning"} and not row.do]
