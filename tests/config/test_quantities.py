"""Quantities: what people may write for durations, sizes and counts, and what is refused."""

import pytest

from gateway.config.faults import Problem
from gateway.config.quantities import Count, Duration, Size


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (3, 3.0),
        (0.5, 0.5),
        ("3", 3.0),
        (" 75s ", 75.0),
        ("500ms", 0.5),
        ("33h", 118_800.0),
        ("31h12m30s", 112_350.0),
        ("7d", 604_800.0),
        ("1.5S", 1.5),
        ("1m500ms", 60.5),
    ],
)
def test_a_duration_reads_as_seconds(written: object, seconds: float) -> None:
    """A duration is a number of seconds or a text of descending units."""
    assert Duration(0).read(written) == seconds


@pytest.mark.parametrize(
    "written",
    [
        True,
        None,
        [],
        "",
        "s",
        "5 minutes",
        "30s1h",
        "-3",
        "1h 2m",
        float("nan"),
        float("inf"),
        "٣s",
    ],
)
def test_what_is_no_duration_is_refused_with_an_example(written: object) -> None:
    """Booleans, NaN, units out of order and other words are no durations."""
    with pytest.raises(Problem, match="is not a duration") as refused:
        Duration(0).read(written)
    assert "31h12m30s" in refused.value.fix


@pytest.mark.parametrize(
    ("written", "size"),
    [
        (1_048_576, 1_048_576),
        ("1048576", 1_048_576),
        ("1MiB", 1_048_576),
        ("512 KiB", 524_288),
        ("1Mi", 1_048_576),
        ("1.5MiB", 1_572_864),
        ("3MB", 3_000_000),
        ("2k", 2000),
        ("1gib", 1_073_741_824),
        ("9B", 9),
    ],
)
def test_a_size_reads_as_bytes(written: object, size: int) -> None:
    """A size is a number of bytes or a text with a binary or decimal unit."""
    read = Size(0).read(written)
    assert read == size
    assert isinstance(read, int)


@pytest.mark.parametrize("written", [False, 1.5, "", "1iB", "1.5", "MiB", "1TiB", "0.3KiB", None])
def test_what_is_no_size_is_refused(written: object) -> None:
    """A size is a whole number of bytes in a unit we know."""
    with pytest.raises(Problem, match="is not a size"):
        Size(0).read(written)


@pytest.mark.parametrize("written", [True, 1.0, "1.0", "one", "", None, "9" * 16])
def test_what_is_no_count_is_refused(written: object) -> None:
    """A count is an integer; TOML's true and 1.0 are not."""
    with pytest.raises(Problem, match="is not a whole number"):
        Count(0).read(written)


@pytest.mark.parametrize("written", [7, "7", " 7\n", "7\x1f"])
def test_a_count_reads_as_an_integer(written: object) -> None:
    """White space around the digits is passed over, whatever Python's `int` thinks of it."""
    assert Count(0).read(written) == 7


def test_bounds_are_told_in_the_units_people_write() -> None:
    """What is out of bounds is told with the bounds, and their reason where there is one."""
    with pytest.raises(Problem) as refused:
        Duration(112_350, why="cStar's last attempt comes then").read("24h")
    assert refused.value.problem == "24h is out of bounds (cStar's last attempt comes then)"
    assert refused.value.fix == "give 31h12m30s or more"
    with pytest.raises(Problem) as refused:
        Size(1024, 1024**2).read("2MiB")
    assert refused.value.fix == "give between 1KiB and 1MiB"


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0s"),
        (0.1, "100ms"),
        (9.5, "9.5s"),
        (75, "75s"),
        (300, "5m"),
        (112_350, "31h12m30s"),
        (118_800, "33h"),
        (604_800, "7d"),
        (-1.5, "-1.5s"),
    ],
)
def test_durations_are_written_as_operators_say_them(seconds: float, written: str) -> None:
    """33h rather than 1d9h, 9.5s rather than 9s500ms."""
    assert Duration(0).write(seconds) == written
