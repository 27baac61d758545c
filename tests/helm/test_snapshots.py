"""What a change of the chart changes is seen in a review."""

import pytest

from tests.helm.chart import CASES
from tests.helm.snapshots import FOLDER, snapshot


@pytest.mark.parametrize("name", CASES)
def test_each_case_renders_as_it_did(name: str) -> None:
    """Each file of helm/ci renders to its snapshot; `python -m tests.helm.snapshots` renews it."""
    assert snapshot(name) == (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


def test_no_snapshot_is_left_behind() -> None:
    """There is one for each file of helm/ci, and no other."""
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == CASES
