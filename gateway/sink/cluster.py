"""Cluster: what Kafka looks like now, surveyed over and over, and the queues shaped after it.

May live here: which of our topics are there, and what follows for queues. May not: producers'
lives (`supervisor`).
"""

import asyncio
from collections.abc import Sequence

import structlog

from gateway.pipeline.reasons import Reason
from gateway.sink.limits import Limits
from gateway.sink.producer import Producer
from gateway.sink.publisher import Publisher
from gateway.sink.queues import Queue
from gateway.sink.settings import KafkaSettings, TopicSpec
from gateway.sink.topics import Admin, TopicView

__all__ = ["Cluster"]

_log = structlog.get_logger(__name__)
_COMING = "created a moment ago"

_GONE_AFTER = 3  # surveys in a row; one broker's metadata may lag
_LIMITS_EVERY = 30  # surveys


class Cluster:
    """Knows the topics of Kafka that are ours, on a connection apart from the producer's.

    Attributes:
        missing: topics that are not there, each with the reason as far as Kafka tells it.
        denied: topics that we may not write to, each with the operations to grant.
        limits: what they take.
    """

    def __init__(
        self, settings: KafkaSettings, specs: Sequence[TopicSpec], publisher: Publisher
    ) -> None:
        self._settings = settings
        self._specs = {spec.name: spec for spec in specs}
        self._publisher = publisher
        self._admin: Admin | None = None
        self._surveys = 0
        self._absent: dict[str, int] = {}
        self.missing: dict[str, str] = {}
        self.denied: dict[str, str] = {}
        self.limits = Limits()

    @property
    def present(self) -> list[str]:
        """Those of our topics that are there."""
        return [name for name in self._specs if name not in self.missing]

    async def survey(
        self, within: float, producer: Producer | None, *, afresh: bool = False
    ) -> None:
        """Look at all topics once, create what is missing where we may, shape the queues.

        Args:
            within: seconds it may take.
            producer: whose batches for deleted partitions are given up.
            afresh: ask for the topics' limits, too, though they are known.

        Raises:
            KafkaError, OSError, TimeoutError: Kafka did not answer `within` seconds.
        """
        try:
            async with asyncio.timeout(within):
                view = await self._look(afresh=afresh)
        except BaseException:
            await self.close()
            raise
        self._note_missing(view.missing)
        self._note_denied(view.denied)
        queues = self._publisher.queues
        queues.missing = frozenset(view.missing)
        queues.denied = frozenset(view.denied)
        limits = {topic: self.limits.batch(topic) for topic in view.partitions}
        gone = queues.shape(view.partitions, limits)
        for topic in self._specs:
            self._absent[topic] = self._absent.get(topic, 0) + 1 if topic in view.missing else 0
        gone += queues.of_topics(
            name for name, times in self._absent.items() if times >= _GONE_AFTER
        )
        self._give_up(gone, producer)

    async def _look(self, *, afresh: bool) -> TopicView:
        if self._admin is None:
            self._admin = Admin(self._settings)
            await self._admin.start()
        admin = self._admin
        view = await admin.view(list(self._specs))
        if view.missing and self._settings.create_topics:
            refused = await admin.create([self._specs[name] for name in view.missing])
            view = await admin.view(list(self._specs))
            view.missing.update({name: refused.get(name, _COMING) for name in view.missing})
        self._surveys += 1
        known = self.limits.known(view.partitions)
        if afresh or not known or self._surveys % _LIMITS_EVERY == 0:
            self.limits.learn(await admin.record_limits(list(view.partitions)))
        return view

    def _note_missing(self, missing: dict[str, str]) -> None:
        if missing != self.missing:
            if set(missing.values()) == {_COMING}:
                _log.info("kafka topics created", topics=len(missing))
            elif missing:
                _log.error("kafka topics missing", topics=missing)
            else:
                _log.info("kafka topics complete", topics=len(self._specs))
        self.missing = missing

    def _note_denied(self, denied: dict[str, str]) -> None:
        if denied and denied != self.denied:
            _log.error("kafka topics denied", grant=denied)
        self.denied = denied

    def _give_up(self, gone: list[Queue], producer: Producer | None) -> None:
        stale = [queue for queue in gone if not queue.idle]
        if not stale:
            return
        _log.warning("kafka partitions deleted", partitions=[str(each.partition) for each in stale])
        self._publisher.discard(stale, Reason.KAFKA_UNAVAILABLE)
        if producer is not None:
            producer.withdraw([queue.partition for queue in stale])

    async def close(self) -> None:
        """Disconnect, at once."""
        admin, self._admin = self._admin, None
        if admin is not None:
            await admin.close()
