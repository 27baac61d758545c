"""The far sides of the HTTP edge: an intake that records, and a sender that speaks raw bytes."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from gateway.ingress.server import IngressServer, Limits
from gateway.metrics.telemetry import Telemetry
from gateway.pipeline.delivery import Delivery, Headers, read_hints
from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.verdict import Subject, Verdict
from gateway.pipeline.webhook import Webhook
from gateway.publication import Pending
from tests.waiting import until

__all__ = [
    "ACCEPTED",
    "Answer",
    "FakeIntake",
    "Listening",
    "Sender",
    "ledger",
    "listening",
    "post",
]

SIGNED = "X-Signature"
ACCEPTED = Verdict(Reason.ACKED, "evt_1", "ticket.created")
_WEBHOOK = Webhook("crm")


class FakeIntake:
    """Takes whatever carries an X-Signature.

    Attributes:
        proved: bodies that were brought to `prove`.
        taken: deliveries that were brought to `begin`.
        verdict: how each ends.
        open: cleared, deliveries are pending until it is set.
        fault: raised by `begin`.
    """

    def __init__(self) -> None:
        self.proved: list[bytes] = []
        self.taken: list[Delivery] = []
        self.verdict = ACCEPTED
        self.open = asyncio.Event()
        self.open.set()
        self.fault: Exception | None = None

    def prove(self, headers: Headers, body: bytes) -> Delivery:
        """Prove a request: it must be signed, with whatever."""
        self.proved.append(body)
        if not headers.getall(SIGNED, ()):
            raise Ended(Reason.SIGNATURE_MISSING)
        return Delivery(body, _WEBHOOK, 0, 0.0, 0, read_hints(headers))

    def begin(self, delivery: Delivery) -> Verdict | Pending:
        """Take a delivery when the gate is open."""
        self.taken.append(delivery)
        if self.fault is not None:
            raise self.fault
        if self.open.is_set():
            return self.verdict
        verdict = self.verdict
        word = asyncio.ensure_future(self._word(verdict.reason))
        subject = Subject(verdict.event_id, verdict.event_type)
        return Pending(word, verdict.reason, subject, asyncio.Future())

    async def _word(self, reason: Reason) -> Reason:
        await self.open.wait()
        return reason


class Answer(NamedTuple):
    """An answer as it was read off the wire."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        """Its body."""
        return json.loads(self.raw)

    @property
    def reason(self) -> str:
        """Why, where it is a problem."""
        assert self.headers["content-type"] == "application/problem+json"
        return str(self.json["reason"])

    @property
    def closes(self) -> bool:
        """Whether it says that the connection ends."""
        return self.headers.get("connection") == "close"


class Sender:
    """One TCP connection to the listener."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *parts: bytes) -> None:
        """Send bytes, each part in a segment of its own."""
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()
            if len(parts) > 1:
                await asyncio.sleep(0.005)

    async def answer(self, *, bodiless: bool = False) -> Answer:
        """Read one answer."""
        async with asyncio.timeout(15):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            version, status, _phrase = first.split(" ", 2)
            assert version == "HTTP/1.1"
            fields = [line.split(": ", 1) for line in lines]
            headers = {name.lower(): value for name, value in fields}
            assert len(headers) == len(fields)
            if int(status) == 100 or bodiless:
                return Answer(int(status), headers, b"")
            raw = await self.reader.readexactly(int(headers["content-length"]))
            return Answer(int(status), headers, raw)

    async def rest(self) -> bytes:
        """Read until the listener closes; return what came."""
        async with asyncio.timeout(15):
            try:
                return await self.reader.read()
            except ConnectionError:  # it closed while something was still being sent to it
                return b""

    async def close(self) -> None:
        """Leave."""
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except ConnectionError:
            return


class Listening:
    """A public listener with a fake intake behind it.

    Attributes:
        intake: behind it.
        server: itself.
        telemetry: counts.
        port: bound.
        unready: what the gateway says about itself.
        senders: every connection opened to it.
    """

    def __init__(self, limits: Limits) -> None:
        self.intake = FakeIntake()
        self.telemetry = Telemetry(topics=["cstar.tickets"], webhooks={"crm": 1})
        self.unready: Reason | None = None
        self.server = IngressServer(
            self.intake, self.telemetry, unready=lambda: self.unready, limits=limits
        )
        self.port = 0
        self.senders: list[Sender] = []

    async def connect(self, tls: ssl.SSLContext | None = None) -> Sender:
        """Open a connection; it is closed at the end of the test at the latest."""
        sender = Sender(*await asyncio.open_connection("127.0.0.1", self.port, ssl=tls))
        self.senders.append(sender)
        return sender

    async def exchange(self, *parts: bytes, tls: ssl.SSLContext | None = None) -> Answer:
        """Send bytes on a new connection and read the first answer; leave."""
        sender = await self.connect(tls)
        try:
            await sender.send(*parts)
            return await sender.answer()
        finally:
            await sender.close()

    def value(self, name: str, **labels: str) -> float | None:
        """Return a sample as Prometheus would see it."""
        return self.telemetry.collectors.get_sample_value(name, labels)

    @property
    def untouched(self) -> bool:
        """Whether nothing came so far as to be taken."""
        return not self.intake.taken


@asynccontextmanager
async def listening(tls: ssl.SSLContext | None = None, **limits: Any) -> AsyncIterator[Listening]:
    """Run a listener; at the end it drains and its ledger must balance."""
    held = Listening(Limits(**limits))
    held.port = await held.server.start("127.0.0.1", 0, tls=tls)
    try:
        yield held
    finally:
        held.intake.open.set()
        await held.server.drain(5)
        for sender in held.senders:
            await sender.close()
    await until(lambda: held.telemetry.ledger.in_flight == 0, within=10)
    counts = ledger(held.telemetry)
    assert counts.pop("received") == sum(counts.values())
    assert held.value("cstar_gateway_in_flight_deliveries") == 0
    assert held.value("cstar_gateway_in_flight_bytes") == 0
    assert held.value("cstar_gateway_http_connections") == 0


def ledger(telemetry: Telemetry) -> dict[str, int]:
    """Return deliveries by outcome, and `received`, as a scrape tells them."""
    counts: dict[str, int] = {}
    for family in telemetry.collectors.collect():
        for sample in family.samples:
            if sample.name == "cstar_gateway_deliveries_received_total":
                counts["received"] = int(sample.value)
            elif sample.name == "cstar_gateway_deliveries_total":
                outcome = sample.labels["outcome"]
                counts[outcome] = counts.get(outcome, 0) + int(sample.value)
    return counts


def post(
    body: bytes = b"{}",
    *,
    target: str = "/webhooks/cstar",
    method: str = "POST",
    version: str = "1.1",
    length: int | str | None = -1,
    headers: Sequence[str] = ("Content-Type: application/json",),
    signature: str | None = "t=1,v1=ab",
) -> bytes:
    """Return a request's bytes.

    Args:
        body: as it is.
        target: of the request line.
        method: of the request line.
        version: of HTTP.
        length: the Content-Length; -1 for the true one, None for none.
        headers: further lines.
        signature: the X-Signature; None for none.
    """
    lines = [f"{method} {target} HTTP/{version}", "Host: gateway.example"]
    if length is not None:
        lines.append(f"Content-Length: {len(body) if length == -1 else length}")
    if signature is not None:
        lines.append(f"{SIGNED}: {signature}")
    lines += headers
    return "\r\n".join((*lines, "", "")).encode("latin-1") + body
