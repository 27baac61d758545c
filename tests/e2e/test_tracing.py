"""Traces of a gateway that serves: from the sender over the gateway into the record, by OTLP."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from gateway.embedded import Kafka
from tests.e2e.delivering import event
from tests.e2e.running import environment, free_port
from tests.e2e.serving import Served, served
from tests.kafka_reading import read_topics
from tests.signing import SECRET
from tests.waiting import wait_until

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Collector(HTTPServer):
    """Keeps what is sent to it by OTLP over HTTP."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Collecting)
        self.bodies: list[bytes] = []

    @property
    def spans(self) -> list[Span]:
        """Every span so far."""
        return [
            span
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


class _Collecting(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Collector)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/traces":
            self.server.bodies.append(body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector on a port of its own."""
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _variables(kafka: Kafka, prefix: str, port: int) -> dict[str, str]:
    return environment(kafka.bootstrap_servers, prefix, TRACING__ENABLED="true") | {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }


async def _deliver(gateway: Served) -> None:
    """Deliver one event in a trace, and one that nobody signed."""
    async with gateway.client() as client:
        headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
        assert (await client.send(event("evt_traced"), headers))[0] == 202
        forged = headers | {"X-Signature": f"t=1,v1={'0' * 64}", "Content-Type": "application/json"}
        assert (await client.post(event("evt_forged"), forged)).status == 401


def test_one_trace_from_sender_to_record(
    kafka: Kafka, unique_prefix: str, tmp_path: Path, collector: Collector
) -> None:
    """Sender, delivery, record: each span the child of the last, and consumers go on from there."""
    variables = _variables(kafka, unique_prefix, collector.server_port)
    with served(variables, tmp_path / "log") as gateway:
        asyncio.run(_deliver(gateway))
        wait_until(lambda: len(collector.spans) == 2)
        gateway.process.terminate()
        assert gateway.process.wait(timeout=30) == 0
        log = gateway.log
    sent, received = sorted(collector.spans, key=lambda span: span.kind, reverse=True)
    assert (sent.name, received.name) == (
        f"send {unique_prefix}.customers",
        "POST /webhooks/cstar",
    )
    assert received.parent_span_id.hex() == PARENT
    assert sent.parent_span_id == received.span_id
    (record,) = asyncio.run(read_topics(kafka.bootstrap_servers, [f"{unique_prefix}.customers"]))
    carried = dict(record.headers)["traceparent"].decode()
    assert carried == f"00-{TRACE}-{sent.span_id.hex()}-01"
    assert received.trace_id.hex() == sent.trace_id.hex() == TRACE
    shown = b"".join(collector.bodies)
    assert b"cstar-gateway" in shown
    for hidden in (SECRET, "cus_evt_traced", "evt_forged", "2026-04-27"):
        assert hidden.encode() not in shown
    assert [line["level"] for line in map(json.loads, log.splitlines())].count("error") == 0


def test_a_trace_passes_through_where_none_is_made(
    kafka: Kafka, unique_prefix: str, tmp_path: Path
) -> None:
    """Without `[tracing]` the record carries its sender's `traceparent`, as it came."""
    with served(environment(kafka.bootstrap_servers, unique_prefix), tmp_path / "log") as gateway:
        asyncio.run(_deliver(gateway))
    (record,) = asyncio.run(read_topics(kafka.bootstrap_servers, [f"{unique_prefix}.customers"]))
    assert dict(record.headers)["traceparent"] == f"00-{TRACE}-{PARENT}-01".encode()


def test_a_collector_that_is_away_costs_no_event(
    kafka: Kafka, unique_prefix: str, tmp_path: Path
) -> None:
    """Deliveries are taken, the process ends as it should, and the log says what is wrong."""
    variables = _variables(kafka, unique_prefix, free_port())
    with served(variables, tmp_path / "log") as gateway:
        asyncio.run(_deliver(gateway))
        wait_until(lambda: "opentelemetry" in gateway.log)
        gateway.process.terminate()
        assert gateway.process.wait(timeout=30) == 0
        assert all(SECRET not in line for line in gateway.log.splitlines())
