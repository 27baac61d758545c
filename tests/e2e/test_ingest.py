"""Stored events from files, on a real Kafka: each once, in order, whatever happens meanwhile."""

import asyncio
import gzip
import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gateway.cli.ingest_run import Wish, run
from gateway.cli.report import Report
from gateway.config import load
from gateway.embedded import Kafka
from gateway.events.catalogue import CATALOGUE, CATEGORIES
from gateway.pipeline.webhook import Webhook
from gateway.simulator.samples import sample
from tests.e2e.delivering import event, ids_in_kafka
from tests.e2e.replays import records_of
from tests.e2e.running import environment, running_gateway
from tests.waiting import until

JOURNAL = {"IDEMPOTENCY__STORE": "kafka"}


class Ingested(NamedTuple):
    """What an ingest came to: exit code, what it said of lines, and its summary."""

    code: int
    lines: list[dict[str, Any]]
    summary: dict[str, Any]
    err: str


class Ingests:
    """Ingests into this test's topics."""

    def __init__(self, kafka: Kafka, prefix: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.servers = kafka.bootstrap_servers
        self.prefix = prefix
        self._capsys = capsys

    async def run(
        self,
        *files: Path,
        sure: bool | None = True,
        settings: Mapping[str, str] = JOURNAL,
        **wishes: Any,
    ) -> Ingested:
        """Run the command's work with `--json`."""
        config = load(None, environment(self.servers, self.prefix, **settings))
        self._capsys.readouterr()
        wish = Wish(files, wishes.pop("webhook", Webhook("crm")), sure, **wishes)
        code = await run(config, wish, Report(json=True))
        out, err = self._capsys.readouterr()
        said = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
        summary = said.pop()["summary"] if said else {}
        return Ingested(code, said, summary, err)

    async def ids(self) -> dict[str, int]:
        """Return how many records each event has."""
        return dict(await ids_in_kafka(self.servers, self.prefix))

    async def records(self, *names: str) -> list[Any]:
        """Return all records of topics."""
        return await records_of(self.servers, self.prefix, *names)


@pytest.fixture
def ingests(kafka: Kafka, unique_prefix: str, capsys: pytest.CaptureFixture[str]) -> Ingests:
    """Ingests into topics of this test's own."""
    return Ingests(kafka, unique_prefix, capsys)


def written(path: Path, bodies: Sequence[bytes]) -> Path:
    """Return a file of these lines."""
    path.write_bytes(b"".join(body + b"\n" for body in bodies))
    return path


def there(folder: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return [path.name for path in folder.iterdir()]


def every_type(now: datetime) -> list[bytes]:
    """Return one event of each type."""
    return [
        json.dumps(sample(name, event_id=f"evt_{name}", team_id="team_1", created_at=now)).encode()
        for name in CATALOGUE
    ]


async def test_every_type_once_and_twice_the_same_file(ingests: Ingests, tmp_path: Path) -> None:
    """Each type lands as a delivery would; the same file again adds nothing, also afresh."""
    bodies = every_type(datetime.now(UTC))
    file = written(tmp_path / "events.ndjson", bodies)
    first = await ingests.run(file)
    assert (first.code, first.summary["accepted"]) == (0, len(CATALOGUE))
    assert first.summary["types"] == {name: {"acked": 1} for name in CATALOGUE}
    again = await ingests.run(file)
    assert (again.code, again.summary["lines"], again.summary["done_before"]) == (0, 0, 35)
    afresh = await ingests.run(file, afresh=True)
    assert (afresh.code, afresh.summary["duplicate"]) == (0, 35)
    assert await ingests.ids() == {f"evt_{name}": 1 for name in CATALOGUE}
    for category in CATEGORIES:
        for record in await ingests.records(category):
            headers = dict(record.headers)
            assert headers["ce_type"].decode() in CATALOGUE
            assert record.key == b"team_1"
            assert "flat" in json.loads(record.value)
            assert "cstar-late" not in headers
            assert "cstar-possible-duplicate" not in headers


async def test_what_was_delivered_is_known_and_the_other_way_round(
    ingests: Ingests, tmp_path: Path
) -> None:
    """A gateway's events are duplicates to an ingest, and an ingest's to a gateway that runs on."""
    gateway = running_gateway(ingests.servers, ingests.prefix, IDEMPOTENCY__STORE="kafka")
    async with gateway as client:
        await client.send(event("evt_delivered"))
        bodies = [event("evt_delivered"), event("evt_stored")]
        stored = await ingests.run(written(tmp_path / "a", bodies))
        assert stored.summary["reasons"] == {"acked": 1, "seen": 1}
        await asyncio.sleep(0.5)
        assert (await client.send(event("evt_stored")))[1]["status"] == "duplicate"
    assert await ingests.ids() == {"evt_delivered": 1, "evt_stored": 1}


async def test_bad_lines(ingests: Ingests, tmp_path: Path) -> None:
    """Bad lines stop nothing: each is told with its place, and its bytes are in the quarantine."""
    bodies = [
        event("evt_1"),
        b'{"id":',
        b"",
        event("evt_2").replace(b'{"id": "cus_evt_2"}', b"[]"),
        b'{"id":"evt_x","type":"ticket.created","team_id":"","data":{}}',
        b"x" * 2_000_000,
        b"\xff\xfe",
        event("evt_3"),
    ]
    file = written(tmp_path / "events.ndjson", bodies)
    done = await ingests.run(file)
    assert done.code == 1
    assert [(each["line"], each["outcome"], each["reason"]) for each in done.lines] == [
        (2, "quarantined", "body_not_json"),
        (4, "quarantined", "data_not_object"),
        (5, "quarantined", "envelope_invalid"),
        (6, "rejected", "body_too_large"),
        (7, "quarantined", "body_not_json"),
    ]
    assert {each["file"] for each in done.lines} == {str(file)}
    assert await ingests.ids() == {"evt_1": 1, "evt_3": 1}
    kept = {record.value for record in await ingests.records("quarantine")}
    assert kept == {bodies[at] for at in (1, 3, 4, 6)}
    again = await ingests.run(file)
    assert (again.code, again.summary["bad_before"]) == (1, 5)
    assert len(await ingests.records("quarantine")) == 4


async def test_a_dry_run_reaches_no_kafka(ingests: Ingests, tmp_path: Path) -> None:
    """A dry run says what would happen, without Kafka, and keeps no checkpoint."""
    old = event("evt_old")
    unknown = json.dumps({**json.loads(event("evt_odd")), "type": "ticket.merged"}).encode()
    bodies = [*every_type(datetime.now(UTC)), old, old, b"junk", unknown]
    file = written(tmp_path / "events.ndjson", bodies)
    nowhere = {"KAFKA__BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    dry = await ingests.run(file, sure=False, settings=nowhere)
    assert dry.code == 1
    reasons = {"acked": 37, "body_not_json": 1, "twin": 1}
    assert (dry.summary["dry_run"], dry.summary["reasons"]) == (True, reasons)
    assert dry.summary["types"]["other"] == {"acked": 1, "body_not_json": 1}
    assert dry.summary["noticed"] == {"late": 2, "unknown_type": 1}
    assert there(tmp_path) == ["events.ndjson"]
    unsure = await ingests.run(file, sure=None, settings=nowhere)
    assert unsure.summary == dry.summary | {"seconds": unsure.summary["seconds"]}


async def test_the_order_of_each_team(ingests: Ingests, tmp_path: Path) -> None:
    """A team's records are in the file's order, over many chunks, batches, and two files."""
    bodies = [event(f"evt_{number}", number % 7) for number in range(8_000)]
    files = [
        written(tmp_path / "1.ndjson", bodies[:5_000]),
        written(tmp_path / "2.ndjson", bodies[5_000:]),
    ]
    done = await ingests.run(*files)
    assert (done.code, done.summary["accepted"]) == (0, 8_000)
    for team in range(7):
        key = f"team_{team}".encode()
        records = [each for each in await ingests.records("customers") if each.key == key]
        told = [dict(record.headers)["ce_id"].decode() for record in records]
        assert told == [f"evt_{number}" for number in range(team, 8_000, 7)]


async def test_an_old_event_is_late_and_new_as_a_record(ingests: Ingests, tmp_path: Path) -> None:
    """An old event says that it is late; its record's time is now, lest retention takes it at once.

    Packed files are read as they are, and a webhook's rules apply.
    """
    file = tmp_path / "events.ndjson.gz"
    file.write_bytes(gzip.compress(event("evt_old") + b"\n" + event("evt_other", 2)))
    webhook = Webhook("crm", flat=False, teams=frozenset({"team_0"}))
    begun = time.time()
    done = await ingests.run(file, webhook=webhook)
    assert (done.code, done.summary["reasons"]) == (1, {"acked": 1, "team_not_allowed": 1})
    (record,) = await ingests.records("customers")
    assert dict(record.headers)["cstar-late"] == b"true"
    assert record.timestamp >= begun * 1000 - 1
    assert record.value == event("evt_old")


def command(ingests: Ingests, *arguments: str, **settings: str) -> tuple[list[str], dict[str, str]]:
    """Return the command as it is run, and its environment."""
    variables = environment(ingests.servers, ingests.prefix, **(JOURNAL | settings))
    return [sys.executable, "-m", "gateway", "ingest", *arguments], {**os.environ, **variables}


async def test_standard_input(ingests: Ingests, tmp_path: Path) -> None:
    """What is piped in is ingested, and a second time it is known."""
    bodies = b"".join(event(f"evt_{number}") + b"\n" for number in range(2_000))
    for outcome in ("accepted", "duplicate"):
        line, variables = command(ingests, "--yes", "--json", "-")
        process = await asyncio.create_subprocess_exec(
            *line,
            env=variables,
            cwd=tmp_path,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await asyncio.wait_for(process.communicate(bodies), 60)
        assert process.returncode == 0
        assert json.loads(out)["summary"][outcome] == 2_000
    assert set((await ingests.ids()).values()) == {1}
    assert there(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_an_end_in_the_middle(
    ingests: Ingests, tmp_path: Path, number: signal.Signals
) -> None:
    """Ended midway, by force or in order, the next run goes on from there: each event once."""
    count = 12_000
    bodies = [event(f"evt_{each}", each % 7) for each in range(count)]
    file = written(tmp_path / "events.ndjson", bodies)
    kept = tmp_path / "events.ndjson.checkpoint"
    line, variables = command(ingests, "--yes", "--json", "--rate", "2500", str(file))
    process = await asyncio.create_subprocess_exec(
        *line, env=variables, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    await until(lambda: kept.exists() and kept.stat().st_size > 0)
    process.send_signal(number)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    landed = await ingests.ids()
    done = json.loads(kept.read_bytes())["lines"]
    assert 0 < done <= len(landed) < count
    if number == signal.SIGTERM:
        assert (process.returncode, json.loads(out)["summary"]["accepted"]) == (1, done)
        assert b"interrupted" in err
        assert done == len(landed)
    rest = await ingests.run(file)
    assert rest.code == 0
    assert rest.summary["done_before"] == done
    assert rest.summary["duplicate"] == len(landed) - done
    assert rest.summary["accepted"] == count - len(landed)
    counts = await ingests.ids()
    assert len(counts) == count
    assert set(counts.values()) == {1}


async def test_kafka_goes_away_midway(
    broker: Kafka, unique_prefix: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Over a broker that is killed and comes back, each event lands once and in order."""
    ingests = Ingests(broker, unique_prefix, capsys)
    count = 12_000
    bodies = [event(f"evt_{each}", each % 7) for each in range(count)]
    file = written(tmp_path / "events.ndjson", bodies)
    kept = tmp_path / "events.ndjson.checkpoint"

    async def outage() -> None:
        await until(lambda: kept.exists() and kept.stat().st_size > 0)
        broker.kill()
        await asyncio.sleep(1)
        await broker.restart()

    done, _ = await asyncio.gather(ingests.run(file, rate=2_500), outage())
    assert (done.code, done.summary["lines"]) == (0, count), done.err
    records = await ingests.records("customers")
    for team in range(7):
        key = f"team_{team}".encode()
        told = [dict(each.headers)["ce_id"].decode() for each in records if each.key == key]
        assert told == [f"evt_{number}" for number in range(team, count, 7)]


async def test_a_full_window_is_not_overrun(ingests: Ingests, tmp_path: Path) -> None:
    """Where each event more would push one of live traffic out of the window, the ingest ends."""
    count, room = 10_000, 6_000
    bodies = [event(f"evt_{number}") for number in range(count)]
    file = written(tmp_path / "events.ndjson", bodies)
    full = await ingests.run(file, settings=JOURNAL | {"IDEMPOTENCY__MEMORY_LIMIT": "4300KiB"})
    assert (full.code, full.summary["unfinished"]) == (1, 1)
    assert "memory_limit" in full.err
    assert 0 < full.summary["accepted"] < room + 1_000
    raised = await ingests.run(file)
    assert (raised.code, raised.summary["duplicate"]) == (0, 0)
    assert await ingests.ids() == {f"evt_{number}": 1 for number in range(count)}
