"""Admin: probes, metrics and version, for the inside."""

import logging
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import aiohttp
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain

from gateway.ingress.admin import AdminServer, Check
from gateway.metrics.telemetry import Telemetry


class Admin(NamedTuple):
    """A running admin listener and the checks it asks."""

    url: str
    checks: list[Check]
    telemetry: Telemetry


@pytest.fixture
async def admin() -> AsyncIterator[Admin]:
    """Run one."""
    telemetry = Telemetry(topics=["cstar.tickets"], webhooks={"crm": 2})
    checks: list[Check] = []
    server = AdminServer(telemetry.collectors, checks=lambda: checks, versions={"version": "1.2.3"})
    port = await server.start("127.0.0.1", 0)
    yield Admin(f"http://127.0.0.1:{port}", checks, telemetry)
    await server.stop()


async def get(url: str, **headers: str) -> tuple[int, str, str]:
    """Return status, content type and body."""
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return response.status, response.headers["Content-Type"], await response.text()


async def test_a_process_whose_loop_turns_is_live(admin: Admin) -> None:
    """Liveness asks nothing of Kafka: a broker's outage must not restart the gateway."""
    admin.checks.append(Check("kafka", ok=False, detail="down"))
    status, kind, body = await get(admin.url + "/livez")
    assert (status, body) == (200, '{"status":"live"}')
    assert kind.startswith("application/json")


async def test_readiness_is_every_check(admin: Admin) -> None:
    """All hold: 200. One does not: 503, and it is named with what is wrong."""
    admin.checks.append(Check("kafka", ok=True))
    status, _, body = await get(admin.url + "/readyz")
    assert status == 200
    assert body == '{"status":"ready","checks":[{"name":"kafka","ok":true,"detail":""}]}'
    admin.checks.append(Check("serving", ok=False, detail="shutting down"))
    status, _, body = await get(admin.url + "/readyz")
    assert status == 503
    assert '{"name":"serving","ok":false,"detail":"shutting down"}' in body


@pytest.mark.parametrize(
    ("accept", "kind", "parse"),
    [
        ("*/*", "text/plain", plain),
        (
            "application/openmetrics-text; version=1.0.0",
            "application/openmetrics-text",
            openmetrics,
        ),
    ],
    ids=["text", "OpenMetrics"],
)
async def test_metrics_are_what_prometheus_reads(
    admin: Admin, accept: str, kind: str, parse: Callable[[str], object]
) -> None:
    """Both formats are served as asked for, and their own parsers take them."""
    status, told, body = await get(admin.url + "/metrics", Accept=accept)
    assert status == 200
    assert told.startswith(kind)
    names = {family.name for family in parse(body)}  # type: ignore[attr-defined]
    assert {"cstar_gateway_deliveries", "process_cpu_seconds"} <= {
        name.removesuffix("_total") for name in names
    }


async def test_the_version_is_told(admin: Admin) -> None:
    """What runs here is for people inside to ask."""
    assert await get(admin.url + "/version") == (
        200,
        "application/json",
        '{"version":"1.2.3"}',
    )


async def test_nothing_else_is_here(admin: Admin) -> None:
    """The admin listener takes no deliveries."""
    assert (await get(admin.url + "/webhooks/cstar"))[0] == 404


async def test_a_fault_is_a_503_without_a_traceback(
    admin: Admin, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """A gauge that cannot be asked is a fault reported once, not an internal server error."""
    caplog.set_level(logging.DEBUG)
    admin.telemetry.watch("cstar_gateway_idempotency_ids", lambda: 1 / 0)
    status, _, body = await get(admin.url + "/metrics")
    assert (status, body) == (503, '{"status":"fault"}')
    said = "".join(capfd.readouterr()) + caplog.text
    assert "ZeroDivisionError" in said
    assert "Traceback" not in said
