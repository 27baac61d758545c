"""Manifest: what a jar must be, byte for byte."""

from pathlib import Path

import pytest

from gateway.embedded.manifest import Jar, Manifest

NAME = "org.apache.kafka:kafka_2.13:4.3.1"


def test_a_jar_is_known_by_size_and_digest(tmp_path: Path) -> None:
    """Its name in the cache is Maven's; another byte is another jar; a missing one is none."""
    path = tmp_path / "x.jar"
    path.write_bytes(b"abc")
    jar = Jar.of(NAME, path)
    assert jar.filename == "kafka_2.13-4.3.1.jar"
    assert jar.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert jar.is_at(path)
    path.write_bytes(b"abd")
    assert jar.has_size(path)
    assert not jar.is_at(path)
    path.write_bytes(b"ab")
    assert not jar.has_size(path)
    assert not jar.is_at(tmp_path / "absent.jar")


def test_a_manifest_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """Written whole, under its name only, and read again."""
    manifest = Manifest("4.3.1", (Jar(NAME, 3, "aa"),))
    manifest.write(tmp_path / "manifest.json")
    assert Manifest.read(tmp_path / "manifest.json") == manifest
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b'{"version":"1","jars":[{}]}'])
def test_what_is_no_manifest_is_none(tmp_path: Path, content: bytes) -> None:
    """A file that cannot be read as one is as good as absent."""
    path = tmp_path / "manifest.json"
    path.write_bytes(content)
    assert Manifest.read(path) is None
    assert Manifest.read(tmp_path / "absent") is None
    assert Manifest.shipped("0.0.0") is None
