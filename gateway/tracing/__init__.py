"""Tracing: what a delivery goes through, as spans, for those who ask for them.

One span for the delivery, from its whole body to its answer, in the trace its sender began; under
it one for each record, from the hand-over to Kafka's word. The record's `traceparent` names its own
span, so that consumers go on from there. Nobody loads this package unless `[tracing]` asks: without
it no line of it runs, and OpenTelemetry need not be there.

May live here: OpenTelemetry, and wrapping what a delivery passes. May not: anything that changes
what becomes of one.

```
provider   makes spans and sends them
intake     a delivery as a span
sink       a record as a span
context    `traceparent`, read and written
```
"""

from gateway.tracing.provider import Tracing

__all__ = ["Tracing"]
