"""Kafka: one real broker on this machine, and everything one may do to it."""

import asyncio
import shutil
import signal
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.embedded.failure import KafkaFailed, Progress
from gateway.embedded.jars import chosen_version, class_path
from gateway.embedded.java import find_java
from gateway.embedded.launch import JVM_FLAGS, Launch, PortTaken
from gateway.embedded.ports import free_ports, is_free
from gateway.embedded.process import Process
from gateway.embedded.properties import Ports, broker_properties

__all__ = ["Kafka"]

_PORT_TRIES = 5


class Kafka:
    """A single-node Apache Kafka (KRaft) listening on 127.0.0.1 only.

    `async with Kafka() as kafka:`, or `with Kafka() as kafka:` where there is no loop. It ends
    with the block, with Ctrl-C, and with this process, however that ends. Nothing here is tied to
    an event loop: the coroutines may be awaited from any, one at a time.

    Nothing happens before `start`.

    Args:
        port: clients' port; 0 takes a free one.
        advertised_port: the port clients are told to use, where a proxy stands in between.
        protocol: of the clients' listener, CLIENTS: PLAINTEXT, SASL_PLAINTEXT, SSL, SASL_SSL;
            what else it takes comes by `overrides`, as `listener.name.clients.*`.
        overrides: properties of the broker, over ours.
        jvm_flags: flags of Java, after ours.
        data_dir: keep the data there; None keeps them in a temporary folder, removed at the end.
        version: of Apache Kafka, see `class_path`.
        start_timeout: seconds a start may take once the jars are there.
        stop_timeout: seconds a broker has to stop by itself before it is killed.
        progress: told of downloads and steps.

    Attributes:
        port: clients' port; 0 before the first start unless given.
    """

    def __init__(  # noqa: PLR0913 - each a setting of its own, all by name
        self,
        *,
        port: int = 0,
        advertised_port: int = 0,
        protocol: str = "PLAINTEXT",
        overrides: Mapping[str, str] | None = None,
        jvm_flags: Sequence[str] = (),
        data_dir: Path | None = None,
        version: str | None = None,
        start_timeout: float = 60.0,
        stop_timeout: float = 15.0,
        progress: Progress | None = None,
    ) -> None:
        self.port = port
        self._port_is_ours = port == 0
        self._internal_port = 0
        self._advertised_port = advertised_port
        self._protocol = protocol
        self._overrides = dict(overrides or {})
        self._jvm_flags = tuple(jvm_flags)
        self._data_dir = data_dir
        self._version = version
        self._start_timeout = start_timeout
        self._stop_timeout = stop_timeout
        self._progress: Progress = progress or (lambda *_: None)
        self._abandoned = threading.Event()
        self._process: Process | None = None
        self._launch: Launch | None = None
        self._temporary: list[Path] = []

    @property
    def bootstrap_servers(self) -> str:
        """What clients connect to: `127.0.0.1:<port>`, the proxy's where one stands before it."""
        return f"127.0.0.1:{self._advertised_port or self.port}"

    @property
    def internal_servers(self) -> str:
        """Where an administrator connects whatever clients must show: plain text, no log-in."""
        return f"127.0.0.1:{self._internal_port}"

    @property
    def version(self) -> str:
        """Which Apache Kafka it is."""
        return chosen_version(self._version)

    @property
    def pid(self) -> int:
        """Process id of the broker; 0 before the first start."""
        return self._process.pid if self._process else 0

    @property
    def runs(self) -> bool:
        """Whether the broker's process is there, be it answering or not."""
        return self._process is not None and self._process.runs

    @property
    def log(self) -> Path:
        """The broker's log, warnings and worse; gone with its temporary folder."""
        return self._started().log

    async def start(self) -> None:
        """Start the broker and return when it answers.

        Raises:
            KafkaFailed: it could not be downloaded, started or reached in time.
        """
        self._abandoned.clear()
        try:
            await asyncio.to_thread(self._start)
        except asyncio.CancelledError:
            self._abandoned.set()
            raise

    async def stop(self) -> None:
        """Stop the broker, by SIGKILL where it takes too long, and remove what was temporary."""
        self._abandoned.set()
        await asyncio.to_thread(self._stop)

    async def restart(self) -> None:
        """Start again on the same ports and data, after `kill`, or after a clean stop now.

        Raises:
            KafkaFailed: it did not come up in time.
        """
        await asyncio.to_thread(self._restart)

    def kill(self) -> None:
        """End the broker at once, by SIGKILL, keeping its ports and data for `restart`."""
        self._started().kill()

    def pause(self) -> None:
        """Freeze the broker (SIGSTOP): connections stand, nothing answers, from the return on."""
        self._started().process.freeze()

    def resume(self) -> None:
        """Thaw the broker (SIGCONT)."""
        self._started().process.signal(signal.SIGCONT)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.stop()

    def __enter__(self) -> Self:
        self._abandoned.clear()
        self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._stop()

    def _start(self) -> None:
        if self._process is not None:
            raise KafkaFailed("This Kafka is started already.")
        if not self._port_is_ours and not is_free(self.port):
            raise KafkaFailed(
                f"Port {self.port} of 127.0.0.1 is taken.",
                "Choose another, or leave the choice to us.",
            )
        jars = class_path(self._version, progress=self._progress, abandon=self._abandoned.is_set)
        java = find_java()
        folder = self._make_folder()
        self._temporary = [] if self._data_dir else [folder]
        try:
            self._process = Process(remove=self._temporary)
            self._launch = Launch(
                self._process,
                java=[str(java), *JVM_FLAGS, *self._jvm_flags],
                jars=jars,
                folder=folder,
                abandoned=self._abandoned,
            )
            self._launch_on_free_ports(self._launch)
        except BaseException:
            self._stop()
            raise

    def _make_folder(self) -> Path:
        if self._data_dir is None:
            return Path(tempfile.mkdtemp(prefix="cstar-gateway-kafka-"))
        self._data_dir.mkdir(parents=True, exist_ok=True)
        return self._data_dir.resolve()

    def _launch_on_free_ports(self, launch: Launch) -> None:
        """Ports are found free and then taken: another may be faster in between."""
        for tries_left in reversed(range(_PORT_TRIES)):
            clients, internal, controller = free_ports(3)
            ports = Ports(clients if self._port_is_ours else self.port, internal, controller)
            self.port, self._internal_port = ports.clients, ports.internal
            properties = broker_properties(
                ports,
                data=launch.data,
                protocol=self._protocol,
                advertised=self._advertised_port or ports.clients,
            )
            try:
                self._progress("Starting Apache Kafka", 0, 0)
                launch.configure(properties | self._overrides, probe_port=internal)
                launch.format()
                launch.start(self._start_timeout)
            except PortTaken:
                if not tries_left or not self._port_is_ours:
                    raise
            else:
                return

    def _restart(self) -> None:
        launch = self._started()
        launch.terminate(self._stop_timeout)
        launch.start(self._start_timeout)

    def _stop(self) -> None:
        if self._launch is not None:
            self._launch.terminate(self._stop_timeout)
        if self._process is not None:
            self._process.close()
        for folder in self._temporary:  # the guardian did, unless it was killed itself
            shutil.rmtree(folder, ignore_errors=True)
        self._launch = self._process = None

    def _started(self) -> Launch:
        if self._launch is None:
            raise KafkaFailed("This Kafka is not started.")
        return self._launch
