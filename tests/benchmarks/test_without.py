"""A stage is left out by name, and only where the name is still there."""

import subprocess
import sys

import pytest

from benchmarks.without import STAGES, replace
from tests.test_layout import ROOT


def test_a_name_that_is_gone_is_told() -> None:
    """Where the product has moved on the bench fails, and does not measure the whole instead."""
    with pytest.raises(AttributeError):
        replace(subprocess, "nothing_of_this_name", None)


def test_every_stage_can_be_left_out() -> None:
    """Every replacement finds what it replaces."""
    code = "from benchmarks.without import STAGES\nfor each in STAGES.values(): each.leave_out()"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)  # noqa: S603 - our own code
    assert len(STAGES) >= 8
