"""The port to Kafka: a sink takes finished records and promises an answer.

May live here: the protocol of whoever takes records and the shape of its promise. May not: anything
of Kafka's client (`gateway.sink`) or of HTTP (`gateway.ingress`); both edges meet only here.
"""

from asyncio import Future, wait
from collections.abc import Sequence
from typing import Protocol, final

from gateway.pipeline.fact import Fact
from gateway.pipeline.reasons import Reason
from gateway.pipeline.record import Record
from gateway.pipeline.verdict import Subject, Verdict

__all__ = ["Ack", "Pending", "Publication", "Sink", "ending"]


class Ack(Fact, frozen=True):
    """Kafka's word that it has a batch (`acks=all`).

    Attributes:
        topic: where.
        partition: where.
        offset: of the batch's first record; -1 where the broker did not say.
    """

    topic: str
    partition: int
    offset: int


@final
class Publication:
    """What `Sink.publish` promises.

    Both futures end with the acks, or with the reason of failure; never with an exception, so
    that one result may be shared by all who wait for a batch. Neither may be cancelled: await
    them through `asyncio.shield` or `asyncio.wait`. Where both end with one word of Kafka's,
    `settled` ends first: the mark comes before the answer.

    Attributes:
        answer: settled by the publish deadline at the latest (`publish_timeout`); for requests.
        settled: the truth, however late; for the idempotency claims. A reason here means that
            Kafka definitely does not have the records, but for `outcome_unknown`: their producer
            was cut off, and only the topics themselves can tell.
    """

    __slots__ = ("answer", "settled")

    def __init__(
        self,
        answer: "Future[tuple[Ack, ...] | Reason]",
        settled: "Future[tuple[Ack, ...] | Reason]",
    ) -> None:
        self.answer = answer
        self.settled = settled


@final
class Pending:
    """A delivery on its way: how it ended, once its answer is there.

    Attributes:
        answer: see `Publication`; shared, so never to be cancelled.
        acked: what an ack is called.
        subject: which event it brings.
        settled: see `Publication`; of a twin, that of the same event's first delivery.
        detail: why it goes into the quarantine, for people; not for the answer.
    """

    __slots__ = ("acked", "answer", "detail", "settled", "subject")

    def __init__(
        self,
        answer: "Future[tuple[Ack, ...] | Reason] | Future[Reason]",
        acked: Reason,
        subject: Subject,
        settled: "Future[tuple[Ack, ...] | Reason]",
        detail: str = "",
    ) -> None:
        self.answer = answer
        self.acked = acked
        self.subject = subject
        self.settled = settled
        self.detail = detail

    def verdict(self) -> Verdict:
        """Return how the delivery ended; only once `answer` is done."""
        result = self.answer.result()
        return self.subject.verdict(result if isinstance(result, Reason) else self.acked)


async def ending(begun: Verdict | Pending) -> Verdict:
    """Return how a delivery ends, once it has."""
    if isinstance(begun, Verdict):
        return begun
    await wait((begun.answer,))  # not cancelled with us: others wait for it
    return begun.verdict()


class Sink(Protocol):
    """Where records go. One contract suite holds every implementation to it.

    `publish` raises `Ended` (`queue_full`, `kafka_unavailable`, `starting`, `draining`,
    `publish_timeout`) where it is known at once that the records cannot be taken: then none of
    them was, or will be, written. Records of one key keep the order of their `publish` calls.
    """

    def publish(self, records: Sequence[Record]) -> Publication:
        """Take all of the records, or raise `Ended` and take none."""

    def record_limit(self, topic: str) -> int:
        """Return the largest `Record.size` that the topic takes, in bytes."""

    @property
    def unready(self) -> str | None:
        """Why records cannot be taken now, for people; None when they can."""

    async def start(self) -> None:
        """Begin connecting; return at once, also when Kafka is down."""

    async def flush(self, within: float) -> bool:
        """Wait up to `within` seconds until all that was taken is settled; tell whether it is."""

    async def stop(self, within: float) -> None:
        """Flush within `within` seconds, then abort hard: nothing is written afterwards."""
