"""Provider: makes spans and sends them, as the OTEL_… variables say."""

import asyncio
import threading
from contextlib import suppress

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from gateway import __version__
from gateway.publication import Sink
from gateway.tracing.intake import Intake, TracedIntake
from gateway.tracing.sink import CLIENT, TracedSink

__all__ = ["Tracing"]


class Tracing:
    """Makes spans, and sends them as the OTEL_… variables say: OTLP over HTTP, in batches.

    Args:
        processor: takes the spans; None: they are sent.
    """

    def __init__(self, processor: SpanProcessor | None = None) -> None:
        resource = Resource.create({"service.version": __version__})
        if str(resource.attributes["service.name"]).startswith("unknown_service"):
            resource = resource.merge(Resource({"service.name": CLIENT}))
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(processor or BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("gateway", __version__)
        self._closed = False

    def intake(self, intake: Intake, scheme: str) -> "TracedIntake":
        """Return an intake whose deliveries are spans; `scheme` is that of their requests."""
        return TracedIntake(intake, self._tracer, scheme)

    def sink(self, sink: Sink) -> "TracedSink":
        """Return a sink whose records are spans."""
        return TracedSink(sink, self._tracer)

    async def close(self, within: float) -> None:
        """Send what is left, in `within` seconds at most; it waits for nobody beyond them."""
        if self._closed:
            return
        self._closed = True
        loop, done = asyncio.get_running_loop(), asyncio.Event()

        def shut_down() -> None:
            self._provider.shutdown()
            with suppress(RuntimeError):  # the loop is over: nobody waits any more
                loop.call_soon_threadsafe(done.set)

        threading.Thread(target=shut_down, name="traces-end", daemon=True).start()
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await done.wait()
