"""The list of checks is whole: each is looked at somewhere, and told what to do about."""

import ast
from pathlib import Path

from gateway.cli.checklist import ABOUT, Check, render

CLI = Path(__file__).parents[2] / "gateway/cli"


def test_every_check_has_its_row() -> None:
    """The table has each check once; what can fail or warn says when, and what to do then."""
    assert set(ABOUT) == set(Check)
    assert all(about.right for about in ABOUT.values())
    assert all(bool(about.do) == bool(about.fails or about.warns) for about in ABOUT.values())
    assert render().count("\n") == len(Check) + 1


def test_every_check_is_looked_at() -> None:
    """No row speaks of a check that the command does not have."""
    used = {
        node.attr
        for path in CLI.glob("*check*.py")
        if path.name != "checklist.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        if isinstance(node.value, ast.Name) and node.value.id == "Check"
    }
    assert used == set(Check.__members__)
