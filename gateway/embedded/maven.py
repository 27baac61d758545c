"""Maven: names to jars, through jgo. The only module that knows jgo.

jgo writes a download straight to its final name and only warns where a checksum differs, so a jar
it left behind proves nothing: everything goes through a staging folder that is thrown away, and
whoever asks checks what came.
"""

import logging
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import stamina

from gateway.embedded.failure import KafkaFailed

__all__ = ["Maven"]

_DOWNLOAD_ATTEMPTS = 4
_TIMEOUT_SECONDS = 30


class Maven:
    """Reads the repositories jgo is configured with: Maven Central unless jgo.conf says else."""

    def __init__(self, staging: Path) -> None:
        """Download into `staging`.

        Raises:
            KafkaFailed: jgo is not installed.
        """
        try:
            from jgo.config import GlobalSettings  # noqa: PLC0415 - an optional dependency
            from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415
            from jgo.maven import MavenContext  # noqa: PLC0415
        except ImportError as error:
            raise KafkaFailed(
                "A local Kafka needs jgo, which fetches its jars, and it is not installed.",
                "Install it with: pip install 'cstar-gateway[dev]'",
            ) from error
        logging.getLogger("jgo").setLevel(logging.ERROR)
        settings = GlobalSettings.load()
        self._local = Path(settings.repo_cache)
        self._context: Any = MavenContext(
            repo_cache=staging,
            remote_repos={"central": MAVEN_CENTRAL_URL, **settings.repositories},
            timeout=_TIMEOUT_SECONDS,
        )

    def resolve(self, version: str) -> list[str]:
        """Name every jar of Kafka `version`, as `group:artifact:version`, and of its logging.

        Kafka's own metadata names no implementation of slf4j, without which a broker dies mute;
        slf4j-simple of slf4j's own version writes to stderr.

        Raises:
            KafkaFailed: no repository answered, or none has that version.
        """
        kafka = self._closure(f"org.apache.kafka:kafka_2.13:{version}")
        slf4j = next((name for name in kafka if name.startswith("org.slf4j:slf4j-api:")), None)
        if slf4j is None:
            return kafka
        logger = f"org.slf4j:slf4j-simple:{slf4j.rpartition(':')[2]}"
        return [*kafka, logger]

    def local(self, coordinate: str) -> Path:
        """Return where Maven's own local folder would hold a jar; who knows what is there."""
        artifact = self._context.create_dependency(coordinate).artifact
        return self._local.joinpath(artifact.component.path_prefix, artifact.cached_filename)

    def download(self, coordinate: str) -> Path:
        """Fetch one jar, trying a few times, and return where it is.

        Raises:
            KafkaFailed: no repository could give it.
        """
        artifact = self._context.create_dependency(coordinate).artifact
        try:
            for attempt in stamina.retry_context(
                on=_is_worth_another_try,
                attempts=_DOWNLOAD_ATTEMPTS,
                timeout=None,
                wait_initial=0.5,
            ):
                with attempt:
                    return _whole(artifact)
        except Exception as error:
            raise _unreachable(f"{coordinate} could not be downloaded", error) from error
        raise AssertionError  # pragma: no cover - stamina returns or raises

    def _closure(self, coordinate: str) -> list[str]:
        try:
            inputs, others = self._context.resolver.resolve(
                [self._context.create_dependency(f"{coordinate}:jar:compile")]
            )
        except Exception as error:
            raise _unreachable(f"{coordinate} could not be resolved", error) from error
        kept = [*inputs, *(one for one in others if one.scope in {"compile", "runtime"})]
        return list(_unique(f"{one.groupId}:{one.artifactId}:{one.version}" for one in kept))


def _whole(artifact: Any) -> Path:
    """Resolve the artifact and read every byte of it; what is broken is removed, and raises."""
    try:
        path: Path = artifact.resolve()
        _check_whole(path)
    except BaseException:
        if artifact.cached_path is not None:
            artifact.cached_path.unlink(missing_ok=True)
        raise
    return path


def _check_whole(path: Path) -> None:
    with zipfile.ZipFile(path) as jar:
        if broken := jar.testzip():
            raise zipfile.BadZipFile(f"{path.name}: {broken} is damaged")


def _is_worth_another_try(error: Exception) -> bool:
    return not isinstance(error, PermissionError)


def _unreachable(what: str, error: Exception) -> KafkaFailed:
    return KafkaFailed(
        f"{what}: {type(error).__name__}: {str(error)[:300]}",
        "The first start downloads Apache Kafka (45 MB) from Maven Central and keeps it: check "
        "the network or proxy, or name your mirror in the [repositories] of ~/.config/jgo.conf. "
        "Or use a Kafka you have: --bootstrap-servers HOST:PORT",
    )


def _unique(names: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(names)
