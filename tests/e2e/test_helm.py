"""What the chart hands to its pods runs: the configuration, the preflight and `helm test`."""

import os
import subprocess
import sys
from pathlib import Path

from gateway.embedded import Kafka
from tests.e2e.serving import served
from tests.helm.chart import HELM, NEEDED, merged, only, render
from tests.signing import SECRET


async def test_a_release_serves_what_helm_test_asks_for(
    kafka: Kafka, unique_prefix: str, tmp_path: Path
) -> None:
    """With the ConfigMap and the Secret of a release, `check` and `helm test` find all well."""
    over = {
        "kafka": {"bootstrap_servers": [kafka.bootstrap_servers], "replication_factor": 1},
        "topics": {"prefix": unique_prefix},
    }
    text = only(render(merged(NEEDED, {"config": over})), "ConfigMap")["data"]["gateway.toml"]
    (tmp_path / "current").write_text(SECRET)
    file = tmp_path / "gateway.toml"
    file.write_text(text.replace("/run/secrets/cstar-gateway", str(tmp_path)))
    ports = {"CSTAR_GATEWAY__INGRESS__PORT": "0", "CSTAR_GATEWAY__ADMIN__PORT": "0"}
    environment = {"CSTAR_GATEWAY_CONFIG": str(file), **ports}
    with served(environment, tmp_path / "log") as gateway:
        async with gateway.client() as client:  # once it is ready
            assert client.port == gateway.port
        (line,) = gateway.lines("listening")
        places = {
            "ADMIN": f"http://127.0.0.1:{line['admin_port']}",
            "WEBHOOKS": f"http://127.0.0.1:{gateway.port}/webhooks/cstar",
            "EXPECTED": "401",
        }
        asked = run([sys.executable, str(HELM / "files/answers.py")], places)
        assert asked.returncode == 0, asked.stdout
        checked = run([sys.executable, "-m", "gateway", "check"], environment)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def run(command: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run what a pod would run."""
    return subprocess.run(  # noqa: S603 - our own interpreter
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
