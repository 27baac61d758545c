"""Manifest: which jars make up one version of Kafka, each by size and digest.

The version the gateway is tested with is locked: its manifest ships in this folder, so that a first
start resolves nothing and takes no jar but the very one we ran. `python -m gateway.embedded.relock
VERSION` writes it anew. Any other version is resolved once and its manifest kept in the cache.
"""

import hashlib
import tempfile
from pathlib import Path
from typing import Self

import msgspec

__all__ = ["Jar", "Manifest"]


class Jar(msgspec.Struct, frozen=True):
    """One jar of the class path.

    Attributes:
        coordinate: Maven's name of it, `group:artifact:version`.
        size: in bytes.
        sha256: of its bytes, in hex.
    """

    coordinate: str
    size: int
    sha256: str

    @property
    def filename(self) -> str:
        """Its name in a Maven repository, which is its name in our cache."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"

    @classmethod
    def of(cls, coordinate: str, path: Path) -> Self:
        """Describe the file at `path`."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return cls(coordinate, path.stat().st_size, digest)

    def is_at(self, path: Path) -> bool:
        """Tell whether `path` is this jar, byte for byte."""
        return self.has_size(path) and Jar.of(self.coordinate, path) == self

    def has_size(self, path: Path) -> bool:
        """Tell whether `path` has the jar's size: enough for files put there whole and checked."""
        try:
            return path.stat().st_size == self.size
        except OSError:
            return False


class Manifest(msgspec.Struct, frozen=True):
    """The class path of one version of Kafka, in order."""

    version: str
    jars: tuple[Jar, ...]

    @classmethod
    def shipped(cls, version: str) -> Self | None:
        """Return the locked manifest of `version`, if it is the one we ship."""
        return cls.read(Path(__file__).with_name(f"kafka-{version}.json"))

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read a manifest; None where there is none, or none that can be read."""
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError):
            return None

    def write(self, path: Path) -> None:
        """Put the manifest at `path`, whole or not at all."""
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)
