"""What the tests of check and topics share: a configuration by environment, and a run's outcome."""

import os
from collections.abc import Callable
from typing import Any

import orjson
import pytest

__all__ = ["SECRET", "configure", "run_json"]

SECRET = "whsec_0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def configure(monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    """Set the gateway's variables to these and no others; `KAFKA__ACKS=…` sets kafka.acks."""
    for name in list(os.environ):
        if name.startswith("CSTAR_GATEWAY_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SECRET_OF_TEST", SECRET)
    settings = {"WEBHOOKS__0__SECRETS": "env:SECRET_OF_TEST"} | settings
    for name, value in settings.items():
        monkeypatch.setenv(f"CSTAR_GATEWAY__{name}", value)


def run_json(
    capsys: pytest.CaptureFixture[str], command: Callable[..., None], **options: Any
) -> tuple[int, dict[str, Any]]:
    """Run a command with --json; return its exit code and what it wrote."""
    with pytest.raises(SystemExit) as ended:
        command(json=True, **options)
    out, err = capsys.readouterr()
    assert err == ""
    assert SECRET not in out
    return int(ended.value.code or 0), orjson.loads(out)
