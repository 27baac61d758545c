"""Jars: Kafka's class path in the user's cache, whole or not there at all.

A jar enters the cache by a rename, after its size and digest (or, of a version we do not lock, its
archive's checksums) were found right. So a start need only look at sizes, and a process killed in
the middle of a download leaves nothing that could be mistaken for a jar.
"""

import contextlib
import fcntl
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from gateway.embedded.failure import Abandon, KafkaFailed, Progress
from gateway.embedded.manifest import Jar, Manifest
from gateway.embedded.maven import Maven

__all__ = ["KAFKA_VERSION", "cache_folder", "chosen_version", "class_path"]

KAFKA_VERSION = "4.3.1"
"""The version that is tested and locked; CSTAR_GATEWAY_KAFKA_VERSION chooses another."""

_DOWNLOADS_AT_ONCE = 8
_LOCK_SECONDS = 600.0


def class_path(
    version: str | None = None,
    *,
    progress: Progress | None = None,
    abandon: Abandon = lambda: False,
) -> list[Path]:
    """Return the jars of Kafka `version`, downloading what the cache lacks.

    Args:
        version: of Apache Kafka; None for CSTAR_GATEWAY_KAFKA_VERSION or `KAFKA_VERSION`.
        progress: told of downloads, in bytes.
        abandon: asked between jars.

    Raises:
        KafkaFailed: a jar is neither cached nor to be had, or the cache cannot be written.
    """
    version = chosen_version(version)
    if not re.fullmatch(r"[0-9][0-9A-Za-z.-]{0,30}", version):
        raise KafkaFailed(f"{version!r} is not a version of Kafka.", f"Try {KAFKA_VERSION}.")
    folder = cache_folder() / f"kafka-{version}"
    manifest = Manifest.shipped(version) or Manifest.read(folder / "manifest.json")
    if manifest is not None and not _missing(manifest, folder):
        return _paths(manifest, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _held(folder / "lock", abandon), _staging(folder) as staging:
            filling = _Filling(folder, staging, progress or _silent, abandon)
            return _paths(filling.fill(version), folder)
    except OSError as error:
        raise KafkaFailed(
            f"Kafka's jars cannot be kept in {folder}: {error.strerror or error}.",
            "Make it writable, or set XDG_CACHE_HOME to a folder that is.",
        ) from error


def chosen_version(version: str | None = None) -> str:
    """Return the version of Kafka meant: the one given, the environment's, or the tested one."""
    return version or os.environ.get("CSTAR_GATEWAY_KAFKA_VERSION") or KAFKA_VERSION


def cache_folder() -> Path:
    """Return where this user's caches of ours lie: XDG_CACHE_HOME, or the platform's place."""
    if xdg := os.environ.get("XDG_CACHE_HOME"):
        return Path(xdg) / "cstar-gateway"
    place = "Library/Caches" if sys.platform == "darwin" else ".cache"
    return Path.home() / place / "cstar-gateway"


class _Filling:
    """One filling of one folder of the cache; the folder's lock is held."""

    def __init__(self, folder: Path, staging: Path, progress: Progress, abandon: Abandon) -> None:
        self._folder = folder
        self._staging = staging
        self._progress = progress
        self._abandon = abandon

    def fill(self, version: str) -> Manifest:
        """Complete the folder and return what it holds."""
        manifest = Manifest.shipped(version) or Manifest.read(self._folder / "manifest.json")
        if manifest is None:
            return self._fill_unlocked(version)
        missing = _missing(manifest, self._folder)
        self._fetch({jar.coordinate: jar for jar in missing})
        return manifest

    def _fill_unlocked(self, version: str) -> Manifest:
        self._progress(f"Resolving Apache Kafka {version}", 0, 0)
        names = Maven(self._staging).resolve(version)
        found = self._fetch(dict.fromkeys(names))
        manifest = Manifest(version, tuple(found[name] for name in names))
        manifest.write(self._folder / "manifest.json")
        return manifest

    def _fetch(self, wanted: dict[str, Jar | None]) -> dict[str, Jar]:
        """Bring each named jar into the folder; where it is known, only its very bytes."""
        total = sum(jar.size if jar else 0 for jar in wanted.values())
        done = 0
        found: dict[str, Jar] = {}
        what = f"Downloading Apache Kafka ({len(wanted)} jars)"
        with ThreadPoolExecutor(_DOWNLOADS_AT_ONCE) as pool:
            pending = {pool.submit(self._bring, name, jar): name for name, jar in wanted.items()}
            try:
                for future in as_completed(pending):
                    found[pending[future]] = jar = future.result()
                    done += jar.size
                    self._progress(what, done, max(total, done))
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return found

    def _bring(self, name: str, known: Jar | None) -> Jar:
        if self._abandon():
            raise KafkaFailed("The download was abandoned.")
        with tempfile.TemporaryDirectory(dir=self._staging) as own:
            maven = Maven(Path(own))
            copied = Path(own) / "copied.jar"
            if known and known.has_size(maven.local(name)):
                shutil.copyfile(maven.local(name), copied)
            path = copied if known and known.is_at(copied) else maven.download(name)
            jar = Jar.of(name, path)
            if known not in {None, jar}:
                raise KafkaFailed(
                    f"{name} as downloaded is not the jar this gateway was tested with.",
                    f"A proxy or mirror may have altered it: its SHA-256 is {jar.sha256}.",
                )
            path.replace(self._folder / jar.filename)
            return jar


def _paths(manifest: Manifest, folder: Path) -> list[Path]:
    return [folder / jar.filename for jar in manifest.jars]


def _missing(manifest: Manifest, folder: Path) -> list[Jar]:
    return [jar for jar in manifest.jars if not jar.has_size(folder / jar.filename)]


def _silent(what: str, done: int, total: int) -> None:
    """Report to nobody."""


@contextlib.contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """A folder for the unfinished, on the cache's own disk; what killed processes left is swept."""
    for stale in folder.glob("staging-*"):
        shutil.rmtree(stale, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="staging-", dir=folder) as path:
        yield Path(path)


@contextlib.contextmanager
def _held(path: Path, abandon: Abandon) -> Iterator[None]:
    """Hold the lock file; the kernel lets go of it when the holder dies, however it dies."""
    deadline = time.monotonic() + _LOCK_SECONDS
    with path.open("ab") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if abandon() or time.monotonic() > deadline:
                    raise KafkaFailed(
                        "Another process has been downloading Kafka for too long.",
                        f"See who holds {path}, end it, and try again.",
                    ) from None
                time.sleep(0.1)
        yield
