"""Acts: what is done to a stage, and which alerts must fire for it."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple

from gateway.simulator.change import Change
from gateway.simulator.occurrence import Occurrence, happen
from tests.observability.stage import Stage
from tests.sink.rigs import alter_topic

__all__ = ["ACTS", "ODD", "Act"]


class Act(NamedTuple):
    """One fault.

    Attributes:
        fault: in words.
        alerts: those it is for.
        play: does it, and undoes it.
    """

    fault: str
    alerts: tuple[str, ...]
    play: Callable[[Stage], Awaitable[None]]


def _changed(event_type: str, *path: str, value: object) -> Occurrence:
    return happen(event_type, changes=(Change(path, value),))


async def _sixth_attempt(stage: Stage) -> None:
    await stage.traffic.deliver(happen("ticket.created"), attempt=6)


async def _unusable(stage: Stage) -> None:
    await stage.traffic.deliver(b"this is no JSON")


async def _unheard_of(stage: Stage) -> None:
    await stage.traffic.deliver(happen("robot.awoken"))


async def _drifted(stage: Stage) -> None:
    await stage.traffic.deliver(_changed("ticket.created", "data", "ticket", value=7))


async def _other_header(stage: Stage) -> None:
    await stage.traffic.deliver(happen("ticket.created"), X_Event_ID="evt_of_another")


async def _other_data(stage: Stage) -> None:
    first = happen("customer.deleted")
    changes = (Change(("id",), first.id), Change(("data", "customer", "id"), "cus_other"))
    await stage.traffic.deliver(first)
    await stage.traffic.deliver(happen("customer.deleted", changes=changes))


async def _wrong_secret(stage: Stage) -> None:
    for _ in range(60):
        await stage.traffic.deliver(happen("ticket.created"), secret="whsec_" + "9" * 32)
        await asyncio.sleep(0.1)


async def _wrong_clock(stage: Stage) -> None:
    for _ in range(120):
        await stage.traffic.deliver(happen("ticket.created"), skew=-90)
        await asyncio.sleep(0.05)


async def _spoilt_secret(stage: Stage) -> None:
    good = stage.secret.read_text()
    stage.secret.write_text("")
    await asyncio.sleep(10)
    stage.secret.write_text(good)


async def _no_tls(stage: Stage) -> None:
    port = stage.replicas[1].client.port
    for _ in range(60):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        with suppress(OSError):
            await reader.read()
        writer.close()
        await asyncio.sleep(0.1)


async def _slow_broker(stage: Stage) -> None:
    for _ in range(6):
        stage.kafka.pause()
        await asyncio.sleep(2.5)
        stage.kafka.resume()
        await asyncio.sleep(1.5)


async def _crowd(stage: Stage) -> None:
    """More deliveries than connections, none of which ends before the broker wakes up."""
    stage.kafka.pause()
    await asyncio.gather(
        *(stage.traffic.deliver(happen("ticket.created")) for _ in range(250)),
        _woken_after(stage, 2.0),
    )


async def _woken_after(stage: Stage, seconds: float) -> None:
    await asyncio.sleep(seconds)
    stage.kafka.resume()


async def _full_queue(stage: Stage) -> None:
    """The broker freezes while large events come: the queue fills before it is out of reach."""
    large = "x" * 60_000
    stage.kafka.pause()
    urls = [replica.url for replica in stage.replicas]
    deliveries = [
        stage.traffic.deliver(
            _changed("customer.deleted", "data", "padding", value=large), url, attempt=7
        )
        for url in urls
        for _ in range(70)
    ]
    await asyncio.gather(*deliveries)
    await asyncio.sleep(20)
    stage.kafka.resume()


async def _frozen_replica(stage: Stage) -> None:
    command = stage.replicas[0].command
    for _ in range(2):
        command.signal(signal.SIGSTOP)
        await asyncio.sleep(11)
        command.signal(signal.SIGCONT)
        await asyncio.sleep(2.5)


async def _refused(stage: Stage) -> None:
    """A topic takes no time stamp that is a millisecond old."""
    topic = f"{stage.prefix}.tickets"
    servers = stage.kafka.bootstrap_servers
    await alter_topic(servers, topic, message_timestamp_before_max_ms="1")
    await asyncio.sleep(14)
    await alter_topic(servers, topic)


async def _stalled_loop(stage: Stage) -> None:
    stage.arm("stalled")
    await asyncio.sleep(16)
    stage.arm("stalled", on=False)


async def _forgotten(stage: Stage) -> None:
    stage.arm("forgetful")
    await asyncio.sleep(8)


async def _little_memory(stage: Stage) -> None:
    stage.arm("small")
    await asyncio.sleep(14)


async def _cold_start(stage: Stage) -> None:
    stage.arm("deaf")
    async with stage.replica(wait=False) as cold:
        await cold.client.wait_ready()
        for _ in range(20):
            old = _changed("ticket.created", "created_at", value="2026-04-27T18:42:11.000Z")
            await stage.traffic.deliver(old, cold.url)
            await asyncio.sleep(0.5)
    stage.arm("deaf", on=False)


async def _silence(stage: Stage) -> None:
    await stage.traffic.stop()
    await asyncio.sleep(68)


async def _gone(stage: Stage) -> None:
    for replica in stage.replicas:
        await replica.command.end()
    await asyncio.sleep(7)


def _named(*names: str) -> tuple[str, ...]:
    return tuple(f"CstarGateway{name}" for name in names)


ODD = (
    Act("a delivery says that it is attempt 6", _named("EventsAboutToBeLost"), _sixth_attempt),
    Act("a signed body is no JSON", _named("QuarantineGrowing"), _unusable),
    Act("an event of a type that nobody knows", _named("UnknownTypes"), _unheard_of),
    Act("a field is of another type", _named("ContractDrift"), _drifted),
    Act("X-Event-ID is another than the body's", _named("HeaderMismatch"), _other_header),
    Act("an id comes again with other data", _named("IdConflicts"), _other_data),
)
"""Single deliveries: each is seen at once."""

ACTS = (
    *ODD,
    Act("60 deliveries signed with another secret", _named("SignaturesFailing"), _wrong_secret),
    Act("120 deliveries signed 90 s ago", _named("ClockSkew"), _wrong_clock),
    Act("a secret's file is emptied", _named("SecretStale"), _spoilt_secret),
    Act("60 connections that speak no TLS", _named("TlsHandshakesFailing"), _no_tls),
    Act(
        "the broker stands still for 2.5 s, six times",
        _named("AckTimeBurnsFast", "AckTimeBurnsSlow"),
        _slow_broker,
    ),
    Act(
        "the broker stands still for 2 s; 250 deliveries at once to one replica, which takes 100",
        _named("ConnectionsRefused"),
        _crowd,
    ),
    Act(
        "the broker freezes for half a minute; 140 large deliveries of attempt 7 at once",
        _named(
            "QueueNearLimit",
            "KafkaDisconnected",
            "NotReady",
            "AvailabilityBurnsFast",
            "AvailabilityBurnsSlow",
            "EventsLost",
        ),
        _full_queue,
    ),
    Act("a replica freezes for 11 s, twice", _named("JournalBehind"), _frozen_replica),
    Act(
        "a topic refuses every record for 14 s",
        _named("KafkaRefuses", "ProducerReplacedOften"),
        _refused,
    ),
    Act("the event loop blocks for 0.7 s, again and again", _named("LoopStalled"), _stalled_loop),
    Act("an ending is not counted", _named("LedgerUnbalanced"), _forgotten),
    Act("memory has room for 50 ids", _named("WindowTooShort"), _little_memory),
    Act(
        "a replica starts that cannot read the journal, and takes events from before",
        _named("JournalCold", "PossibleDuplicates"),
        _cold_start,
    ),
    Act("nothing is sent for 68 s", _named("Silence"), _silence),
    Act("every replica is killed", _named("Absent"), _gone),
)
"""All of them, in the order they are played: the last leave nothing standing."""
