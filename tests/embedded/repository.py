"""A Maven repository on 127.0.0.1 that holds a tiny Kafka, and may be made to misbehave."""

import io
import threading
import zipfile
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["VERSION", "Repository", "jar_bytes"]

VERSION = "9.9.9"
_GROUPS = {
    "kafka_2.13": ("org.apache.kafka", VERSION, ("kafka-clients", "slf4j-api")),
    "kafka-clients": ("org.apache.kafka", VERSION, ()),
    "slf4j-api": ("org.slf4j", "1.7.0", ()),
    "slf4j-simple": ("org.slf4j", "1.7.0", ("slf4j-api",)),
}


def jar_bytes(artifact: str) -> bytes:
    """Return the jar of an artifact: an archive whose one file says what it is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as jar:
        jar.writestr(zipfile.ZipInfo("name"), artifact * 1000)
    return buffer.getvalue()


class Repository:
    """Serves poms and jars, counting what is asked for.

    Attributes:
        asked: how often each file was asked for.
        broken: the first answers for a jar: `cut` (ends early), `junk`, `absent`.
    """

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.broken: dict[str, list[str]] = {}
        repository = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                repository._answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def configure(self, folder: Path) -> Path:
        """Write a configuration of jgo that knows no other repository; return its path."""
        path = folder / "jgo.conf"
        path.write_text(f"[repositories]\ncentral = {self.url}\n")
        return path

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        name = request.path.rpartition("/")[2]
        self.asked[name] += 1
        artifact, _, kind = name.rpartition(".")
        artifact = artifact.rpartition("-")[0]
        trouble = self.broken.get(name) or [""]
        there = artifact in _GROUPS and name.startswith(f"{artifact}-{_GROUPS[artifact][1]}.")
        body = self._body(artifact, kind) if there else None
        match trouble.pop(0):
            case "absent":
                body = None
            case "junk":
                body = b"<html>not a jar</html>"
            case "cut" if body is not None:
                request.send_response(200)
                request.send_header("Content-Length", str(len(body)))
                request.end_headers()
                request.wfile.write(body[: len(body) // 2])
                return
        request.send_response(200 if body is not None else 404)
        request.send_header("Content-Length", str(len(body or b"")))
        request.end_headers()
        request.wfile.write(body or b"")

    def _body(self, artifact: str, kind: str) -> bytes:
        return jar_bytes(artifact) if kind == "jar" else _pom(artifact).encode()


def _pom(artifact: str) -> str:
    group, version, needs = _GROUPS[artifact]
    dependencies = "".join(
        f"<dependency><groupId>{_GROUPS[name][0]}</groupId><artifactId>{name}</artifactId>"
        f"<version>{_GROUPS[name][1]}</version></dependency>"
        for name in needs
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>"
        f"<dependencies>{dependencies}</dependencies></project>"
    )
