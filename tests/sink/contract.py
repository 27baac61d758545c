"""The contract of `gateway.publication.Sink`, as a suite that every sink is held to.

A subclass tells how to open a rig; the rig tells how to make its Kafka slow or unwilling.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol

import pytest

from gateway.pipeline.reasons import Ended, Reason
from gateway.pipeline.record import Record
from gateway.publication import Ack, Publication, Sink

__all__ = ["PARTITIONS", "Rig", "SinkContract", "Stored", "acked", "record"]

PARTITIONS = 6
_SECONDS = 30.0


class Stored(NamedTuple):
    """A record as a consumer reads it."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
    timestamp_ms: int


class Rig(Protocol):
    """A started sink, its topics, and what stands behind it."""

    topic: str
    other: str

    @property
    def sink(self) -> Sink:
        """The sink."""

    async def read(self, topic: str) -> list[Stored]:
        """Return what the topic holds, partition by partition."""

    async def hold(self) -> None:
        """Have nothing acked until `release`."""

    async def release(self) -> None:
        """Have everything acked again."""

    async def refuse(self) -> None:
        """Have records of 4 KiB and more refused until `heal`."""

    async def heal(self) -> None:
        """Have them taken again."""


def record(topic: str, key: bytes | None = b"team_1", value: bytes = b"{}") -> Record:
    """Return a record like those of the pipeline.

    Its time is now, as theirs is: a broker that restarts forgets producers whose last record is
    older than a day (`producer.id.expiration.ms`), and with them what it would dedupe by.
    """
    now = int(time.time() * 1000)
    return Record(topic, key, value, (("ce_id", b"evt_1"), ("empty", b"")), now)


async def acked(publication: Publication) -> tuple[Ack, ...]:
    """Return the acks; fail where there are none in time."""
    async with asyncio.timeout(_SECONDS):
        outcome = await asyncio.shield(publication.settled)
    assert not isinstance(outcome, Reason), outcome
    assert await asyncio.shield(publication.answer) == outcome
    return outcome


async def _all_acked(publications: Sequence[Publication]) -> None:
    for publication in publications:
        await acked(publication)


