"""Launch: a folder, a Java and a class path made into a broker that answers."""

import base64
import signal
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from gateway.embedded.failure import KafkaFailed
from gateway.embedded.probe import brokers_alive
from gateway.embedded.process import Process
from gateway.embedded.properties import render

__all__ = ["JVM_FLAGS", "Launch", "PortTaken"]

# Measured on 2 cores, from start to first answer: 1.6 s with the second line, 2.6 s without.
JVM_FLAGS = (
    "-Xmx512m",
    *("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
    "-XX:-UsePerfData",  # it would leave a file in the shared temporary folder
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
)
_FORMAT_SECONDS = 60.0
_KILL_SECONDS = 30.0
_LOOK_SECONDS = 0.02
_LAST_LINES = 15
_STARTED = "Kafka Server started"  # by KafkaRaftServer, when each listener has its port
_LOST_RACE = ("Address already in use", "BindException")


class PortTaken(KafkaFailed):
    """Another process took a port between our look and Kafka's."""


class Launch:
    """Everything needed to start the broker of one folder, once or again.

    Attributes:
        process: what runs it.
        data: folder of Kafka's data.
        log: its log, warnings and worse.
    """

    def __init__(
        self,
        process: Process,
        *,
        java: Sequence[str],
        jars: Sequence[Path],
        folder: Path,
        abandoned: threading.Event,
    ) -> None:
        self.process = process
        self.data = folder / "data"
        self.log = folder / "kafka.log"
        self._properties = folder / "server.properties"
        self._probe_port = 0
        crash = f"-XX:ErrorFile={folder / 'crash.log'}"
        self._java = [*java, crash, "-cp", ":".join(map(str, jars))]
        self._abandoned = abandoned

    def configure(self, properties: Mapping[str, str], *, probe_port: int) -> None:
        """Write the broker's properties; `probe_port` is where it answers without ceremony."""
        self._properties.write_text(render(properties), encoding="utf-8")
        self._probe_port = probe_port

    def format(self, cluster: str = "") -> None:
        """Make the data folder a cluster's, unless it is one; a new one's where none is named.

        Raises:
            KafkaFailed: Kafka's storage tool refused, for instance the properties.
        """
        if (self.data / "meta.properties").exists():
            return
        if not cluster:
            cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        arguments = ["format", f"--cluster-id={cluster}", f"--config={self._properties}"]
        self.process.run([*self._java, "kafka.tools.StorageTool", *arguments], self.log)
        deadline = time.monotonic() + _FORMAT_SECONDS
        while (status := self.process.wait(_LOOK_SECONDS)) is None:
            self._check(deadline, "Kafka's storage tool did not finish")
        if status != 0:
            raise KafkaFailed(
                f"Kafka's storage tool failed with status {status}.",
                "The log below tells which of the broker's properties it refused.",
                self._last_words(),
            )

    def start(self, within: float) -> None:
        """Start the broker and wait, `within` seconds at most, until it answers.

        It may answer on one listener and then die of another's port, so its own word is awaited
        too.

        Raises:
            PortTaken: another process has one of its ports.
            KafkaFailed: it died or did not answer.
        """
        begin = self.log.stat().st_size if self.log.exists() else 0
        self.process.run([*self._java, "kafka.Kafka", str(self._properties)], self.log)
        deadline = time.monotonic() + within
        while not (_STARTED in self._said(begin) and brokers_alive(self._probe_port)):
            status = self.process.wait(_LOOK_SECONDS)
            if status is not None:
                raise self._death(status, begin)
            self._check(deadline, f"Kafka did not answer within {within:.0f} s")

    def terminate(self, within: float) -> None:
        """Ask the broker to stop; kill it where it does not within that many seconds."""
        if self.process.runs:
            self.process.signal(signal.SIGCONT)  # the frozen hear nothing
            self.process.signal(signal.SIGTERM)
            if self.process.wait(within) is None:
                self.kill()

    def kill(self) -> None:
        """End the broker at once; return when it has."""
        self.process.signal(signal.SIGKILL)
        self.process.wait(_KILL_SECONDS)

    def _check(self, deadline: float, what: str) -> None:
        if self._abandoned.is_set():
            raise KafkaFailed("The start of Kafka was abandoned.")
        if time.monotonic() > deadline:
            raise KafkaFailed(
                f"{what}.",
                "It may only need longer on this machine; its log tells more.",
                self._last_words(),
            )

    def _death(self, status: int, begin: int) -> KafkaFailed:
        if any(sign in self._said(begin) for sign in _LOST_RACE):
            return PortTaken("Another process took Kafka's port.", "", self._last_words())
        cause = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        return KafkaFailed(
            f"Kafka {cause} before it answered.",
            "Its last words usually name the cause: a property it refuses, too little memory "
            "(it takes about 400 MB), a full disk.",
            self._last_words(),
        )

    def _said(self, begin: int = 0) -> str:
        try:
            with self.log.open("rb") as log:
                log.seek(begin)
                return log.read().decode(errors="replace")
        except FileNotFoundError:
            return ""

    def _last_words(self) -> str:
        """What people need of the log's end: no stack frames, nothing of Java's own worries."""
        noise = ("\tat ", "\t... ", "WARNING: ")
        lines = [line for line in self._said().splitlines() if not line.startswith(noise)]
        return "\n".join(lines[-_LAST_LINES:])
