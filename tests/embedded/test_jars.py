"""Jars: whole in the cache or not at all, and fetched once whoever asks."""

import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.embedded import KAFKA_VERSION, KafkaFailed, class_path
from gateway.embedded.jars import cache_folder
from gateway.embedded.manifest import Jar, Manifest
from tests.embedded.repository import VERSION, Repository, jar_bytes

# jgo leaves the answer to a request for what is not there unclosed; the collector closes it.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

NAMES = ["kafka_2.13-9.9.9.jar", "kafka-clients-9.9.9.jar", "slf4j-api-1.7.0.jar"]
LOGGER = "slf4j-simple-1.7.0.jar"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """The only repository there is; caches are empty folders of the test's own."""
    with Repository() as repository:
        monkeypatch.setenv("JGO_CONFIG_FILE", str(repository.configure(tmp_path)))
        monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        monkeypatch.delenv("CSTAR_GATEWAY_KAFKA_VERSION", raising=False)
        yield repository
        gc.collect()  # what jgo left, here and not in a test that has nothing to do with it


def known(tmp_path: Path, *artifacts: str) -> Path:
    """Put a manifest of some jars into the cache, as if their version were locked."""
    folder = cache_folder() / f"kafka-{VERSION}"
    folder.mkdir(parents=True)
    jars = []
    for artifact in artifacts:
        path = tmp_path / artifact
        path.write_bytes(jar_bytes(artifact))
        jars.append(Jar.of(f"org.apache.kafka:{artifact}:{VERSION}", path))
    Manifest(VERSION, tuple(jars)).write(folder / "manifest.json")
    return folder


def check_whole(paths: list[Path]) -> None:
    """Check that each jar is what the repository holds, and that nothing unfinished is left."""
    for path in paths:
        assert path.read_bytes() == jar_bytes(path.stem.rpartition("-")[0])
    kept = {path.name for path in paths[0].parent.iterdir()}
    assert kept == {path.name for path in paths} | {"manifest.json", "lock"}


def test_the_version_we_test_with_is_locked() -> None:
    """Its manifest ships: every jar by size and SHA-256, a logger among them."""
    manifest = Manifest.shipped(KAFKA_VERSION)
    assert manifest is not None
    assert manifest.version == KAFKA_VERSION
    assert len({jar.filename for jar in manifest.jars}) == len(manifest.jars) > 40
    assert all(jar.size > 0 and len(jar.sha256) == 64 for jar in manifest.jars)
    assert any(jar.coordinate.startswith("org.slf4j:slf4j-simple:") for jar in manifest.jars)


def test_any_version_is_resolved_once(repository: Repository) -> None:
    """A version we do not lock is resolved, with a logger of slf4j's own version; then no more."""
    paths = class_path(VERSION)
    assert [path.name for path in paths] == [*NAMES, LOGGER]
    check_whole(paths)
    asked = repository.asked.total()
    assert class_path(VERSION) == paths
    assert repository.asked.total() == asked