class SinkContract:
    """What every sink keeps."""

    def open(
        self, *, publish_timeout: float = 7.0, queue_bytes: int = 1024 * 1024
    ) -> AbstractAsyncContextManager[Rig]:
        """Return a started, ready rig."""
        raise NotImplementedError

    async def test_keeps_the_order_of_a_key(self) -> None:
        """Records of one key are stored in the order of their `publish` calls."""
        async with self.open() as rig:
            sent = [(b"team_%d" % (n % 7), b"%d" % n) for n in range(400)]
            promised = []
            for number, (key, value) in enumerate(sent):
                promised.append(rig.sink.publish([record(rig.topic, key, value)]))
                if number % 23 == 0:
                    await asyncio.sleep(0.002)
            await _all_acked(promised)
            stored = await rig.read(rig.topic)
        for key in {key for key, _ in sent}:
            values = [each.value for each in stored if each.key == key]
            assert values == [value for each, value in sent if each == key]

    async def test_the_truth_is_told_before_the_answer(self) -> None:
        """Who marks on `settled` has marked when whoever awaits `answer` goes on, copies too."""
        async with self.open() as rig:
            for topics in ([rig.topic], [rig.topic, rig.other]):
                told: list[object] = []
                promised = rig.sink.publish([record(topic) for topic in topics])
                promised.answer.add_done_callback(told.append)
                promised.settled.add_done_callback(told.append)
                await acked(promised)
                await asyncio.sleep(0)
                assert told == [promised.settled, promised.answer]

    async def test_lands_where_java_would(self) -> None:
        """A key's partition is the Java client's."""
        # toPositive(Utils.murmur2(key)) % 6, from the hashes that Kafka's own UtilsTest pins
        hashes = {
            b"21": -973932308,
            b"foobar": -790332482,
            b"abc": 479470107,
            b"a-little-bit-long-string": -985981536,
        }
        expected = {key: (java & 0x7FFFFFFF) % PARTITIONS for key, java in hashes.items()}
        async with self.open() as rig:
            await _all_acked([rig.sink.publish([record(rig.topic, key)]) for key in expected])
            stored = await rig.read(rig.topic)
        assert {each.key: each.partition for each in stored} == expected

    async def test_keeps_every_byte(self) -> None:
        """Key, value, headers and timestamp are stored as given; the ack says where."""
        async with self.open() as rig:
            given = record(rig.topic, "team_é".encode(), b'{"a":"\xc3\xa9"}')
            (ack,) = await acked(rig.sink.publish([given]))
            (stored,) = await rig.read(rig.topic)
        assert stored == (
            ack.partition,
            ack.offset,
            given.key,
            given.value,
            given.headers,
            given.timestamp_ms,
        )

    async def test_spreads_records_without_key(self) -> None:
        """Records without a key are kept without one, on more than one partition."""
        async with self.open() as rig:
            await _all_acked([rig.sink.publish([record(rig.topic, None)]) for _ in range(24)])
            stored = await rig.read(rig.topic)
        assert [each.key for each in stored] == [None] * 24
        assert len({each.partition for each in stored}) > 1

    async def test_acks_all_copies_together(self) -> None:
        """Records published together are acked together, each topic named."""
        async with self.open() as rig:
            copies = [record(rig.topic), record(rig.other), record(rig.topic, b"team_2")]
            acks = await acked(rig.sink.publish(copies))
            assert {ack.topic for ack in acks} == {rig.topic, rig.other}
            assert len(await rig.read(rig.topic)) == 2
            assert len(await rig.read(rig.other)) == 1

    async def test_a_full_queue_refuses_whole(self) -> None:
        """Where not all records fit the queue, none is taken; what was taken is kept."""
        async with self.open(queue_bytes=10_000) as rig:
            await rig.hold()
            taken = rig.sink.publish([record(rig.topic, value=b"x" * 6_000)])
            pair = [record(rig.topic, value=b"y"), record(rig.other, value=b"z" * 5_000)]
            with pytest.raises(Ended) as ended:
                rig.sink.publish(pair)
            assert ended.value.reason is Reason.QUEUE_FULL
            await rig.release()
            await acked(taken)
            await acked(rig.sink.publish(pair))
            assert [each.value[:1] for each in await rig.read(rig.topic)] == [b"x", b"y"]
            assert len(await rig.read(rig.other)) == 1

    async def test_answers_in_time_and_settles_in_truth(self) -> None:
        """Without an ack the answer is `publish_timeout`; `settled` waits for the ack."""
        async with self.open(publish_timeout=0.5) as rig:
            await rig.hold()
            publication = rig.sink.publish([record(rig.topic)])
            async with asyncio.timeout(_SECONDS):
                answer = await asyncio.shield(publication.answer)
            assert answer is Reason.PUBLISH_TIMEOUT
            assert not publication.settled.done()
            await rig.release()
            async with asyncio.timeout(_SECONDS):
                settled = await asyncio.shield(publication.settled)
            assert not isinstance(settled, Reason)
            assert len(await rig.read(rig.topic)) == 1

    async def test_a_refusal_is_a_reason_and_passes(self) -> None:
        """A refused record ends with a reason and is not stored; its partition takes the next."""
        async with self.open() as rig:
            await acked(rig.sink.publish([record(rig.topic, value=b"before")]))
            await rig.refuse()
            taken = 0  # a broker applies a topic's new limit when it gets to it
            async with asyncio.timeout(_SECONDS):
                while True:
                    refused = rig.sink.publish([record(rig.topic, value=b"x" * 5_000)])
                    outcome = await asyncio.shield(refused.settled)
                    if isinstance(outcome, Reason):
                        break
                    taken += 1
            assert outcome is Reason.KAFKA_REFUSED
            assert await asyncio.shield(refused.answer) is Reason.KAFKA_REFUSED
            await rig.heal()
            await acked(rig.sink.publish([record(rig.topic, value=b"after")]))
            stored = [len(each.value) for each in await rig.read(rig.topic)]
            assert stored == [len(b"before"), *[5_000] * taken, len(b"after")]

    async def test_stop_flushes(self) -> None:
        """What was taken before `stop` is stored when it returns."""
        async with self.open() as rig:
            promised = [
                rig.sink.publish([record(rig.topic, b"%d" % n, b"x" * 100)]) for n in range(200)
            ]
            await rig.sink.stop(10.0)
            assert all(publication.settled.done() for publication in promised)
            assert len(await rig.read(rig.topic)) == 200

    async def test_takes_nothing_after_stop(self) -> None:
        """A stopped sink raises `draining`, and says so in `unready`."""
        async with self.open() as rig:
            assert rig.sink.unready is None
            await rig.sink.stop(5.0)
            with pytest.raises(Ended) as ended:
                rig.sink.publish([record(rig.topic)])
            assert ended.value.reason is Reason.DRAINING
            assert rig.sink.unready

    async def test_knows_the_topic_s_limit(self) -> None:
        """A record as large as `record_limit` is taken."""
        async with self.open(queue_bytes=8 * 1024 * 1024) as rig:
            limit = rig.sink.record_limit(rig.topic)
            largest = record(rig.topic, value=b"x" * (limit - record(rig.topic, value=b"").size))
            assert largest.size == limit
            await acked(rig.sink.publish([largest]))
