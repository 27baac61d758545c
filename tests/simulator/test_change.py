"""Change: one `path=value` laid over an event."""

from typing import Any

import pytest

from gateway.simulator.change import Change


def changed(event: dict[str, Any], *texts: str) -> dict[str, Any]:
    """Apply changes as they are typed."""
    for text in texts:
        Change.parse(text).apply(event)
    return event


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=Printer on fire", "Printer on fire"),
        ("a=5", 5),
        ("a=null", None),
        ("a=[1,2]", [1, 2]),
        ('a={"b":"c"}', {"b": "c"}),
        ('a="5"', "5"),
        ("a=", ""),
        ("a=b=c", "b=c"),
        ("a=18446744073709551616", 18446744073709551616),
    ],
)
def test_a_value_is_json_where_it_parses(text: str, value: object) -> None:
    """Numbers, lists, objects and null are themselves; anything else is a string."""
    assert changed({}, text) == {"a": value}


def test_paths_are_made_on_the_way() -> None:
    """What is missing becomes objects; what is no object gives way to one."""
    event = {"data": {"ticket": {"id": "tkt_1"}, "note": "text"}}
    assert changed(event, "data.ticket.custom.size=3", "data.note.deep=x") == {
        "data": {"ticket": {"id": "tkt_1", "custom": {"size": 3}}, "note": {"deep": "x"}}
    }


def test_a_number_counts_into_a_list() -> None:
    """`tags.1` is the second of the tags, and may lead further."""
    assert changed({"tags": ["a", {"b": 1}]}, "tags.0=x", "tags.1.b=2") == {"tags": ["x", {"b": 2}]}


def test_past_a_lists_end_is_told() -> None:
    """There is no such item, and the message says how many there are."""
    with pytest.raises(ValueError, match=r"tags\.2: the list has 1 items"):
        changed({"tags": ["a"]}, "tags.2=x")


@pytest.mark.parametrize("text", ["nope", "=x", "a..b=x", ".a=x", "a.=x"])
def test_what_is_no_path_is_told(text: str) -> None:
    """A path has names between its dots, then `=`."""
    with pytest.raises(ValueError, match="is not PATH=VALUE"):
        Change.parse(text)
