"""What a gateway that serves logs of its deliveries: bounded in a flood, and nobody's bytes."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.embedded import Kafka
from tests.e2e.delivering import event
from tests.e2e.running import Client, environment, signed
from tests.e2e.serving import Served, served
from tests.signing import SECRET, sign

_FLOOD = 3000
_AT_ONCE = 50
_A_SECOND = 20
_MARK = "d34db33f"


@pytest.fixture
def serving(kafka: Kafka, unique_prefix: str, tmp_path: Path) -> Iterator[Served]:
    """A gateway that writes what it writes in production."""
    variables = environment(kafka.bootstrap_servers, unique_prefix)
    with served(variables, tmp_path / "log") as gateway:
        yield gateway


async def _forge(client: Client, number: int) -> None:
    """Send a body that nobody signed; it, its signature and its headers carry a mark."""
    forged = f"t={int(time.time())},v1={_MARK * 8}"
    body = json.dumps({"id": f"evt_{_MARK}_{number}"}).encode()
    headers = {"X-Signature": forged, "X-Event-ID": f"evt_{_MARK}", "traceparent": _MARK}
    answer = await client.post(body, headers | {"Content-Type": "application/json"})
    assert answer.status == 401


async def _flood(serving: Served) -> float:
    """Send them all, with one stale delivery among them; return how long it took."""
    began = time.monotonic()
    async with serving.client() as client:
        for start in range(0, _FLOOD, _AT_ONCE):
            await asyncio.gather(*(_forge(client, start + number) for number in range(_AT_ONCE)))
        late = event("evt_late")
        stale = signed(late) | {"X-Signature": sign(late, int(time.time()) - 400, SECRET)}
        assert (await client.post(late, stale)).status == 401
        assert (await client.ledger())["rejected"] == _FLOOD + 1
        await asyncio.sleep(1)  # the second of the flood is over: the next line has the count
        await _forge(client, _FLOOD)
    return time.monotonic() - began


def _ended(serving: Served, reason: str) -> list[dict[str, Any]]:
    return [line for line in serving.lines("delivery ended") if line["reason"] == reason]


def test_a_flood_of_bad_signatures_writes_no_line_each(serving: Served) -> None:
    """Twenty lines a second at most, all counted; another reason is seen, no byte of theirs."""
    took = asyncio.run(_flood(serving))
    lines = _ended(serving, "signature_mismatch")
    assert 0 < len(lines) <= _A_SECOND * (took + 2)
    assert len(lines) < _FLOOD / 4
    assert len(lines) + sum(line.get("suppressed", 0) for line in lines) == _FLOOD + 1
    (stale,) = _ended(serving, "signature_stale")
    assert (stale["level"], stale["status"]) == ("info", 401)
    assert _MARK not in serving.log
    assert "evt_late" not in serving.log


async def _one(serving: Served) -> None:
    async with serving.client() as client:
        assert (await client.send(event("evt_told")))[0] == 202


def test_what_is_accepted_is_told_to_developers_alone(serving: Served) -> None:
    """At INFO an accepted event writes nothing: Kafka has it, and the ledger counts it."""
    asyncio.run(_one(serving))
    assert serving.lines("delivery ended") == []
    assert "evt_told" not in serving.log


def test_debug_tells_of_each_delivery(kafka: Kafka, unique_prefix: str, tmp_path: Path) -> None:
    """At DEBUG an event can be followed by its id."""
    variables = environment(kafka.bootstrap_servers, unique_prefix, LOG__LEVEL="debug")
    with served(variables, tmp_path / "log") as gateway:
        asyncio.run(_one(gateway))
        (line,) = gateway.lines("delivery ended")
        assert "cus_evt_told" not in gateway.log
    assert list(line)[:4] == ["ts", "level", "event", "logger"]
    assert (line["level"], line["outcome"], line["reason"]) == ("debug", "accepted", "acked")
    assert (line["event_id"], line["event_type"], line["status"]) == (
        "evt_told",
        "customer.deleted",
        202,
    )