def test_the_version_is_chosen_by_the_environment(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CSTAR_GATEWAY_KAFKA_VERSION takes the place of the tested version."""
    monkeypatch.setenv("CSTAR_GATEWAY_KAFKA_VERSION", VERSION)
    assert len(class_path()) == len(NAMES) + 1
    assert repository.asked["kafka_2.13-9.9.9.jar"] == 1


def test_a_known_version_is_not_resolved(repository: Repository, tmp_path: Path) -> None:
    """With a manifest only jars are asked for, no pom."""
    known(tmp_path, "kafka_2.13", "kafka-clients")
    check_whole(class_path(VERSION))
    assert not [name for name in repository.asked if name.endswith(".pom")]


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_damaged_cache_is_mended(repository: Repository, tmp_path: Path, damage: str) -> None:
    """A jar that is too short or gone is fetched again, and only that one."""
    known(tmp_path, "kafka_2.13", "kafka-clients")
    jar = class_path(VERSION)[1]
    if damage == "cut":
        jar.write_bytes(jar.read_bytes()[:100])
    else:
        jar.unlink()
    repository.asked.clear()
    check_whole(class_path(VERSION))
    assert repository.asked[jar.name] == 1
    assert not repository.asked["kafka_2.13-9.9.9.jar"]


@pytest.mark.parametrize("trouble", ["cut", "junk", "absent"])
@pytest.mark.parametrize("locked", [True, False])
def test_a_bad_answer_is_asked_again(
    repository: Repository, tmp_path: Path, trouble: str, *, locked: bool
) -> None:
    """A download that breaks off, or is no jar, never reaches the cache; the next try does."""
    if locked:
        known(tmp_path, "kafka_2.13", "kafka-clients")
    repository.broken["kafka-clients-9.9.9.jar"] = [trouble]
    check_whole(class_path(VERSION))
    assert repository.asked["kafka-clients-9.9.9.jar"] == 2


def test_another_jar_under_the_name_is_refused(repository: Repository, tmp_path: Path) -> None:
    """Whole but not the one we know: it is not used, and the error says what was expected."""
    folder = known(tmp_path, "kafka_2.13", "kafka-clients")
    manifest = Manifest.read(folder / "manifest.json")
    assert manifest is not None
    first = manifest.jars[0]
    forged = Jar(first.coordinate, first.size, "0" * 64)
    Manifest(VERSION, (forged, *manifest.jars[1:])).write(folder / "manifest.json")
    with pytest.raises(KafkaFailed, match="not the jar this gateway was tested with"):
        class_path(VERSION)
    assert not (folder / first.filename).exists()
    assert repository.asked[first.filename]


def test_mavens_own_folder_is_used_where_it_is_right(
    repository: Repository, tmp_path: Path
) -> None:
    """A locked jar in ~/.m2 is not downloaded again; a damaged one there is passed over."""
    known(tmp_path, "kafka_2.13", "kafka-clients")
    for artifact, content in (("kafka_2.13", jar_bytes("kafka_2.13")), ("kafka-clients", b"cut")):
        place = tmp_path / "m2" / "org/apache/kafka" / artifact / VERSION
        place.mkdir(parents=True)
        (place / f"{artifact}-{VERSION}.jar").write_bytes(content)
    check_whole(class_path(VERSION))
    assert not repository.asked["kafka_2.13-9.9.9.jar"]
    assert repository.asked["kafka-clients-9.9.9.jar"] == 1


def test_what_a_killed_process_left_is_swept(repository: Repository, tmp_path: Path) -> None:
    """Unfinished files of a process that was killed are removed by the next that fills."""
    folder = known(tmp_path, "kafka_2.13")
    (folder / "staging-dead").mkdir()
    (folder / "staging-dead" / "half.jar").write_bytes(b"half")
    check_whole(class_path(VERSION))
    assert repository.asked.total()


def test_two_processes_at_once_download_once(repository: Repository, tmp_path: Path) -> None:
    """The second waits for the first and finds everything there."""
    known(tmp_path, "kafka_2.13", "kafka-clients")
    code = f"from gateway.embedded import class_path; print(len(class_path({VERSION!r})))"
    running = [
        subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=os.environ.copy()
        )
        for _ in range(4)
    ]
    assert [process.communicate(timeout=60)[0] for process in running] == ["2\n"] * 4
    assert repository.asked["kafka_2.13-9.9.9.jar"] == 1
    assert repository.asked["kafka-clients-9.9.9.jar"] == 1


def test_progress_is_told_to_the_last_byte(repository: Repository, tmp_path: Path) -> None:
    """Whoever shows progress is told how much is done, of how much."""
    known(tmp_path, "kafka_2.13", "kafka-clients")
    told: list[tuple[str, int, int]] = []
    class_path(VERSION, progress=lambda *news: told.append(news))
    whole = len(jar_bytes("kafka_2.13")) + len(jar_bytes("kafka-clients"))
    assert told[-1] == ("Downloading Apache Kafka (2 jars)", whole, whole)
    assert repository.asked.total()


def test_an_abandoned_download_leaves_nothing(repository: Repository, tmp_path: Path) -> None:
    """Given up, it ends with an error and the cache has no jar."""
    folder = known(tmp_path, "kafka_2.13", "kafka-clients")
    with pytest.raises(KafkaFailed, match="abandoned"):
        class_path(VERSION, abandon=lambda: True)
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "lock"}
    assert not repository.asked


def test_no_network_is_told_with_what_to_do(repository: Repository, tmp_path: Path) -> None:
    """Without a repository and without a cache the message is for people."""
    known(tmp_path, "kafka_2.13")
    repository.broken["kafka_2.13-9.9.9.jar"] = ["absent"] * 20
    with pytest.raises(KafkaFailed, match="could not be downloaded") as failed:
        class_path(VERSION)
    for word in ("network", "jgo.conf", "--bootstrap-servers"):
        assert word in failed.value.advice


def test_no_such_version_is_told(repository: Repository) -> None:
    """A version that no repository has, and one that is none, are told."""
    with pytest.raises(KafkaFailed, match=r"9\.9\.8 could not be resolved"):
        class_path("9.9.8")
    with pytest.raises(KafkaFailed, match="is not a version of Kafka"):
        class_path("../../etc")
    assert repository.asked["kafka_2.13-9.9.8.pom"]


def test_without_jgo_it_says_what_to_install(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The downloader is optional: a first start says how to get it, a later one needs none."""
    paths = class_path(VERSION)
    monkeypatch.setitem(sys.modules, "jgo.config", None)
    assert class_path(VERSION) == paths
    shutil.rmtree(paths[0].parent)
    with pytest.raises(KafkaFailed, match="jgo") as failed:
        class_path(VERSION)
    assert "pip install 'cstar-gateway[dev]'" in failed.value.advice
    assert repository.asked


def test_a_cache_that_cannot_be_written_is_told(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the cache's folder cannot be made the message names it and the way out."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(KafkaFailed, match="cannot be kept in") as failed:
        class_path(VERSION)
    assert "XDG_CACHE_HOME" in failed.value.advice
    assert not repository.asked
