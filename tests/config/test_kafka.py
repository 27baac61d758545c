"""Kafka: codecs are looked for when the configuration is read, not when the first batch is made."""

import importlib.util
from pathlib import Path

import pytest

from tests.config.files import MINIMAL, faults_of, loaded

_TEXT = MINIMAL.replace("[[webhooks]]", "compression = 'zstd'\n[[webhooks]]")


def test_an_installed_codec_is_taken(tmp_path: Path) -> None:
    """cramjam, which comes with the gateway, brings every codec."""
    assert loaded(tmp_path, _TEXT).kafka.compression == "zstd"


def test_a_codec_that_is_not_installed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault names what to install."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert "cramjam" in faults_of(tmp_path, _TEXT)["kafka.compression"].problem
    loaded(tmp_path, _TEXT.replace("zstd", "gzip"))


@pytest.mark.parametrize("acks", ["0", "1", "'1'", "-1"])
def test_nothing_less_than_all_acks_is_offered(tmp_path: Path, acks: str) -> None:
    """A 2xx means that every in-sync replica has the event."""
    found = faults_of(tmp_path, MINIMAL.replace("[[webhooks]]", f"acks = {acks}\n[[webhooks]]"))
    assert found["kafka.acks"].fix == "write 'all'"
