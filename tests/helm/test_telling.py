"""What the chart says after an install, and what `helm test` says, help the one who reads it."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.helm.chart import HELM, NEEDED, case, merged, notes


def test_the_notes_name_the_label_trap() -> None:
    """A monitor without a label of its own is told of, with the value to set."""
    trap = "metrics.serviceMonitor.additionalLabels.release"
    bare = merged(NEEDED, {"metrics": {"serviceMonitor": {"enabled": True}}})
    assert trap in notes(bare)
    assert "NO METRICS?" not in notes(case("production"))
    assert "Nothing scrapes it" in notes(NEEDED)


def test_the_notes_name_the_next_commands() -> None:
    """Where deliveries go, and what to type next, for this release."""
    said = notes(case("production"))
    assert "https://hooks.example.com/webhooks/cstar" in said
    assert "helm -n hooks test gateway" in said
    assert "-- cstar-gateway check" in said
    assert "https://hooks.example.org/webhooks/cstar" in notes(case("ingress"))


def test_the_notes_warn_of_what_is_for_trying_out() -> None:
    """A Secret of values and a store that forgets are told of."""
    assert "stay in the release's history" in notes(case("sasl"))
    over = {"config": {"idempotency": {"store": "memory"}}, "replicaCount": 1}
    assert "cStar's retries double" in notes(merged(NEEDED, over))


class Gateway(BaseHTTPRequestHandler):
    """Answers as a gateway does to whoever is not cStar."""

    ready = 200

    def do_GET(self) -> None:
        """Answer the admin listener's paths."""
        self.send_response(self.ready if self.path == "/readyz" else 200)
        self.end_headers()

    def do_POST(self) -> None:
        """Refuse what is not signed."""
        self.send_response(401)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def gateway() -> Iterator[str]:
    """Return the address of what answers as a gateway does."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("ready", "code"), [(200, 0), (503, 1)])
def test_helm_test_tells_ready_from_unready(
    gateway: str, ready: int, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The script of the test's pod passes where all is well, and names what is not."""
    monkeypatch.setattr(Gateway, "ready", ready)
    places = {"ADMIN": gateway, "WEBHOOKS": f"{gateway}/webhooks/cstar", "EXPECTED": "401"}
    script = (HELM / "files/answers.py").read_text()
    ran = subprocess.run(  # noqa: S603 - as the pod runs it
        [sys.executable, "-c", script],
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert "an unsigned delivery: 401" in ran.stdout
    assert (f"ready: {ready}, expected 200" in ran.stdout) is bool(code)


def test_helm_test_tells_that_nothing_answers() -> None:
    """Where nothing listens, everything is `refused`."""
    places = {"ADMIN": "http://127.0.0.1:9", "WEBHOOKS": "http://127.0.0.1:9/", "EXPECTED": "401"}
    ran = subprocess.run(  # noqa: S603 - as the pod runs it
        [sys.executable, HELM / "files/answers.py"],
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stdout.count("refused") == 4
