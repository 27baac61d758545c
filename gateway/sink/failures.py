"""Failures: what an error of aiokafka means for the records of a batch.

May live here: the one mapping from the client's exceptions to our reasons. May not: reactions (the
publisher settles, the supervisor replaces).

```
KafkaError
 ├─ REFUSALS             the broker looked at the batch and turned it away before appending
 ├─ sequence errors      a gap: an earlier batch of the producer failed there
 └─ all else             nobody can say
```
"""

from typing import NamedTuple

from aiokafka import errors

from gateway.pipeline.reasons import Reason

__all__ = ["KINDS", "REFUSALS", "Failure", "classify"]

REFUSALS: dict[type[BaseException], str] = {
    errors.MessageSizeTooLargeError: "too_large",
    errors.RecordListTooLargeError: "too_large",
    errors.TopicAuthorizationFailedError: "not_authorized",
    errors.ClusterAuthorizationFailedError: "not_authorized",
    errors.CorruptRecordException: "invalid",
    errors.InvalidTimestampError: "invalid",
    errors.InvalidTopicError: "invalid",
    errors.InvalidRequiredAcksError: "invalid",
    errors.UnsupportedForMessageFormatError: "invalid",
    errors.UnsupportedVersionError: "invalid",
    errors.PolicyViolationError: "invalid",
    errors.OutOfOrderSequenceNumber: "sequence",
    errors.UnknownProducerId: "sequence",
    errors.InvalidProducerIdMapping: "sequence",
    errors.ProducerFenced: "sequence",
}
"""Errors with which the broker says that it did not append the batch (`ReplicaManager`,
`LogValidator`, `ProducerStateManager` check before they append)."""

KINDS = frozenset({*REFUSALS.values(), "unknown", "unsent"})
"""Every kind of failure: the closed label set of metrics.

`unknown`: nobody can say whether Kafka has the batch; `unsent`: it was given up before it was sent.
"""


class Failure(NamedTuple):
    """What became of a batch that failed.

    Attributes:
        reason: how its records end.
        kind: the label of metrics and logs, of `KINDS`.
    """

    reason: Reason
    kind: str


def classify(error: BaseException, attempts: int) -> Failure:
    """Return what `error` means for a batch that was sent `attempts` times.

    Only a refusal of the first attempt is Kafka's word that it does not have the batch: before a
    later one, an append may have happened whose reply was lost.
    """
    kind = REFUSALS.get(type(error), "unknown")
    refused = kind != "unknown" and attempts <= 1
    return Failure(Reason.KAFKA_REFUSED if refused else Reason.OUTCOME_UNKNOWN, kind)
