"""The wheel: what is compiled may be, and who cannot compile is told what to do."""

import ast
import sysconfig
from pathlib import Path

import pytest

from deploy import wheel

_BASES = {"Fact", "NamedTuple", "Plain", "StrEnum"}
_COMPILED = wheel.compiled_modules()


def classes(module: str) -> list[ast.ClassDef]:
    """Return the classes of a module."""
    tree = ast.parse((wheel.ROOT / f"{module.replace('.', '/')}.py").read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


@pytest.mark.parametrize("module", _COMPILED)
def test_a_compiled_class_stands_alone(module: str) -> None:
    """It inherits from no interpreted class but a fact, and has no option that mypyc would drop."""
    for each in classes(module):
        bases = {ast.unparse(base) for base in each.bases}
        assert "Protocol" in bases or bases <= _BASES, each.name
        for keyword in each.keywords:  # mypy asks for this one, and Fact has it
            assert (keyword.arg, ast.unparse(keyword.value)) == ("frozen", "True"), each.name
            assert bases == {"Fact"}, each.name


def test_what_msgspec_decodes_stays_interpreted() -> None:
    """The envelope is read off the wire by annotations, which mypyc would simplify."""
    assert not {"gateway.pipeline.wire", "gateway.pipeline.fact"} & {*_COMPILED}


def test_who_has_no_compiler_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without a compiler, or without Python's headers, nothing is built and the words are clear."""
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(wheel.WheelError, match="apt install gcc python3-dev"):
        wheel.build(tmp_path)
    monkeypatch.delenv("CC")
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path))
    with pytest.raises(wheel.WheelError, match="headers"):
        wheel.build(tmp_path)
    assert not [*tmp_path.iterdir()]


def test_a_build_that_fails_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the build said is told."""
    monkeypatch.setattr(wheel, "compiler", lambda: "cc")
    monkeypatch.setattr(wheel, "_SOURCES", ("LICENSE",))  # no pyproject.toml
    with pytest.raises(wheel.WheelError, match="pyproject"):
        wheel.build(tmp_path)
