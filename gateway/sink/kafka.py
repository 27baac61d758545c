"""Kafka: the sink that writes to a real cluster.

May live here: the port's face, put together from its parts. May not: their work.

```
KafkaSink ── Supervisor ─┬─ Publisher ── Queues ── Batch      records in, promises out
                         ├─ Producer                          one aiokafka producer, replaceable
                         ├─ Cluster ── Admin                  topics: there, cut, limits
                         └─ Reach                             in reach or not
```
"""

from collections.abc import Mapping, Sequence

from gateway.sink.observer import Silent, SinkObserver
from gateway.sink.settings import KafkaSettings, TopicSpec
from gateway.sink.supervisor import Supervisor

__all__ = ["KafkaSink"]


class KafkaSink:
    """Writes records with `acks=all`, each once, in order per key; see `gateway.publication.Sink`.

    Build it inside the running loop. Everything it needs of Kafka it connects to in the
    background: a cluster that is down makes it unready, never fail.

    Args:
        settings: how to reach Kafka and how much to hold for it.
        topics: every topic that records may name.
        observer: told of batches and producers; nobody by default.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        topics: Sequence[TopicSpec],
        observer: SinkObserver | None = None,
    ) -> None:
        self._settings = settings
        self._supervisor = Supervisor(settings, topics, observer or Silent())
        self._publisher = self._supervisor.publisher
        # The hot path: no frame of ours in between. A limit is from the topic's
        # `max.message.bytes`; where Kafka will not tell, from its default.
        self.publish = self._publisher.publish
        self.record_limit = self._supervisor.cluster.limits.record
        self._stopped = False

    @property
    def unready(self) -> str | None:
        """Why records cannot be taken now, for people; None when they can."""
        if self._publisher.refusal is not None:
            return self._publisher.refusal[1]
        missing = self._supervisor.cluster.missing
        if missing:
            listed = ", ".join(f"{topic} ({why})" for topic, why in missing.items())
            return f"Kafka lacks topics: {listed}"
        denied = self._supervisor.cluster.denied
        if denied:
            listed = ", ".join(f"{operations} on {topic}" for topic, operations in denied.items())
            return f"Kafka does not let us write: grant {listed}"
        return None

    @property
    def missing(self) -> Mapping[str, str]:
        """Topics that are not there as far as Kafka was asked, each with its word for why."""
        return self._supervisor.cluster.missing

    @property
    def queued_bytes(self) -> int:
        """Bytes not acked yet."""
        return self._publisher.queued_bytes

    @property
    def oldest_unacked(self) -> float:
        """Age of the oldest record not acked yet, seconds; 0 where there is none."""
        return self._publisher.queues.oldest_unacked

    @property
    def queue_limit(self) -> int:
        """Bytes above which `publish` raises `queue_full`."""
        return self._settings.queue_bytes

    async def start(self) -> None:
        """Begin connecting; return at once, also when Kafka is down."""
        self._supervisor.start()

    async def flush(self, within: float) -> bool:
        """Wait up to `within` seconds until all that was taken is settled; tell whether it is."""
        return await self._publisher.flush(within)

    async def stop(self, within: float) -> None:
        """Flush within `within` seconds, then abort hard: nothing is written afterwards."""
        if not self._stopped:
            self._stopped = True
            await self._supervisor.stop(within)
