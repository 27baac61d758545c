"""Loop: a loop that stands still is seen to have stood still."""

import asyncio
import time

from gateway.metrics import loop as measured
from gateway.metrics.loop import LoopMeter
from tests.metrics.reading import Reading
from tests.waiting import until

NAME = "cstar_gateway_event_loop_lag_seconds"


async def test_a_stall_is_seen() -> None:
    """What blocks the loop past the timer's time shows as that much lag; stopped, it is silent."""
    reading = Reading()
    meter = LoopMeter(reading.book)
    meter.start()
    time.sleep(measured._EVERY + 0.3)  # noqa: ASYNC251 - a stalled loop is the point
    await until(lambda: reading.value(f"{NAME}_count") == 1)
    assert (reading.value(f"{NAME}_sum") or 0) >= 0.3
    assert reading.value(f"{NAME}_bucket", le="0.25") == 0
    meter.stop()
    await asyncio.sleep(2 * measured._EVERY)
    assert reading.value(f"{NAME}_count") == 1
