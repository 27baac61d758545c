"""The flat form, rule by rule."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.pipeline import flat as module
from gateway.pipeline.document import decode_document
from gateway.pipeline.flat import FlatCaps, encode_flat, flatten
from gateway.pipeline.reasons import Ended, Reason

VECTORS = json.loads((Path(__file__).parents[2] / "docs/flat-vectors.json").read_text())


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: str(row["says"]))
def test_vectors(row: dict[str, str]) -> None:
    """The vectors other languages can use hold here, byte for byte."""
    whole = decode_document(f'{{"data":{row["data"]}}}'.encode())
    assert encode_flat(flatten(whole["data"])).decode() == row["flat"]


def nested(levels: int) -> dict[str, Any]:
    """Return an object with one leaf under `levels` keys."""
    data: dict[str, Any] = {"x": 1}
    for _ in range(levels - 1):
        data = {"x": data}
    return data


def test_depth_cap() -> None:
    """A path of 32 keys is flattened; one of 33 is `nesting_too_deep`."""
    assert len(flatten(nested(32))) == 1
    with pytest.raises(Ended) as ended:
        flatten(nested(33))
    assert ended.value.reason is Reason.NESTING_TOO_DEEP


def test_key_cap() -> None:
    """2,000 leaves are flattened; 2,001 are `flat_too_many_keys`, collisions counted."""
    assert len(flatten({f"k{n}": n for n in range(2000)})) == 2000
    with pytest.raises(Ended) as ended:
        flatten({f"k{n}": n for n in range(2001)})
    assert ended.value.reason is Reason.FLAT_TOO_MANY_KEYS


def test_size_cap_counts_names_before_they_are_built() -> None:
    """300 KB that would flatten to 45 MB is refused without building it."""
    data = {"k" * 150_000: {f"c{n}": n for n in range(300)}}
    assert len(json.dumps(data)) < 200_000
    with pytest.raises(Ended) as ended:
        flatten(data)
    assert ended.value.reason is Reason.FLAT_TOO_LARGE


def test_size_cap_holds_for_the_encoded_form() -> None:
    """An encoded form over the cap is `flat_too_large`."""
    assert encode_flat({"a": "x" * 10}, FlatCaps(size=20))
    with pytest.raises(Ended) as ended:
        encode_flat({"a": "x" * 20}, FlatCaps(size=20))
    assert ended.value.reason is Reason.FLAT_TOO_LARGE


def test_names_are_kept_while_they_are_not_too_many() -> None:
    """Names are made once; where any document brings others they are forgotten, not hoarded."""
    wanted = {"ticket_id": 1}
    for number in range(30):
        flat = flatten({f"{number}" * 50_000: 1, "ticket": {"id": 1}})
        assert flat == {f"{number}" * 50_000: 1, **wanted}
        assert module._kept.size <= module._MOST_KEPT
    first, again = flatten({"ticket": {"id": 1}}), flatten({"ticket": {"id": 2}})
    assert next(iter(first)) is next(iter(again))
