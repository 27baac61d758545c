"""Cautions: what is allowed and seldom meant is said, and nothing else."""

from pathlib import Path

import pytest

from gateway.config import cautions
from tests.config.files import MINIMAL, loaded


def test_a_sound_configuration_gives_none(tmp_path: Path) -> None:
    """There is no noise to get used to."""
    assert cautions(loaded(tmp_path, MINIMAL)) == ()


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        (
            MINIMAL + "events = ['ticket.*', 'tickets.*']",
            "webhooks[0].events",
            '"tickets.*" matches no event type',
        ),
        (
            MINIMAL + "[[routes]]\nmatch = 'ticket.create'\ntopic = 'x'",
            "routes[0].match",
            '"ticket.create" matches no event type',
        ),
        (MINIMAL + "legacy_signature = true", "webhooks[0].legacy_signature", "a captured"),
        (MINIMAL.replace("env:A", "env:ODD"), "webhooks[0].secrets", "env:ODD does not begin"),
        (MINIMAL + "[ingress]\nsignature_tolerance = 301", "ingress.signature_tolerance", "cStar"),
        (
            MINIMAL.replace("127.0.0.1", "kafka-0"),
            "kafka.security.protocol",
            "records cross the net to kafka-0:9092 unencrypted",
        ),
        (
            MINIMAL + "[ingress]\nmax_body_bytes = '2MiB'",
            "kafka.max_record_bytes",
            "a large body with its flat form does not fit",
        ),
    ],
)
def test_what_is_seldom_meant_is_said(tmp_path: Path, text: str, key: str, message: str) -> None:
    """Each caution names its key, what follows, and what to do."""
    (caution,) = cautions(loaded(tmp_path, text, ODD="0123456789abcdef0123456789abcdef"))
    assert caution.key == key
    assert caution.message.startswith(message)
    assert caution.fix
