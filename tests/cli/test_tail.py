"""`tail` shows what consumers read, ends when told, and says so where there is no Kafka."""

import asyncio
import json
from pathlib import Path

from aiokafka import AIOKafkaProducer
from typer.testing import CliRunner, Result

from gateway.cli.commands import app
from gateway.embedded import Kafka
from tests.kafka_reading import create_topics

HEADERS = [("ce_id", b"evt_1"), ("ce_type", b"ticket.created")]
VALUE = b'{"id":"evt_1","flat":{"ticket_title":"Printer on fire"}}'


def tail(*arguments: str, **environment: str) -> Result:
    """Run the command; its standard error comes with its output."""
    return CliRunner(env={"COLUMNS": "200", **environment}).invoke(app, ["tail", *arguments])


def fill(kafka: Kafka, prefix: str, *categories: str) -> None:
    """Put one record into each category's topic."""

    async def run() -> None:
        topics = [f"{prefix}.{name}" for name in categories]
        await create_topics(kafka.bootstrap_servers, topics)
        producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap_servers)
        await producer.start()
        for topic in topics:
            await producer.send_and_wait(topic, VALUE, b"team_1", headers=HEADERS)
        await producer.stop()

    asyncio.run(run())


def test_a_line_a_record(kafka: Kafka, unique_prefix: str) -> None:
    """Where, what, whose, and the flat fields, on one line; headers under it on wish."""
    fill(kafka, unique_prefix, "tickets", "customers")
    common = ["--from-beginning", "--prefix", unique_prefix]
    servers = ["--bootstrap-servers", kafka.bootstrap_servers]
    result = tail(*common, *servers, "--count", "2")
    assert result.exit_code == 0
    first, second = result.output.splitlines()
    assert {line.split()[0] for line in (first, second)} == {
        f"{unique_prefix}.tickets[0]@0",
        f"{unique_prefix}.customers[0]@0",
    }
    for word in ("ticket.created", "key=team_1", 'ticket_title="Printer on fire"'):
        assert word in first
    result = tail("customers", *common, *servers, "--count", "1", "--headers")
    assert f"{unique_prefix}.customers[0]@0" in result.output
    assert "ce_id" in result.output
    assert "evt_1" in result.output


def test_for_machines(kafka: Kafka, unique_prefix: str) -> None:
    """With `--json` each line is the whole record; Kafka and prefix come from the environment."""
    fill(kafka, unique_prefix, "tickets")
    result = tail(
        *("tickets", "--from-beginning", "--json", "--count", "1"),
        CSTAR_GATEWAY__KAFKA__BOOTSTRAP_SERVERS=kafka.bootstrap_servers,
        CSTAR_GATEWAY__TOPICS__PREFIX=unique_prefix,
    )
    assert result.exit_code == 0
    told = json.loads(result.output)
    assert told["topic"] == f"{unique_prefix}.tickets"
    assert told["headers"] == {"ce_id": "evt_1", "ce_type": "ticket.created"}
    assert told["value"]["flat"] == {"ticket_title": "Printer on fire"}


def test_the_configuration_says_where_kafka_is(
    kafka: Kafka, unique_prefix: str, tmp_path: Path
) -> None:
    """With `--config` the gateway's own file gives address, security and prefix."""
    fill(kafka, unique_prefix, "tickets")
    secret = tmp_path / "secret"
    secret.write_text("whsec_0123456789abcdef0123456789abcdef")
    config = tmp_path / "gateway.toml"
    config.write_text(
        f'[kafka]\nbootstrap_servers = ["{kafka.bootstrap_servers}"]\n'
        f'[topics]\nprefix = "{unique_prefix}"\n'
        f'[[webhooks]]\nsecrets = ["file:{secret}"]\n'
    )
    result = tail("--config", str(config), "--from-beginning", "--count", "1")
    assert result.exit_code == 0
    assert f"{unique_prefix}.tickets[0]@0" in result.output


def test_no_kafka_is_told() -> None:
    """Where nobody answers it says where it looked and what to do, without a traceback."""
    result = tail("--bootstrap-servers", "127.0.0.1:1")
    assert result.exit_code == 1
    for word in ("127.0.0.1:1", "cannot be read", "--bootstrap-servers", "cstar-gateway dev"):
        assert word in result.output
    assert "Traceback" not in result.output


def test_a_category_misspelt_is_bad_usage() -> None:
    """An unknown category is met with the list of those there are."""
    result = tail("tickts")
    assert result.exit_code == 2
    assert "gamification" in result.output
