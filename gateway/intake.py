"""Intake: one delivery from signed bytes to its ending. The story of the product, in one file.

`prove`, then `begin`; or, for what the quarantine kept, `replay`. No HTTP and no Kafka here:
whoever has signed bytes comes this way, and whoever keeps the contract of `Sink` may stand at its
end.

Nothing is awaited on the way: a delivery has its verdict at once, or is `Pending` on Kafka's word,
so that a thousand of them need neither a task nor a future each.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, final

from msgspec import UNSET

from gateway.assembly import Assembly, IntakeObserver
from gateway.events.catalogue import OTHER, label_of
from gateway.idempotency.claims import Claims, Settled, Standing
from gateway.idempotency.identity import Digester, Identity
from gateway.pipeline.delivery import Delivery, Headers, verify
from gateway.pipeline.envelope import Envelope, read_envelope
from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.record import Record
from gateway.pipeline.routes import Destination, Router
from gateway.pipeline.signature import Keyring
from gateway.pipeline.verdict import Subject, Verdict
from gateway.publication import Pending, Sink, ending

__all__ = ["Intake"]

# Looked up once: an enum's members cost as much as a call, an imported name as much as an object.
_ACKED: Final = Reason.ACKED
_UNSET: Final = UNSET


@final
class Intake:
    """Takes deliveries.

    Args:
        keyring: the secrets that may sign.
        tolerance: how far a signature's time may be off, seconds.
        router: where events go.
        sink: takes the records.
        claims: which events are known.
        digester: makes identities, under the key of the marks.
        complete_since: from when on the idempotency window is complete, seconds since the epoch.
        twin_timeout: how long a twin in flight is waited for, seconds.
        observer: counts.
        clock: seconds since the epoch.
    """

    def __init__(  # noqa: PLR0913 - the parts of the path, each named
        self,
        *,
        keyring: Keyring,
        tolerance: float,
        router: Router,
        sink: Sink,
        claims: Claims,
        digester: Digester,
        complete_since: Callable[[], float],
        twin_timeout: float,
        observer: IntakeObserver,
        clock: Callable[[], float],
    ) -> None:
        self.keyring = keyring
        self._tolerance = tolerance
        self._router = router
        self._sink = sink
        self._claims = claims
        self._digester = digester
        self._twin_timeout = twin_timeout
        self._observer = observer
        self._clock = clock
        self._assembly = Assembly(sink, router.topics.quarantine, complete_since, observer)

    def prove(self, headers: Headers, body: bytes) -> Delivery:
        """Prove a request's signature.

        Raises:
            Ended: one of the `signature_*` reasons; nothing has been touched.
        """
        delivery = verify(headers, body, self.keyring, now=self._clock(), tolerance=self._tolerance)
        signed_at = delivery.signed_at
        self._observer.signature_matched(
            delivery.webhook.name,
            delivery.key_index,
            delivery.arrived_at - signed_at if signed_at is not None else None,
        )
        self._observer.attempt(delivery.hints.attempt)
        return delivery

    def begin(self, delivery: Delivery) -> Verdict | Pending:
        """Bring a proved delivery to its ending, as far as that can be without waiting.

        It ends with an ack, as a duplicate, in the quarantine, or with a 503.
        """
        try:
            envelope = read_envelope(delivery.body)
        except Ended as fault:
            return self._quarantine(delivery, None, fault, Subject(None, OTHER))
        subject = Subject(envelope.id, label_of(envelope.type))
        teams = delivery.webhook.teams
        if teams and envelope.team_id not in teams:
            stranger = Ended(Reason.TEAM_NOT_ALLOWED, f"team {envelope.team_id}")
            return self._quarantine(delivery, envelope, stranger, subject)
        destinations = self._router.destinations(envelope.type, delivery.webhook)
        if not destinations:
            return subject.verdict(Reason.UNSUBSCRIBED)
        standing = self._claims.look(self._identity(envelope))
        if standing.known:
            return self._share(standing, subject)
        try:
            records = self._assembly.records(
                delivery, envelope, destinations, conflict=standing.conflict
            )
        except Ended as fault:
            record = self._assembly.quarantined(delivery, envelope, fault)
            return self._publish(standing, (record,), fault.reason, subject, detail=fault.detail)
        return self._publish(standing, records, _ACKED, subject)

    def _quarantine(
        self, delivery: Delivery, envelope: Envelope | None, fault: Ended, subject: Subject
    ) -> Verdict | Pending:
        """Quarantine what may not claim an event's identity: the bytes are their own."""
        standing = self._claims.look(self._digester.body(delivery.body))
        if standing.known:
            return self._share(standing, subject)
        record = self._assembly.quarantined(delivery, envelope, fault)
        return self._publish(standing, (record,), fault.reason, subject, detail=fault.detail)

    def judge(self, delivery: Delivery) -> Verdict:
        """Tell how `replay` would end if nothing were known of the event; publish nothing."""
        try:
            envelope = read_envelope(delivery.body)
            destinations = self._wanted(delivery, envelope)
            self._assembly.records(delivery, envelope, destinations, conflict=False)
        except Ended as fault:
            return Verdict(fault.reason, detail=fault.detail)
        return Verdict(Reason.ACKED, envelope.id, label_of(envelope.type))

    async def replay(self, delivery: Delivery) -> Verdict:
        """Bring what the quarantine kept to its ending: an ack, a duplicate, filtered, or a 503.

        What is still unusable ends with a quarantine's reason, and nothing is written. That the
        event's own identity is marked says nothing here: its quarantine marked it. Whoever calls
        has looked into the event's topics; what is known here are other replays, and what is in
        flight.
        """
        try:
            envelope = read_envelope(delivery.body)
        except Ended as fault:
            return Verdict(fault.reason, detail=fault.detail)
        subject = Subject(envelope.id, label_of(envelope.type))
        try:
            return await ending(self._replay_event(delivery, envelope, subject))
        except Ended as fault:
            return subject.verdict(fault.reason, fault.detail)

    def _replay_event(
        self, delivery: Delivery, envelope: Envelope, subject: Subject
    ) -> Verdict | Pending:
        destinations = self._wanted(delivery, envelope)
        identity = self._identity(envelope)
        own = self._claims.look(identity)
        again = self._claims.look(self._digester.replayed(identity))
        if again.known:
            return self._share(again, subject)
        if own.twin is not None:  # the event itself: nothing is quarantined where replays run
            return self._share(own, subject)
        records = self._assembly.records(delivery, envelope, destinations, conflict=own.conflict)
        also = None if own.known else own.identity
        return self._publish(again, records, Reason.ACKED, subject, also=also)

    def _wanted(self, delivery: Delivery, envelope: Envelope) -> tuple[Destination, ...]:
        """Return where an event goes; raises `Ended` where it may not, or nobody wants it."""
        teams = delivery.webhook.teams
        if teams and envelope.team_id not in teams:
            raise Ended(Reason.TEAM_NOT_ALLOWED, f"team {envelope.team_id}")
        destinations = self._router.destinations(envelope.type, delivery.webhook)
        if not destinations:
            raise Ended(Reason.UNSUBSCRIBED)
        return destinations

    def _identity(self, envelope: Envelope) -> Identity:
        said = envelope.data
        return self._digester.event(
            envelope.team_id, envelope.id, said if said is not _UNSET else b""
        )

    def _publish(
        self,
        standing: Standing,
        records: Sequence[Record],
        reason: Reason,
        subject: Subject,
        *,
        also: Identity | None = None,
        detail: str = "",
    ) -> Verdict | Pending:
        """Hand records to the sink; `reason` is what an ack is called.

        What is held is the standing's identity, and `also`.
        """
        try:
            publication = self._sink.publish(records)
        except Ended as refusal:
            return subject.verdict(refusal.reason, refusal.detail)
        settled = publication.settled
        self._claims.hold(standing.identity, settled)
        if also is not None:
            self._claims.hold(also, settled)
        return Pending(publication.answer, reason, subject, settled, detail)

    def _share(self, standing: Standing, subject: Subject) -> Verdict | Pending:
        """Answer as the event's first delivery was, or will be, answered."""
        twin = standing.twin
        if twin is None:
            self._observer.duplicate(max(0.0, self._clock() - (standing.seen_at or 0)))
            return subject.verdict(Reason.SEEN)
        waiting = asyncio.ensure_future(self._wait_for_twin(twin))
        return Pending(waiting, Reason.TWIN, subject, twin)

    async def _wait_for_twin(self, twin: Settled) -> Reason:
        await asyncio.wait((twin,), timeout=self._twin_timeout)
        acked = twin.done() and not isinstance(twin.result(), Reason)
        return Reason.TWIN if acked else Reason.TWIN_FAILED
