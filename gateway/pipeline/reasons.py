"""Every way a delivery can end: one total table of reasons.

May live here: the closed list of outcomes and reasons and what each means to the sender and to the
log. May not: decisions (the stage that finds a reason raises it) and HTTP or Kafka types.

```
Ended(Exception)           a stage ends the delivery, naming its reason
Reason                     why: the label of metrics and logs, the `reason` of an answer
 └─ Ending                 what follows from it: outcome, status, log level, retriable, title
     └─ Outcome            the six lines of the ledger
```
"""

from enum import StrEnum
from types import MappingProxyType
from typing import Literal, NamedTuple

__all__ = ["ENDINGS", "Ended", "Ending", "Level", "Outcome", "Reason"]

Level = Literal["debug", "info", "warning", "error"]


class Outcome(StrEnum):
    """The ledger: every received delivery ends in exactly one of these."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    FILTERED = "filtered"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"
    UNAVAILABLE = "unavailable"


class Reason(StrEnum):
    """Why a delivery ended as it did. Stable: scripts and alerts match on these words."""

    __hash__ = str.__hash__  # Enum's own is a call of Python; tables are keyed by reasons

    # accepted, duplicate, filtered
    ACKED = "acked"
    SEEN = "seen"
    TWIN = "twin"
    UNSUBSCRIBED = "unsubscribed"
    # quarantined
    BODY_NOT_JSON = "body_not_json"
    NESTING_TOO_DEEP = "nesting_too_deep"
    ENVELOPE_INVALID = "envelope_invalid"
    DATA_NOT_OBJECT = "data_not_object"
    FLAT_TOO_MANY_KEYS = "flat_too_many_keys"
    FLAT_TOO_LARGE = "flat_too_large"
    RECORD_TOO_LARGE = "record_too_large"
    TEAM_NOT_ALLOWED = "team_not_allowed"
    UNPROCESSABLE = "unprocessable"
    # rejected
    HTTP_MALFORMED = "http_malformed"
    PATH_NOT_FOUND = "path_not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    BODY_TIMEOUT = "body_timeout"
    BODY_INCOMPLETE = "body_incomplete"
    BODY_TOO_LARGE = "body_too_large"
    CONTENT_ENCODING = "content_encoding"
    CONTENT_TYPE = "content_type"
    EXPECTATION = "expectation"
    HEADERS_TOO_LARGE = "headers_too_large"
    SIGNATURE_MISSING = "signature_missing"
    SIGNATURE_REPEATED = "signature_repeated"
    SIGNATURE_MALFORMED = "signature_malformed"
    SIGNATURE_LEGACY = "signature_legacy"
    SIGNATURE_MISMATCH = "signature_mismatch"
    SIGNATURE_STALE = "signature_stale"
    SIGNATURE_FUTURE = "signature_future"
    # unavailable
    STARTING = "starting"
    DRAINING = "draining"
    JOURNAL_BEHIND = "journal_behind"
    OVERLOADED = "overloaded"
    QUEUE_FULL = "queue_full"
    KAFKA_UNAVAILABLE = "kafka_unavailable"
    KAFKA_REFUSED = "kafka_refused"
    OUTCOME_UNKNOWN = "outcome_unknown"
    PUBLISH_TIMEOUT = "publish_timeout"
    TWIN_FAILED = "twin_failed"
    INTERNAL_ERROR = "internal_error"


class Ending(NamedTuple):
    """What follows from a reason.

    Attributes:
        outcome: the ledger line.
        status: HTTP status of the answer.
        level: of the log; WARNING: nothing is lost, ERROR: loss, or a person is needed.
        retriable: whether the same bytes sent again may end otherwise.
        title: one sentence for people, shown in the answer.
    """

    outcome: Outcome
    status: int
    level: Level
    retriable: bool
    title: str


def _accepted(status: int, outcome: Outcome, title: str) -> Ending:
    return Ending(outcome, status, "debug", retriable=False, title=title)


def _quarantined(title: str, level: Level = "warning") -> Ending:
    return Ending(Outcome.QUARANTINED, 202, level, retriable=False, title=title)


def _rejected(status: int, title: str, *, retriable: bool = False) -> Ending:
    return Ending(Outcome.REJECTED, status, "info", retriable, title)


def _unavailable(title: str, level: Level = "warning") -> Ending:
    return Ending(Outcome.UNAVAILABLE, 503, level, retriable=True, title=title)


ENDINGS: MappingProxyType[Reason, Ending] = MappingProxyType(
    {
        Reason.ACKED: _accepted(202, Outcome.ACCEPTED, "Kafka has every record of the event."),
        Reason.SEEN: _accepted(200, Outcome.DUPLICATE, "The event was accepted before."),
        Reason.TWIN: _accepted(
            200, Outcome.DUPLICATE, "A twin of this delivery was in flight and Kafka now has it."
        ),
        Reason.UNSUBSCRIBED: _accepted(
            200, Outcome.FILTERED, "No subscription of this webhook wants this event type."
        ),
        Reason.BODY_NOT_JSON: _quarantined("The body is signed but cannot be read as UTF-8 JSON."),
        Reason.NESTING_TOO_DEEP: _quarantined("The body is nested deeper than the gateway reads."),
        Reason.ENVELOPE_INVALID: _quarantined("The envelope lacks a usable id, type or team_id."),
        Reason.DATA_NOT_OBJECT: _quarantined("The envelope's data is missing or not an object."),
        Reason.FLAT_TOO_MANY_KEYS: _quarantined("The flat form would have too many keys."),
        Reason.FLAT_TOO_LARGE: _quarantined("The flat form would be too large."),
        Reason.RECORD_TOO_LARGE: _quarantined("The record is larger than its topic takes."),
        Reason.TEAM_NOT_ALLOWED: _quarantined("The event's team is not one this webhook may send."),
        Reason.UNPROCESSABLE: _quarantined(
            "The gateway met a fault of its own in this event.", "error"
        ),
        Reason.HTTP_MALFORMED: _rejected(400, "The request is not well-formed HTTP."),
        Reason.PATH_NOT_FOUND: _rejected(404, "Deliveries go to POST /webhooks/cstar."),
        Reason.METHOD_NOT_ALLOWED: _rejected(405, "Deliveries are sent with POST."),
        Reason.BODY_TIMEOUT: _rejected(408, "The body did not arrive in time.", retriable=True),
        Reason.BODY_INCOMPLETE: _rejected(400, "The body ended early.", retriable=True),
        Reason.BODY_TOO_LARGE: _rejected(413, "The body is larger than the gateway takes."),
        Reason.CONTENT_ENCODING: _rejected(415, "The body must not be compressed or encoded."),
        Reason.CONTENT_TYPE: _rejected(415, "The body must be application/json."),
        Reason.EXPECTATION: _rejected(417, "The only expectation met is 100-continue."),
        Reason.HEADERS_TOO_LARGE: _rejected(431, "The request's headers are too large."),
        Reason.SIGNATURE_MISSING: _rejected(401, "The X-Signature header is missing."),
        Reason.SIGNATURE_REPEATED: _rejected(401, "There must be exactly one X-Signature header."),
        Reason.SIGNATURE_MALFORMED: _rejected(
            401, "X-Signature must read t=<unix seconds>,v1=<64 hex digits>."
        ),
        Reason.SIGNATURE_LEGACY: _rejected(
            401, "The sha256= form of X-Signature is not accepted here."
        ),
        Reason.SIGNATURE_MISMATCH: _rejected(401, "The signature does not match the body."),
        Reason.SIGNATURE_STALE: _rejected(401, "The signature is too old.", retriable=True),
        Reason.SIGNATURE_FUTURE: _rejected(
            401, "The signature is from the future.", retriable=True
        ),
        Reason.STARTING: _unavailable("The gateway is starting.", "info"),
        Reason.DRAINING: _unavailable("The gateway is shutting down.", "info"),
        Reason.JOURNAL_BEHIND: _unavailable(
            "What other replicas accepted is not known here, for the moment."
        ),
        Reason.OVERLOADED: _unavailable("The gateway has as many requests as it may hold."),
        Reason.QUEUE_FULL: _unavailable("The queue to Kafka is full."),
        Reason.KAFKA_UNAVAILABLE: _unavailable("Kafka cannot be reached."),
        Reason.KAFKA_REFUSED: _unavailable("Kafka refused the record.", "error"),
        Reason.OUTCOME_UNKNOWN: _unavailable(
            "Kafka may or may not have the event, which is being looked up."
        ),
        Reason.PUBLISH_TIMEOUT: _unavailable("Kafka did not acknowledge in time."),
        Reason.TWIN_FAILED: _unavailable("A twin of this delivery was in flight and failed."),
        Reason.INTERNAL_ERROR: _unavailable("The gateway met an unexpected fault.", "error"),
    }
)


class Ended(Exception):  # noqa: N818 - an ending, not always an error
    """A stage ends the delivery here.

    Attributes:
        reason: the row of `ENDINGS` that answers it.
        detail: what was found and where, for people; never the body, never a secret.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
