"""A webhook that is held to its teams cannot speak for others, nor silence them."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from gateway.embedded import Kafka
from tests.e2e.delivering import event, ids_in_kafka
from tests.e2e.running import Client, running_gateway, signed
from tests.kafka_reading import read_topics
from tests.signing import SECRET

THEIRS = "whsec_8c1f0e9d7a6b5c4d3e2f1a0b9c8d7e6f"
ACCEPTED, QUARANTINED, DUPLICATE = (202, "accepted"), (202, "quarantined"), (200, "duplicate")
TIMES = 10


def two_webhooks(
    kafka: Kafka, prefix: str, folder: Path
) -> contextlib.AbstractAsyncContextManager[Client]:
    """Run a gateway of two webhooks: `crm` is held to team_0, `theirs` to team_1 and team_2."""
    secret = folder / "theirs"
    secret.write_text(THEIRS)
    return running_gateway(
        kafka.bootstrap_servers,
        prefix,
        WEBHOOKS__0__TEAMS="team_0",
        WEBHOOKS__1__NAME="theirs",
        WEBHOOKS__1__SECRETS=f"file:{secret}",
        WEBHOOKS__1__TEAMS="team_1,team_2",
    )


async def send(client: Client, body: bytes, secret: str) -> tuple[int, str]:
    """Send a body under a secret; return status and outcome."""
    answer = await client.post(body, signed(body, secret))
    return answer.status, answer.body["status"]


async def check_quarantine(kafka: Kafka, prefix: str, bodies: Iterable[bytes]) -> None:
    """Check that the quarantine holds these bodies, once each, and says why and whose."""
    records = await read_topics(kafka.bootstrap_servers, [f"{prefix}.quarantine"])
    assert Counter(record.value for record in records) == Counter(bodies)
    for record in records:
        headers = dict(record.headers)
        assert headers["cstar-reason"] == b"team_not_allowed"
        assert headers["cstar-webhook"] == b"crm"


async def test_another_teams_event_claims_nothing(
    kafka: Kafka, unique_prefix: str, tmp_path: Path
) -> None:
    """Quarantined under this secret, before or after it is accepted under that team's own."""
    first, then, own = event("evt_first", team=1), event("evt_then", team=2), event("evt_own")
    async with two_webhooks(kafka, unique_prefix, tmp_path) as client:
        assert await send(client, first, SECRET) == QUARANTINED
        assert await send(client, first, SECRET) == DUPLICATE
        assert await send(client, first, THEIRS) == ACCEPTED
        assert await send(client, first, THEIRS) == DUPLICATE
        assert await send(client, then, THEIRS) == ACCEPTED
        assert await send(client, then, SECRET) == QUARANTINED
        assert await send(client, then, THEIRS) == DUPLICATE
        assert await send(client, own, SECRET) == ACCEPTED
        ledger = await client.ledger()
    assert ledger["received"] == 8
    assert (ledger["accepted"], ledger["quarantined"], ledger["duplicate"]) == (3, 2, 3)
    found = await ids_in_kafka(kafka.bootstrap_servers, unique_prefix)
    assert found == {"evt_first": 1, "evt_then": 1, "evt_own": 1}
    await check_quarantine(kafka, unique_prefix, [first, then])


async def test_another_teams_event_at_the_same_time(
    kafka: Kafka, unique_prefix: str, tmp_path: Path
) -> None:
    """In flight together, the forgery waits for no claim of the true one, nor that for it."""
    body = event("evt_1", team=1)
    async with two_webhooks(kafka, unique_prefix, tmp_path) as client:
        answers = await asyncio.gather(
            *(send(client, body, secret) for _ in range(TIMES) for secret in (SECRET, THEIRS))
        )
    forged, true = Counter(answers[::2]), Counter(answers[1::2])
    assert forged == {QUARANTINED: 1, DUPLICATE: TIMES - 1}
    assert true == {ACCEPTED: 1, DUPLICATE: TIMES - 1}
    assert await ids_in_kafka(kafka.bootstrap_servers, unique_prefix) == {"evt_1": 1}
    await check_quarantine(kafka, unique_prefix, [body])
