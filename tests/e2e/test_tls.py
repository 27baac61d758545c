"""TLS: signed deliveries over HTTPS reach a real Kafka, from friends alone where so configured."""

import asyncio
import json
import ssl
from pathlib import Path

import aiohttp
import pytest

from gateway.embedded import Kafka
from tests.certificates import Authority
from tests.e2e.delivering import event, ids_in_kafka
from tests.e2e.running import environment, gateway_command, signed
from tests.waiting import until


async def deliver(port: int, tls: ssl.SSLContext, event_id: str) -> int:
    """Deliver as cStar does, on a new connection; return the status."""
    body = event(event_id)
    async with aiohttp.ClientSession() as session:
        url = f"https://127.0.0.1:{port}/webhooks/cstar"
        async with session.post(url, data=body, headers=signed(body), ssl=tls) as response:
            return response.status


async def shown(port: int, tls: ssl.SSLContext) -> str:
    """Return whose certificate the listener shows to a new connection."""
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    try:
        return json.dumps(writer.get_extra_info("peercert")["subject"])
    finally:
        writer.close()
        await writer.wait_closed()


async def test_deliveries_over_tls_and_a_certificate_renewed_while_serving(
    kafka: Kafka, unique_prefix: str, tmp_path: Path
) -> None:
    """Senders must show a certificate; the listener's own is replaced without a restart."""
    authority = Authority(tmp_path / "ours")
    stranger = Authority(tmp_path / "others").sign(common_name="cstar.example")
    friendly = authority.trusting(authority.sign(common_name="cstar.example"))
    pair = authority.sign("127.0.0.1", common_name="first")
    variables = environment(
        kafka.bootstrap_servers,
        unique_prefix,
        INGRESS__TLS_CERT_FILE=str(pair.certificate),
        INGRESS__TLS_KEY_FILE=str(pair.key),
        INGRESS__TLS_CLIENT_CA_FILE=str(authority.file),
    )
    async with gateway_command(variables) as command:
        client = await command.listening()
        await client.wait_ready()
        assert await deliver(client.port, friendly, "evt_1") == 202
        assert "first" in await shown(client.port, friendly)
        for refused in (authority.trusting(), authority.trusting(stranger)):
            with pytest.raises((aiohttp.ClientError, OSError)):
                await deliver(client.port, refused, "evt_stranger")

        new = authority.sign("127.0.0.1", common_name="second")
        pair.certificate.write_bytes(b"half a certificate")
        await until(lambda: bool(command.lines("credentials refused")))
        assert await deliver(client.port, friendly, "evt_2") == 202
        pair.certificate.write_bytes(new.certificate.read_bytes())
        pair.key.write_bytes(new.key.read_bytes())
        await until(lambda: bool(command.lines("credentials renewed")))
        assert "second" in await shown(client.port, friendly)
        assert await deliver(client.port, friendly, "evt_3") == 202

        (line,) = command.lines("credentials refused")
        assert (line["level"], line["of"]) == ("error", "ingress certificates")
        assert str(pair.certificate) in line["problem"]
        assert line["fix"]
        assert await client.metric('cstar_gateway_tls_handshakes_total{result="failed"}') == 2
        ledger = await client.ledger()
        assert (ledger["received"], ledger["accepted"]) == (3, 3)
    ids = await ids_in_kafka(kafka.bootstrap_servers, unique_prefix)
    assert ids == {"evt_1": 1, "evt_2": 1, "evt_3": 1}
