"""Points are where the product still passes."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.faults import points

_ALL = {**points.POINTS, **points.IN_REPLAY}


@pytest.mark.parametrize("name", _ALL)
def test_a_point_is_there(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where something of the product is replaced, the product has it."""
    found: list[object] = []

    def patch(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        found.append(make(getattr(owner, name)))

    monkeypatch.setattr(points, "patch", patch)
    _ALL[name](lambda: None)
    assert found
    assert all(map(callable, found))
