"""Relock: `python -m gateway.embedded.relock VERSION` writes the manifest that we ship.

A maintainer's tool, run when the version of Kafka that is tested moves; nothing imports it.
"""

import sys
import tempfile
from pathlib import Path

from gateway.embedded.manifest import Jar, Manifest
from gateway.embedded.maven import Maven


def relock(version: str) -> Path:
    """Resolve and download Kafka `version` afresh and return where its manifest now is."""
    with tempfile.TemporaryDirectory() as staging:
        maven = Maven(Path(staging))
        jars = [Jar.of(name, maven.download(name)) for name in maven.resolve(version)]
    path = Path(__file__).with_name(f"kafka-{version}.json")
    Manifest(version, tuple(jars)).write(path)
    return path


if __name__ == "__main__":
    print(relock(sys.argv[1]))  # noqa: T201 - a tool that answers
