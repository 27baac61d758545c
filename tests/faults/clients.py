"""Clients: senders that vanish, and thousands that stay. `python -m tests.faults.clients`.

F28 a sender leaves at every byte of its request and of its answer; F29 5,000 idle connections and
200 slow bodies beside good traffic.
"""

import asyncio
import sys
import time

from tests.e2e.delivering import ids_in_kafka
from tests.e2e.running import Client
from tests.faults.crowd import crowd
from tests.faults.overload import Given, faults_in, gateway, main
from tests.faults.row import Row
from tests.faults.traffic import Traffic, request
from tests.inputs.manners import leave

__all__ = ["leave_at_every_byte", "many_idle"]

_ANSWER = 160
"""Bytes of an answer, about."""
_PATIENCE = 1.0
_MIB = 1024 * 1024


async def leave_at_every_byte(given: Given, step: int = 1) -> Row:
    """Each place in the exchange, by close and by reset: published once or not at all, unlogged.

    Args:
        given: broker and prefix.
        step: bytes between two places.
    """
    failures = []
    async with gateway(given) as (serving, client):
        size = len(request("evt_0000_0"))
        whole = set()
        for place in range(0, size + _ANSWER, step):
            for reset in (False, True):
                event_id = f"evt_{place:04}_{reset:d}"
                if place >= size:
                    whole.add(event_id)
                await _leave_at(serving.port, event_id, place, size, reset=reset)
        await _at_rest(client)
        ledger = await client.ledger()
        failures += faults_in(serving)
        failures += [
            f"logged: {line[:200]}"
            for line in serving.log.splitlines()
            if '"level":"error"' in line
        ]
        found = await ids_in_kafka(given.kafka.bootstrap_servers, given.prefix)
    places = len(range(0, size + _ANSWER, step))
    if len(whole & found.keys()) < len(whole) // 2:
        failures.append(f"of {len(whole)} events that came whole {len(found)} are there")
    return Row(
        fault="F28",
        name="sender leaves at every byte",
        injected=f"{places} places in request and answer, by close and by reset",
        sent=2 * places,
        deliveries=2 * places,
        unanswered=2 * places,
        phantom=len(found.keys() - whole),
        duplicates=sum(found.values()) - len(found),
        notes=(
            f"{len(found)} of {len(whole)} that came whole were published; "
            f"{ledger['rejected']:.0f} cut bodies rejected"
        ),
        failures=tuple(failures),
    )


async def _leave_at(port: int, event_id: str, place: int, size: int, *, reset: bool) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(event_id)[:place])
    try:
        await writer.drain()
        if place > size:  # of the answer so many bytes are read
            async with asyncio.timeout(_PATIENCE):
                await reader.readexactly(place - size)
    except (OSError, asyncio.IncompleteReadError):  # it is shorter
        pass
    finally:
        leave(writer, reset=reset)


async def _at_rest(client: Client) -> None:
    async with asyncio.timeout(30):
        while await client.metric("cstar_gateway_in_flight_deliveries"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def many_idle(given: Given, idle: int = 5000, slow: int = 200, seconds: float = 15.0) -> Row:
    """Connections that do nothing, and bodies that hardly come, beside good traffic.

    Args:
        given: broker and prefix.
        idle: silent connections.
        slow: bodies of a byte at a time.
        seconds: of good traffic before, and beside them.
    """
    failures = []
    room = str(idle + slow + 100)
    async with gateway(given, INGRESS__MAX_CONNECTIONS=room) as (serving, client):
        traffic = Traffic(serving.port, "beside")
        async with traffic.flowing():
            await asyncio.sleep(1)
            begun = time.monotonic()
            await asyncio.sleep(seconds)
            before, size_before = traffic.percentile(0.99, begun), serving.memory
            median_before = traffic.percentile(0.5, begun)
            async with crowd(serving.port, idle=idle, slow=slow):
                begun = time.monotonic()
                await asyncio.sleep(seconds)
                beside, median_beside = (
                    traffic.percentile(0.99, begun),
                    traffic.percentile(0.5, begun),
                )
                statuses, size = traffic.statuses(begun), serving.memory
                held = await client.metric("cstar_gateway_http_connections")
            await asyncio.sleep(1)
            size_after = serving.memory
        if statuses.keys() != {202}:
            failures.append(f"good senders met {dict(statuses)}")
        if held < idle:
            failures.append(f"only {held:.0f} connections were open")
        failures += faults_in(serving)
        accounted = await traffic.account(given.kafka.bootstrap_servers, given.prefix)
    return Row(
        fault="F29",
        name=f"{idle:,} idle connections, {slow} slow bodies",
        injected="connections that do nothing, and bodies of ten bytes a second",
        notes=(
            f"good traffic p50 {median_before:.1f} → {median_beside:.1f} ms, "
            f"p99 {before:.1f} → {beside:.1f} ms; memory {size_before / _MIB:.0f} → "
            f"{size / _MIB:.0f} MiB, {size_after / _MIB:.0f} when they had gone"
        ),
        failures=tuple(failures),
        **accounted,
    )


if __name__ == "__main__":
    sys.exit(asyncio.run(main(leave_at_every_byte, many_idle)))
