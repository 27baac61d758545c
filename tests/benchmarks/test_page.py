"""The pictures and tables of docs/performance.md are of the figures that are kept."""

from xml.etree import ElementTree as ET

import msgspec
import pytest

from benchmarks import page
from benchmarks.drawing import Bar, bars, lines
from benchmarks.go_types import TYPES, render
from benchmarks.pictures import FOLDER, drawn
from benchmarks.result import head
from benchmarks.show import markdown
from benchmarks.stages import Stages


def test_pictures_are_current() -> None:
    """`python -m benchmarks page` would change no picture, and leaves none behind."""
    kept = {path.name: path.read_text() for path in FOLDER.glob("*.svg")}
    assert kept == drawn(), "run: python -m benchmarks page"


def test_the_types_in_go_are_current() -> None:
    """`python -m benchmarks.go_types` would change nothing."""
    assert TYPES.read_text() == render(), "run: python -m benchmarks.go_types"


def parsed(picture: str) -> ET.Element:
    """Return a picture of our own as XML."""
    return ET.fromstring(picture)  # noqa: S314 - our own


def test_bars_are_to_scale() -> None:
    """A bar twice as long stands for twice as much, and says how much."""
    picture = parsed(bars("Cost & more", "µs", [Bar("a", 10, 9, 20), Bar("b", 20, 19, 20)]))
    widths = [float(each.attrib["width"]) for each in picture.iter() if each.get("rx") == "2"]
    assert widths[1] == 2 * widths[0]
    words = [each.text for each in picture.iter() if each.tag.endswith("text")]
    assert {"Cost & more", "10 µs", "20 µs"} <= set(words)


def test_lines_lie_in_their_picture() -> None:
    """On either kind of axis, with a 0 too, every point is within the picture."""
    for log in (False, True):
        picture = lines(
            "t",
            {"s": [(0, 5), (10, 50), (1000, 500)]},
            across="x",
            up="y",
            log_across=log,
            log_up=log,
        )
        root = parsed(picture)
        dots = [each for each in root.iter() if each.tag.endswith("circle")]
        assert len(dots) == 3
        assert all(0 < float(dot.attrib["cx"]) < 440 for dot in dots)
        assert all(0 < float(dot.attrib["cy"]) < 300 for dot in dots)


def test_markdown() -> None:
    """Rows become a table."""
    assert markdown([("a", "b"), ("1", "2")]) == "| a | b |\n|---|--:|\n| 1 | 2 |"


@pytest.mark.parametrize(
    ("fields", "server"),
    [({}, "the gateway"), ({"server": "compiled"}, "the gateway, compiled")],
)
def test_figures_say_whose_they_are(
    monkeypatch: pytest.MonkeyPatch, fields: dict[str, str], server: str
) -> None:
    """Figures that were kept before the server stood beside them are the interpreted one's."""
    kept = msgspec.json.encode({"head": head(), "stages": [], **fields})
    steps = msgspec.json.decode(kept, type=Stages)
    monkeypatch.setattr(page, "read", lambda *_: steps)
    assert f"`, of {server}; gateway 0." in page.steps()
