"""Each step of the path can be measured alone."""

from pathlib import Path

import pytest

from benchmarks import compiled
from benchmarks.failure import BenchFailed
from benchmarks.stages import NAMES, Stage, StagePlan, measure
from benchmarks.task import ask


@pytest.mark.parametrize("name", NAMES)
async def test_a_step(name: str) -> None:
    """A step takes time; one that does not wait also says what memory it takes."""
    found = await measure(StagePlan(name=name, repeats=1))
    assert found.microseconds > 0
    assert (found.peak is None) == (found.blocks is None)


@pytest.mark.timeout(900)  # a minute of compiling, where that was not done yet
@pytest.mark.skipif(not compiled.available(), reason=compiled.NO_WHEEL)
def test_a_step_of_the_compiled_gateway() -> None:
    """Every step can be measured compiled, too."""
    for name in NAMES:
        found = ask("stages", StagePlan(name=name, repeats=1), Stage, compiled.unpacked())
        assert found.microseconds > 0


def test_the_gateway_of_a_folder_is_measured(tmp_path: Path) -> None:
    """A task runs the package that is in its folder, and no other."""
    package = tmp_path / "gateway"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('the gateway of this folder')")
    with pytest.raises(BenchFailed, match="the gateway of this folder"):
        ask("stages", StagePlan(name=NAMES[0], repeats=1), Stage, tmp_path)
