"""Spans are sent as the OTEL_ variables say, and nothing of it is there unless it is asked for."""

import subprocess
import sys
import time

import pytest
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import gateway
from gateway.tracing import Tracing
from tests.e2e.running import environment
from tests.intaking import Setting, event

OFF = """
import asyncio, sys
from gateway.app import Gateway
from gateway.config import load
from gateway.intake import Intake
from gateway.sink.kafka import KafkaSink
import os

async def build():
    gateway = Gateway(load(None, os.environ))
    intake = gateway._ingress._handler._intake
    assert type(intake) is Intake and type(intake._sink) is KafkaSink, intake
    await gateway.abort()

asyncio.run(build())
print(*(name for name in sys.modules if name.startswith(("opentelemetry", "gateway.tracing"))))
"""


def test_off_costs_nothing() -> None:
    """Unless asked for, nothing wraps the intake or the sink, and OpenTelemetry is not loaded."""
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", OFF],
        env=environment("127.0.0.1:9", "p"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (0, "", "")


async def _service(processor: SpanProcessor, exporter: InMemorySpanExporter) -> ReadableSpan:
    setting = Setting()
    vars(setting)["intake"] = Tracing(processor).intake(setting.intake, "https")
    await setting.send(event())
    (span,) = exporter.get_finished_spans()
    return span


@pytest.mark.parametrize(
    ("variables", "name"),
    [({}, "cstar-gateway"), ({"OTEL_SERVICE_NAME": "crm-hooks"}, "crm-hooks")],
)
async def test_the_service_is_named(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], name: str
) -> None:
    """By its own name and version, unless the variables give another."""
    for key, value in variables.items():
        monkeypatch.setenv(key, value)
    exporter = InMemorySpanExporter()
    span = await _service(SimpleSpanProcessor(exporter), exporter)
    assert span.resource.attributes["service.name"] == name
    assert span.resource.attributes["service.version"] == gateway.__version__


async def test_switched_off_by_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """With OTEL_SDK_DISABLED there are no spans, and the sender's trace passes through."""
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    exporter = InMemorySpanExporter()
    tracing, setting = Tracing(SimpleSpanProcessor(exporter)), Setting()
    setting.intake._sink = tracing.sink(setting.sink)
    vars(setting)["intake"] = tracing.intake(setting.intake, "http")
    sender = f"00-{'a' * 32}-{'b' * 16}-01"
    await setting.send(event(), traceparent=sender)
    assert exporter.get_finished_spans() == ()
    (record,) = setting.sink.of_topic("cstar.customers")
    assert dict(record.headers)["traceparent"] == sender.encode()


class _Stuck(SpanProcessor):
    def shutdown(self) -> None:
        time.sleep(60)


async def test_a_collector_that_hangs_holds_nobody_up() -> None:
    """What is left is sent within the time there is; the process does not wait for more."""
    tracing = Tracing(_Stuck())
    await tracing.close(0.05)
    await tracing.close(0.05)
