"""The image's files are sound; `make image` builds and runs them, too long for every change."""

import fnmatch
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from requirements.audit import locked

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()


def test_the_dockerfile_is_clean() -> None:
    """Hadolint has nothing to say of it."""
    linted = subprocess.run(  # noqa: S603 - from our own environment
        [BIN / "hadolint", ROOT / "deploy/Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (linted.returncode, linted.stdout) == (0, "")


def test_what_is_copied_is_let_in() -> None:
    """Whatever the Dockerfile copies is in the context, and the context has nothing else."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied = {
        name
        for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
        for name in sources.split()
    }
    wanted = {name.replace("${REQUIREMENTS}", "*") for name in copied}
    assert "*" in lines
    assert all((ROOT / name).exists() for name in let_in)
    assert all(any(fnmatch.fnmatch(name, each) for name in let_in) for each in wanted)
    assert all(any(fnmatch.fnmatch(name, each) for each in wanted) for name in let_in)


def test_what_is_installed_is_locked() -> None:
    """Each package of the image comes from a lock with hashes, the project itself from here."""
    installs = re.findall(r"pip(?: --python \S+)? install (.+?)(?: && |\n\S)", _joined())
    assert len(installs) == 3
    assert all("--require-hashes" in each or "--no-deps dist/" in each for each in installs)
    for name in ("image", "otel", "runtime"):
        lock = (ROOT / f"requirements/{name}.txt").read_text()
        packages = re.findall(r"^\S+==\S+.*?(?=^\S|\Z)", lock, re.MULTILINE | re.DOTALL)
        assert packages
        assert all("--hash=sha256:" in package for package in packages)


def test_what_compiles_is_what_is_tested() -> None:
    """The image is compiled by the versions that compile `make wheel`, not by others."""
    image, dev = (
        locked((ROOT / f"requirements/{name}.txt").read_text()) for name in ("image", "dev")
    )
    compilers = ("hatch-mypyc", "hatchling", "mypy", "setuptools")
    assert [image.get(name) for name in compilers] == [dev[name] for name in compilers]


def test_it_is_interpreted_only_where_asked() -> None:
    """Nothing but COMPILED=0 leads around the compiler, and it is not the default."""
    assert re.findall(r"^ARG COMPILED.*", DOCKERFILE, re.MULTILINE) == ["ARG COMPILED=1"]
    (built,) = (line for line in _joined().splitlines() if "deploy.wheel" in line)
    interpreted, _, compiled = built.partition("; else ")
    assert interpreted.startswith('RUN if [ "${COMPILED}" = 0 ]; then /tools/bin/pip wheel ')
    assert "pip wheel" not in compiled


def _joined() -> str:
    """Return the Dockerfile, each instruction on one line."""
    return re.sub(r"\s*\\\n\s*", " ", DOCKERFILE)


def test_nothing_runs_by_a_shell() -> None:
    """Command, entry point and health check are lists: no shell is needed; the user is nobody."""
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    told = re.findall(r"^\s*(?:ENTRYPOINT|CMD) (.)", last, re.MULTILINE)
    assert told == ["[", "[", "["]
    assert "RUN" not in last
    assert "\nUSER 65532:65532\n" in last


def _healthcheck(port: int) -> int:
    command = [sys.executable, str(ROOT / "deploy/healthcheck.py")]
    variables = os.environ | {"CSTAR_GATEWAY__ADMIN__PORT": str(port)}
    return subprocess.run(command, env=variables, check=False).returncode  # noqa: S603 - our own


@contextmanager
def _answering(status: int) -> Iterator[int]:
    """Answer every request with a status, on a port."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/livez" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_healthcheck_is_the_answer_of_livez(status: int, code: int) -> None:
    """Alive is 0; any other answer is 1, and so is none."""
    with _answering(status) as port:
        assert _healthcheck(port) == code
    assert _healthcheck(port) == 1
