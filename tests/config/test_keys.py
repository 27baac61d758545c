"""Keys: what may be set, and what an unknown one was probably meant to be."""

import pytest

from gateway.config.faults import Path
from gateway.config.keys import KEYS, key_at, suggestion


def test_every_value_has_a_default_and_a_description() -> None:
    """The reference has no empty cell."""
    values = [key for key in KEYS.values() if key.kind == "value"]
    assert len(values) > 40
    for key in values:
        assert not key.field.is_required(), key.path
        assert key.field.description, key.path
        assert key.field.description.endswith("."), key.path


def test_a_key_is_found_at_any_number() -> None:
    """Tables of a list share their keys."""
    first, ninth = key_at(("webhooks", 0, "name")), key_at(("webhooks", 9, "name"))
    assert first is ninth is not None
    assert key_at(("kafka", "acks", "x")) is None


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        (("kafka", "bootstrap_server"), "did you mean kafka.bootstrap_servers?"),
        (("kafka", "publish-timeout"), "did you mean kafka.publish_timeout?"),
        (("webhooks", 2, "secret"), "did you mean webhooks[2].secrets?"),
        (("log", "prefix"), "did you mean topics.prefix?"),
        (("webhook",), "did you mean webhooks?"),
        (("log", "zzz"), "there are: format, level"),
        (("zzz", "zzz"), "remove it"),
    ],
)
def test_an_unknown_key_is_answered_with_the_nearest(path: Path, meant: str) -> None:
    """A sibling first, then the same name elsewhere, then what there is."""
    assert suggestion(path) == meant
