"""`ingest` on the command line: dry run first; what cannot be understood is told at once."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.commands import app
from tests.e2e.delivering import event
from tests.e2e.running import environment


def ingest(*arguments: str, given: bytes | None = None, **settings: str) -> Result:
    """Run the command; its standard error comes with its output."""
    variables = environment("127.0.0.1:1", "t", **settings)
    runner = CliRunner(env={"COLUMNS": "200", **variables})
    return runner.invoke(app, ["ingest", *arguments], input=given)


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A file of two events."""
    path = tmp_path / "events.ndjson"
    path.write_bytes(event("evt_1") + b"\n" + event("evt_2"))
    return str(path)


def test_a_dry_run_says_how_to_go_on(file: str) -> None:
    """Without a terminal it is a dry run, by type and outcome, that says how to go on."""
    dry = ingest(file)
    assert dry.exit_code == 0, dry.output
    assert "2 would be published" in dry.output
    assert "customer.deleted" in dry.output
    assert "--yes ingests them" in dry.output


def test_for_machines(file: str) -> None:
    """With --json the sum is the last line."""
    dry = ingest("--json", "--dry-run", file)
    assert json.loads(dry.stdout.splitlines()[-1])["summary"]["types"] == {
        "customer.deleted": {"acked": 2}
    }


def test_which_webhook(file: str) -> None:
    """With several webhooks one must be named, and be there."""
    two = {"WEBHOOKS__1__NAME": "ops", "WEBHOOKS__1__SECRETS": "env:OTHER"}
    two |= {"WEBHOOKS__1__EVENTS": "ticket.*"}
    other = {"OTHER": "whsec_1f1e2d3c4b5a69788796a5b4c3d2e1f0"}
    runner = CliRunner(env={"COLUMNS": "200", **environment("127.0.0.1:1", "t", **two), **other})
    for arguments in ([], ["--webhook", "gone"]):
        refused = runner.invoke(app, ["ingest", *arguments, file])
        assert refused.exit_code == 2
        assert "crm, ops" in refused.output
    filtered = runner.invoke(app, ["ingest", "--webhook", "ops", file])
    assert (filtered.exit_code, "2 wanted by nobody" in filtered.output) == (0, True)


def test_what_is_no_file(file: str, tmp_path: Path) -> None:
    """A file that is not there, a folder, or one named twice is bad usage."""
    for arguments in ([str(tmp_path / "none")], [str(tmp_path)], [file, file], []):
        assert ingest(*arguments).exit_code == 2


def test_no_kafka_is_told(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Kafka nothing is done, and it says why."""
    monkeypatch.setattr("gateway.cli.readiness._READY_SECONDS", 0.2)
    refused = ingest("--yes", file)
    assert refused.exit_code == 1
    assert "127.0.0.1:1" in refused.output
    assert "cstar-gateway check" in refused.output


def test_a_checkpoint_of_something_else(file: str) -> None:
    """A checkpoint that tells of another destination is told before anything is done."""
    Path(f"{file}.checkpoint").write_bytes(b'{"into":"kafka:9092 cstar","end":3,"lines":1}\n')
    refused = ingest(file)
    assert refused.exit_code == 1
    assert "tells of kafka:9092 cstar" in refused.output
    assert ingest("--afresh", file).exit_code == 0
