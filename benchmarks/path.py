"""Path: one intake with all it needs, over the sink in memory.

Put together as `gateway.engine` does, metrics on.
"""

import time

from msgspec import UNSET

from gateway.idempotency.claims import Claims, Standing
from gateway.idempotency.identity import Digester, Identity
from gateway.idempotency.marks import MemoryMarks
from gateway.idempotency.window import Window
from gateway.intake import Intake
from gateway.metrics.telemetry import Telemetry
from gateway.pipeline.envelope import Envelope
from gateway.pipeline.routes import Router, Topics
from gateway.pipeline.signature import Keyring, SigningKey
from gateway.pipeline.webhook import Webhook
from gateway.simulator import DEV_SECRET
from gateway.sink.memory import MemorySink

__all__ = ["Path"]

_WINDOW_SECONDS = 33 * 3600
_WINDOW_BYTES = 256 << 20


class Path:
    """The way of a delivery, without either edge.

    Attributes:
        intake: its beginning.
        claims: which events are known.
        router: where events go.
        sink: its end.
    """

    def __init__(self) -> None:
        topics = Topics("bench")
        self.sink = MemorySink()
        self.sink.refusal = None
        self.router = Router(topics)
        self._digester = Digester()
        self.claims = Claims(
            Window(_WINDOW_SECONDS, _WINDOW_BYTES), MemoryMarks(), self._digester, time.time
        )
        telemetry = Telemetry(topics=topics.categories, webhooks={"bench": 1})
        self.intake = Intake(
            keyring=Keyring([SigningKey(DEV_SECRET.encode(), Webhook("bench"), 0)]),
            tolerance=300.0,
            router=self.router,
            sink=self.sink,
            claims=self.claims,
            digester=self._digester,
            complete_since=lambda: 0.0,
            twin_timeout=7.0,
            observer=telemetry.deliveries,
            clock=time.time,
        )

    def identity(self, envelope: Envelope) -> Identity:
        """Return an event's identity."""
        said = bytes(envelope.data) if envelope.data is not UNSET else b""
        return self._digester.event(envelope.team_id, envelope.id, said)

    def look(self, envelope: Envelope) -> Standing:
        """Return where an event stands."""
        return self.claims.look(self.identity(envelope))
