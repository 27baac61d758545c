"""What is not authentic, or not HTTP we take, is refused over HTTP and touches nothing."""

import asyncio
import json
import time
from collections.abc import Callable

import pytest

from gateway.embedded import Kafka
from tests.e2e.running import running_gateway
from tests.kafka_reading import read_topics
from tests.signing import SECRET, sign

BODY = b'{"id":"evt_1","type":"ticket.deleted","team_id":"team_1","data":{"id":"CST-1024"}}'
TOPICS = ("tickets", "other", "quarantine")


def request(
    *fields: str, body: bytes = BODY, line: str = "POST /webhooks/cstar", length: int | None = None
) -> bytes:
    """Return a request with these header fields."""
    size = len(body) if length is None else length
    head = [f"{line} HTTP/1.1", "Host: gateway", f"Content-Length: {size}", *fields]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


def signature(age: int = 0, body: bytes = BODY, secret: str = SECRET) -> str:
    """Return the signature's field."""
    return f"X-Signature: {sign(body, int(time.time()) - age, secret)}"


REFUSED: dict[str, tuple[Callable[[], bytes], int, str]] = {
    "bad signature": (lambda: request(signature(secret="x" * 32)), 401, "signature_mismatch"),
    "no signature": (request, 401, "signature_missing"),
    "stale": (lambda: request(signature(age=302)), 401, "signature_stale"),
    "future": (lambda: request(signature(age=-302)), 401, "signature_future"),
    "altered body": (
        lambda: request(signature(), body=BODY.replace(b"1024", b"1025")),
        401,
        "signature_mismatch",
    ),
    "two signatures": (lambda: request(signature(), signature()), 401, "signature_repeated"),
    "8-bit header": (lambda: request("X-Signature: t=1,v1=\xe9"), 401, "signature_malformed"),
    "gzip": (lambda: request(signature(), "Content-Encoding: gzip"), 415, "content_encoding"),
    "1 GB declared": (lambda: request(signature(), length=10**9), 413, "body_too_large"),
    "stalled body": (lambda: request(signature(), length=len(BODY) + 1), 408, "body_timeout"),
    "GET": (lambda: request(body=b"", line="GET /webhooks/cstar"), 405, "method_not_allowed"),
    "other path": (lambda: request(signature(), line="POST /webhooks"), 404, "path_not_found"),
}


async def exchange(port: int, sent: bytes) -> tuple[int, dict[str, object]]:
    """Send bytes; return the status and the problem that was answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        async with asyncio.timeout(20):
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
    finally:
        writer.close()
    assert b"application/problem+json" in head
    return int(head.split()[1]), json.loads(body)


async def test_refusals_touch_nothing(
    kafka: Kafka, unique_prefix: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each has its status and reason; no record, no remembered id, no log line with its bytes."""
    async with running_gateway(
        kafka.bootstrap_servers, unique_prefix, INGRESS__BODY_TIMEOUT="0.5"
    ) as client:
        for name, (made, status, reason) in REFUSED.items():
            answered, problem = await exchange(client.port, made())
            assert (name, answered, problem["reason"]) == (name, status, reason)
            assert problem["status"] == status
        ledger = await client.ledger()
        assert await client.metric("cstar_gateway_idempotency_ids") == 0
        assert await client.metric("cstar_gateway_idempotency_in_flight") == 0
        first = await client.send(BODY)
    assert ledger["received"] == ledger["rejected"] == len(REFUSED)
    assert first == (202, {"status": "accepted", "id": "evt_1"})
    names = [f"{unique_prefix}.{topic}" for topic in TOPICS]
    assert len(await read_topics(kafka.bootstrap_servers, names)) == 1
    logged = "".join(capfd.readouterr())
    assert "CST-102" not in logged
    assert SECRET not in logged
