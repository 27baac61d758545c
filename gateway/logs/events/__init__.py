"""Events: every line the gateway writes, as the documents list them.

May live here: the closed list of lines. May not: saying one (whoever knows that it is so). A test
holds the list to the code: no line without a row, no row without a line, same level, same fields.
"""

from gateway.logs.events import deliveries, idempotency, kafka, process
from gateway.logs.events.event import LogEvent

__all__ = ["EVENTS", "LogEvent"]

EVENTS: tuple[LogEvent, ...] = (
    *process.EVENTS,
    *deliveries.EVENTS,
    *kafka.EVENTS,
    *idempotency.EVENTS,
)
