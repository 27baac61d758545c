"""The compose file would start what it says: its schema, its files, and the gateway's settings."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from gateway.cli.commands import app
from gateway.config import load

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent


def read(name: str) -> dict[str, Any]:
    """Return a YAML file of deploy/."""
    content: dict[str, Any] = YAML(typ="safe").load(DEPLOY / name)
    return content


COMPOSE = read("compose.yaml")
SERVICES = COMPOSE["services"]


def told(value: str) -> str:
    """Return a value as compose reads it where nothing is set: `${NAME:-this}`."""
    return value.partition(":-")[2].rstrip("}") if value.startswith("${") else value


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.compose-spec", [DEPLOY / "compose.yaml"]),
        ("vendor.github-workflows", sorted((ROOT / ".github/workflows").glob("*.yml"))),
    ],
)
def test_files_match_their_schemas(schema: str, files: list[Path]) -> None:
    """A misspelt key of compose, or of a workflow, is found here."""
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", schema, *map(str, files)]
    checked = subprocess.run(  # noqa: S603 - from our own environment
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


def test_the_gateway_would_start() -> None:
    """Its variables are a valid configuration, and point at the Kafka beside it."""
    variables = {name: told(value) for name, value in SERVICES["gateway"]["environment"].items()}
    config = load(None, variables)
    assert config.kafka.bootstrap_servers == ("kafka:9092",)
    listened = SERVICES["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    assert "CLIENTS://kafka:9092" in listened
    assert f"{config.ingress.port}:8080" in SERVICES["gateway"]["ports"]
    assert (
        config.webhooks[0].secrets[0].reveal()
        == told(SERVICES["traffic"]["environment"]["CSTAR_GATEWAY_SECRET"]).encode()
    )


def test_the_gateway_is_locked_down() -> None:
    """It cannot write, has no capability, and is given longer than its drain takes."""
    for name in ("gateway", "traffic"):
        assert SERVICES[name]["read_only"]
        assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES["gateway"]["stop_grace_period"] == "30s"


def test_only_deliveries_are_open_to_others() -> None:
    """Everything but the public listener is bound to this machine."""
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert {port for port in ports if not port.startswith("127.0.0.1:")} == {"8080:8080"}


def test_traffic_is_a_command_that_exists() -> None:
    """The profile's command is understood."""
    assert SERVICES["traffic"]["profiles"] == ["traffic"]
    command, kind, *options = SERVICES["traffic"]["command"]
    shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"}).output
    assert kind == "all"
    assert all(option.partition("=")[0] in shown for option in options)


def test_what_is_mounted_is_there() -> None:
    """Each file that a service is given lies in the repository."""
    given = [volume for service in SERVICES.values() for volume in service.get("volumes", ())]
    mounts = [volume.partition(":")[0] for volume in given]
    files = [DEPLOY / mount for mount in mounts if mount.startswith("./compose/")]
    assert len(files) == 3
    assert all(file.is_file() for file in files)


def test_prometheus_scrapes_the_gateway_and_grafana_asks_prometheus() -> None:
    """The addresses in their files are those of the services."""
    (job,) = read("compose/prometheus.yaml")["scrape_configs"]
    assert job["static_configs"][0]["targets"] == ["gateway:8081"]
    (source,) = read("compose/datasources.yaml")["datasources"]
    assert source["url"] == "http://prometheus:9090"
    (provider,) = read("compose/dashboards.yaml")["providers"]
    mounted = SERVICES["grafana"]["volumes"][-1].split(":")[1]
    assert provider["options"]["path"] == mounted
