"""Recovery: records of the output topics as the marks that were lost with their writer.

A process that is killed between Kafka's ack and its own mark leaves an event in Kafka that no
journal knows. The output topics do. May live here: what identity a record of them has. Pure.
"""

from collections.abc import Collection, Iterator

from msgspec import UNSET

from gateway.idempotency.identity import ANY_DATA, Digester, Identity
from gateway.pipeline.envelope import Envelope, read_envelope
from gateway.pipeline.reasons import Ended, Reason
from gateway.retrieval import Stored

__all__ = ["Recovery"]

_ALWAYS_BY_BODY = frozenset({Reason.TEAM_NOT_ALLOWED})
"""Reasons under which a delivery is claimed by its bytes though its envelope can be read."""


class Recovery:
    """Reads identities off records.

    Args:
        digester: the journal's.
        verbatim: topics whose values hold `data` as cStar sent it; elsewhere it may be rewritten,
            or not be there, and a mark made of it matches any data.
        quarantine: the topic of the quarantine.
    """

    def __init__(self, digester: Digester, verbatim: Collection[str], quarantine: str) -> None:
        self._digester = digester
        self._verbatim = frozenset(verbatim)
        self._quarantine = quarantine

    def identities(self, record: Stored) -> Iterator[Identity]:
        """Yield the identities under which the delivery of a record was claimed."""
        headers = dict(record.headers)
        if record.topic == self._quarantine:
            yield from self._quarantined(record, headers.get("cstar-reason", b""))
            return
        envelope = _envelope_of(record.value)
        if envelope is None:
            return  # somebody else writes to this topic, too
        identity = self._event(envelope)
        if record.topic not in self._verbatim:
            yield Identity(identity.key, ANY_DATA)
        elif headers.get("cstar-id-conflict") == b"true":
            yield self._digester.conflicting(identity)
        else:
            yield identity

    def _quarantined(self, record: Stored, reason: bytes) -> Iterator[Identity]:
        if not record.value:
            return
        by_body = reason.decode("ascii", "replace") in _ALWAYS_BY_BODY
        envelope = None if by_body else _envelope_of(record.value)
        yield self._event(envelope) if envelope else self._digester.body(record.value)

    def _event(self, envelope: Envelope) -> Identity:
        said = bytes(envelope.data) if envelope.data is not UNSET else b""
        return self._digester.event(envelope.team_id, envelope.id, said)


def _envelope_of(value: bytes) -> Envelope | None:
    try:
        return read_envelope(value)
    except Ended:
        return None
