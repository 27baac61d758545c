"""Laws of the flat form."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.pipeline.document import decode_document
from gateway.pipeline.flat import encode_flat, flatten

# Few, short names with underscores in them, so that collisions are common.
NAMES = st.text(alphabet="ab_é", max_size=3)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=25,
)
DATA = st.dictionaries(NAMES, VALUES, max_size=5)


def leaves(data: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Return path and value of every leaf, in the document's order."""
    found = []
    for key, value in data.items():
        if isinstance(value, dict) and value:
            found += leaves(value, (*path, key))
        else:
            found.append(((*path, key), value))
    return found


def through_json(data: dict[str, Any]) -> dict[str, Any]:
    """Return the flat form as a consumer parses it."""
    whole = decode_document(json.dumps({"data": data}).encode())
    parsed: dict[str, Any] = json.loads(encode_flat(flatten(whole["data"])))
    return parsed


@given(DATA)
def test_every_name_is_there_with_the_winning_value(data: dict[str, Any]) -> None:
    """Every leaf's name is there; its value is the shallowest leaf's, then the first's."""
    best: dict[str, tuple[int, Any]] = {}
    for path, value in leaves(data):
        name = "_".join(path)
        if name not in best or len(path) < best[name][0]:
            best[name] = (len(path), value)
    assert through_json(data) == {name: value for name, (_, value) in best.items()}


@given(DATA)
def test_order_is_the_documents(data: dict[str, Any]) -> None:
    """Names come in the order of the leaves that won."""
    flat = flatten(data)
    places = [
        next(
            place
            for place, (path, value) in enumerate(leaves(data))
            if "_".join(path) == name and value is won
        )
        for name, won in flat.items()
    ]
    assert places == sorted(places)


@given(DATA)
def test_deterministic(data: dict[str, Any]) -> None:
    """Equal documents give equal bytes."""
    again = json.loads(json.dumps(data))
    assert encode_flat(flatten(data)) == encode_flat(flatten(again))


@given(DATA)
def test_one_level(data: dict[str, Any]) -> None:
    """No value of the flat form is a non-empty object."""
    assert not any(isinstance(value, dict) and value for value in flatten(data).values())
