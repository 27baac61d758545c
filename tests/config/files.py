"""What the tests of this folder share: a configuration that is valid, and how to load a text."""

from pathlib import Path

from gateway.config import Config, ConfigError, Fault, load

__all__ = ["ENVIRON", "MINIMAL", "faults_of", "loaded"]

ENVIRON = {
    "A": "whsec_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "B": "whsec_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    "PASSWORD": "correct horse",
}
MINIMAL = """
[kafka]
bootstrap_servers = ["127.0.0.1:9092"]

[[webhooks]]
secrets = ["env:A"]
"""


def loaded(folder: Path, text: str, **environ: str) -> Config:
    """Return the configuration that `text` and the variables make."""
    path = folder / "gateway.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, ENVIRON | environ)


def faults_of(folder: Path, text: str, **environ: str) -> dict[str, Fault]:
    """Return the faults of a configuration that will not do, by key."""
    try:
        config = loaded(folder, text, **environ)
    except ConfigError as error:
        return {fault.key: fault for fault in error.faults}
    raise AssertionError(f"no fault was found in {config}")
