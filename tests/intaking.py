"""An intake over the in-memory sink, with a clock that tests turn."""

import json
from typing import Any

from gateway.idempotency.claims import Claims
from gateway.idempotency.identity import Digester
from gateway.idempotency.marks import MemoryMarks
from gateway.idempotency.window import Window
from gateway.intake import Intake
from gateway.pipeline.routes import Route, Router, Topics
from gateway.pipeline.signature import Keyring, SigningKey
from gateway.pipeline.verdict import Verdict
from gateway.pipeline.webhook import Webhook
from gateway.publication import ending
from gateway.sink.memory import MemorySink
from tests.signing import SECRET, headers_of

__all__ = ["NOW", "Noticed", "Setting", "event"]

NOW = 1_777_315_331.0  # 2026-04-27T18:42:11Z, the document's own moment


class Noticed:
    """Remembers what an intake noticed, as (name, *arguments)."""

    def __init__(self) -> None:
        self.all: list[tuple[object, ...]] = []

    def signature_matched(self, webhook: str, index: int, skew: float | None) -> None:
        """Remember."""
        self.all.append(("signature_matched", webhook, index, skew))

    def attempt(self, number: int | None) -> None:
        """Remember."""
        self.all.append(("attempt", number))

    def duplicate(self, age: float) -> None:
        """Remember."""
        self.all.append(("duplicate", age))

    def header_mismatch(self, header: str) -> None:
        """Remember."""
        self.all.append(("header_mismatch", header))

    def drift(self, event_type: str, kind: str) -> None:
        """Remember."""
        self.all.append(("drift", event_type, str(kind)))

    def late(self) -> None:
        """Remember."""
        self.all.append(("late",))

    def id_conflict(self) -> None:
        """Remember."""
        self.all.append(("id_conflict",))

    def possible_duplicate(self) -> None:
        """Remember."""
        self.all.append(("possible_duplicate",))


class Setting:
    """An intake with all it needs.

    Args:
        webhook: whose secret is `tests.signing.SECRET`.
        routes: copies.
        sink: where records go; a fresh one with six partitions by default.
        twin_timeout: seconds.
    """

    def __init__(
        self,
        webhook: Webhook | None = None,
        routes: tuple[Route, ...] = (),
        sink: MemorySink | None = None,
        twin_timeout: float = 5.0,
    ) -> None:
        self.now = NOW
        self.complete_since = 0.0
        self.noticed = Noticed()
        self.sink = sink or MemorySink()
        self.sink.refusal = None
        digester = Digester()
        window = Window(33 * 3600, 64 << 20)
        self.claims = Claims(window, MemoryMarks(), digester, lambda: self.now)
        self.intake = Intake(
            keyring=Keyring([SigningKey(SECRET.encode(), webhook or Webhook("crm"), 0)]),
            tolerance=300.0,
            router=Router(Topics("cstar"), routes),
            sink=self.sink,
            claims=self.claims,
            digester=digester,
            complete_since=lambda: self.complete_since,
            twin_timeout=twin_timeout,
            observer=self.noticed,
            clock=lambda: self.now,
        )

    async def send(self, body: bytes | dict[str, Any], **headers: str) -> Verdict:
        """Sign a body as cStar does now, prove it and take it."""
        if isinstance(body, dict):
            body = json.dumps(body).encode()
        signed = headers_of(body, int(self.now), **headers)
        return await ending(self.intake.begin(self.intake.prove(signed, body)))


def event(**fields: Any) -> dict[str, Any]:
    """Return a good event with some fields replaced."""
    return {
        "id": "evt_1",
        "type": "customer.deleted",
        "created_at": "2026-04-27T18:42:11.000Z",
        "team_id": "team_1",
        "data": {"id": "cus_1"},
    } | fields
