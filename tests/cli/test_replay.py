"""`replay` on the command line: dry run first, then for good; filters and their faults."""

import asyncio
import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.commands import app
from gateway.embedded import Kafka
from tests.e2e.replays import fill, records_of
from tests.e2e.running import environment


def replay(*arguments: str, servers: str = "127.0.0.1:1", prefix: str = "t") -> Result:
    """Run the command; its standard error comes with its output."""
    variables = environment(servers, prefix)
    return CliRunner(env={"COLUMNS": "200", **variables}).invoke(app, ["replay", *arguments])


def lines(result: Result) -> list[dict[str, Any]]:
    """Return what it wrote with `--json`."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_dry_run_then_for_good(kafka: Kafka, unique_prefix: str) -> None:
    """Without a terminal it is a dry run that says how to go on; with --yes what is meant goes."""
    there = {"servers": kafka.bootstrap_servers, "prefix": unique_prefix}
    asyncio.run(fill(kafka.bootstrap_servers, unique_prefix, ["evt_1", "evt_2", "evt_3"], teams=3))
    dry = replay(**there)
    assert dry.exit_code == 0, dry.output
    assert dry.output.count("can be replayed") == 4
    assert "3 looked at  3 can be replayed" in dry.output
    assert "--yes replays them" in dry.output
    records = asyncio.run(records_of(kafka.bootstrap_servers, unique_prefix, "quarantine"))
    assert len(records) == 3
    chosen = replay("--yes", "--team", "team_1", "--type", "customer.*", "--since", "1h", **there)
    assert chosen.exit_code == 0, chosen.output
    assert "1 tried  1 replayed" in chosen.output
    (record,) = asyncio.run(records_of(kafka.bootstrap_servers, unique_prefix, "customers"))
    assert record.key == b"team_1"
    rest = lines(replay("--yes", "--json", "--reason", "unprocessable", **there))
    assert {line["id"] for line in rest[:-1]} == {"evt_1", "evt_3"}
    assert rest[-1]["summary"]["replayed_before"] == 1
    nothing = replay("--yes", "--until", "1h", **there)
    assert (nothing.exit_code, nothing.output.strip()) == (0, "0 tried")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--reason", "too_large"], "record_too_large"),
        (["--type", "ticket*"], "is not an event pattern"),
        (["--since", "soon"], "write how long ago"),
        (["--limit", "0"], "--limit"),
    ],
)
def test_bad_usage(arguments: list[str], words: str) -> None:
    """A filter that cannot be understood is refused with what to write, before Kafka is asked."""
    result = replay(*arguments)
    assert result.exit_code == 2
    assert words in result.output


@pytest.mark.parametrize("arguments", [[], ["--yes"]])
def test_no_kafka_is_told(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody answers it says where it looked and that it may run again; no traceback."""
    monkeypatch.setattr("gateway.cli.readiness._READY_SECONDS", 0.2)
    result = replay(*arguments)
    assert result.exit_code == 1
    for word in ("127.0.0.1:1", "cstar-gateway check", "safe"):
        assert word in result.output
    assert "Traceback" not in result.output
