"""Faults of Kafka and of the client: what was promised holds, and the sink heals by itself."""

import asyncio
from collections import Counter
from contextlib import suppress
from itertools import count
from typing import Any

import pytest

from gateway.embedded import Kafka
from gateway.pipeline.reasons import Ended, Reason
from gateway.publication import Publication
from gateway.sink import KafkaSink, TopicSpec
from gateway.sink.partition import partition_of
from gateway.sink.producer import Producer
from tests.sink.contract import PARTITIONS, acked, record
from tests.sink.rigs import Counted, KafkaRig, alter_topic, opened
from tests.waiting import until

_SECONDS = 60.0


def quick_broker() -> Kafka:
    """Return a broker that is let back in soon after it was killed: its session ends sooner."""
    return Kafka(
        overrides={"broker.session.timeout.ms": "1500", "broker.heartbeat.interval.ms": "300"}
    )


def producer_of(sink: KafkaSink) -> Producer:
    """Return the producer in use."""
    producer = sink._supervisor._producer
    assert producer is not None
    return producer


class _Leaderless:
    """A view of aiokafka's cluster in which a topic has no leaders."""

    def __init__(self, cluster: Any, topic: str) -> None:
        self._cluster = cluster
        self._topic = topic

    @property
    def _partitions(self) -> Any:
        return {**self._cluster._partitions, self._topic: {}}


class Load:
    """Writers that publish until told to end, and the account of what they were told."""

    def __init__(self, rig: KafkaRig, writers: int = 20) -> None:
        self.rig = rig
        self.going = True
        self.acked: list[bytes] = []
        self.failed: list[tuple[bytes, Reason]] = []
        self.refused: Counter[Reason] = Counter()
        self.slowest_answer = 0.0
        self._number = count()
        self._settling: list[asyncio.Task[None]] = []
        self._tasks = [asyncio.create_task(self._write(b"team_%d" % n)) for n in range(writers)]

    async def _write(self, key: bytes) -> None:
        loop = asyncio.get_running_loop()
        while self.going:
            value = b"%d" % next(self._number)
            try:
                publication = self.rig.sink.publish([record(self.rig.topic, key, value)])
            except Ended as ended:
                self.refused[ended.reason] += 1
                await asyncio.sleep(0.05)
                continue
            asked = loop.time()
            await asyncio.shield(publication.answer)
            self.slowest_answer = max(self.slowest_answer, loop.time() - asked)
            self._settling.append(asyncio.create_task(self._note(value, publication)))

    async def _note(self, value: bytes, publication: Publication) -> None:
        outcome = await asyncio.shield(publication.settled)
        if isinstance(outcome, Reason):
            self.failed.append((value, outcome))
        else:
            self.acked.append(value)

    async def end(self) -> None:
        """Have all writers end."""
        self.going = False
        async with asyncio.timeout(_SECONDS):
            await asyncio.gather(*self._tasks)
            await asyncio.gather(*self._settling)

    async def assert_each_acked_record_is_there_once(self) -> None:
        """Compare the account with Kafka's log."""
        stored = Counter(each.value for each in await self.rig.read(self.rig.topic))
        assert [value for value in self.acked if value not in stored] == []
        assert [value for value, times in stored.items() if times > 1] == []
        assert not (stored.keys() - {*self.acked})


async def test_heals_when_kafka_comes_up_after_it(unique_prefix: str) -> None:
    """Kafka down at start: unready at once and in words; ready when Kafka is, no restart."""
    async with quick_broker() as broker:
        broker.kill()
        async with opened(broker, unique_prefix, ready=False) as rig:
            await until(lambda: "cannot be reached" in (rig.sink.unready or ""))
            assert broker.bootstrap_servers in (rig.sink.unready or "")
            with pytest.raises(Ended) as ended:
                rig.sink.publish([record(rig.topic)])
            assert ended.value.reason is Reason.KAFKA_UNAVAILABLE
            await broker.restart()
            await until(lambda: rig.sink.unready is None)
            await acked(rig.sink.publish([record(rig.topic)]))


async def test_a_killed_broker_loses_nothing_and_doubles_nothing(unique_prefix: str) -> None:
    """SIGKILL and restart under load: every acked record is in the log, once; nothing else is."""
    observer = Counted()
    async with quick_broker() as broker, opened(broker, unique_prefix, observer=observer) as rig:
        load = Load(rig)
        await until(lambda: len(load.acked) > 500)
        broker.kill()
        await asyncio.sleep(1)
        await broker.restart()
        before = len(load.acked)
        await until(lambda: len(load.acked) > before + 500)
        await load.end()
        await load.assert_each_acked_record_is_there_once()
        assert load.failed == []
        assert observer.replaced == []
        assert rig.sink.queued_bytes == 0


async def test_a_frozen_broker_is_answered_for_in_time(broker: Kafka, unique_prefix: str) -> None:
    """SIGSTOP beyond the deadline: answers in time, refusals at once; then each record once."""
    async with opened(broker, unique_prefix, publish_timeout=1.5, request_timeout_ms=1000) as rig:
        load = Load(rig)
        await until(lambda: len(load.acked) > 200)
        broker.pause()
        await until(lambda: load.refused[Reason.PUBLISH_TIMEOUT] > 0)
        assert rig.sink.oldest_unacked >= 1.5
        await until(lambda: load.refused[Reason.KAFKA_UNAVAILABLE] > 0)
        assert rig.sink.unready
        before = len(load.acked)
        broker.resume()
        await until(lambda: len(load.acked) > before + 200)
        await until(lambda: rig.sink.unready is None)
        await load.end()
        await load.assert_each_acked_record_is_there_once()
        assert load.failed == []
        assert load.slowest_answer >= 1.5
        assert rig.sink.oldest_unacked == 0


async def test_what_took_too_long_is_not_sent_again(broker: Kafka, unique_prefix: str) -> None:
    """Before cStar's next attempt the rest is let go, and nothing that was sent is sent again."""
    observer = Counted()
    async with opened(
        broker, unique_prefix, observer=observer, publish_timeout=0.5, send_within=1.0
    ) as rig:
        await acked(rig.sink.publish([record(rig.topic, b"team", b"before")]))
        broker.pause()
        sent = rig.sink.publish([record(rig.topic, b"team", b"sent")])
        await asyncio.sleep(0.2)
        waiting = rig.sink.publish([record(rig.topic, b"team", b"waiting")])
        async with asyncio.timeout(_SECONDS):
            assert await asyncio.shield(waiting.answer) is Reason.PUBLISH_TIMEOUT
            assert await asyncio.shield(waiting.settled) is Reason.KAFKA_UNAVAILABLE
            assert await asyncio.shield(sent.settled) is Reason.OUTCOME_UNKNOWN
        broker.resume()
        await until(lambda: observer.replaced == ["batch_stuck"])
        await asyncio.sleep(0.5)  # deadlines are looked at every 0.1 s
        await acked(rig.sink.publish([record(rig.topic, b"team", b"after")]))
        values = Counter(each.value for each in await rig.read(rig.topic))
        assert values[b"before"] == values[b"after"] == 1
        assert values[b"sent"] <= 1  # the broker may have had it when it froze
        assert values[b"waiting"] == 0
        assert rig.sink.queued_bytes == 0


async def test_a_refused_batch_costs_no_other(broker: Kafka, unique_prefix: str) -> None:
    """One partition's refusal replaces the producer; records of others, under load, all land."""
    observer = Counted()
    specs = [TopicSpec(name=f"{unique_prefix}.tickets"), TopicSpec(name=f"{unique_prefix}.crm")]
    async with opened(broker, unique_prefix, observer=observer, topics=specs) as rig:
        await alter_topic(broker.bootstrap_servers, rig.other, max_message_bytes="2000")
        load = Load(rig)
        await until(lambda: len(load.acked) > 100)
        first, large, taken = producer_of(rig.sink), b"x" * 5000, 0
        outcome: object = ()
        while not isinstance(outcome, Reason):  # a broker applies a limit when it gets to it
            sent = rig.sink.publish([record(rig.other, value=large)])
            outcome = await asyncio.shield(sent.settled)
            taken += not isinstance(outcome, Reason)
        assert outcome is Reason.KAFKA_REFUSED
        await acked(rig.sink.publish([record(rig.other, value=b"after")]))
        before = len(load.acked)
        await until(lambda: len(load.acked) > before + 100)
        await load.end()
        await load.assert_each_acked_record_is_there_once()
        assert load.failed == []
        assert [each.value for each in await rig.read(rig.other)] == [*[large] * taken, b"after"]
        assert observer.replaced == ["batch_failed"]
        assert observer.failed == {"too_large": 1}
        assert producer_of(rig.sink) is not first
        assert rig.sink.record_limit(rig.other) < 2000


async def test_what_waits_behind_a_failure_fails_with_it(broker: Kafka, unique_prefix: str) -> None:
    """Told to keep the order, what waits behind a refused batch is not sent; the next one is."""
    async with opened(broker, unique_prefix, in_order=True) as rig:
        await acked(rig.sink.publish([record(rig.topic)]))
        await rig.refuse()
        outcome: object = ()
        after: object = ()
        while not isinstance(outcome, Reason):  # a broker applies a limit when it gets to it
            large = rig.sink.publish([record(rig.topic, value=b"x" * 5_000)])
            await asyncio.sleep(0)  # it goes alone
            behind = rig.sink.publish([record(rig.topic, value=b"behind")])
            outcome = await asyncio.shield(large.settled)
            after = await asyncio.shield(behind.settled)
        assert (outcome, after) == (Reason.KAFKA_REFUSED, Reason.KAFKA_UNAVAILABLE)
        await acked(rig.sink.publish([record(rig.topic, value=b"next")]))


async def test_repeated_refusals_do_not_storm(broker: Kafka, unique_prefix: str) -> None:
    """Refusals in a row replace the producer ever more slowly; others are served meanwhile."""
    observer = Counted()
    async with opened(broker, unique_prefix, observer=observer, publish_timeout=1.0) as rig:
        await alter_topic(broker.bootstrap_servers, rig.other, max_message_bytes="2000")
        loop = asyncio.get_running_loop()
        end = loop.time() + 3
        while loop.time() < end:
            with suppress(Ended):
                publication = rig.sink.publish([record(rig.other, value=b"x" * 5000)])
                await asyncio.shield(publication.answer)
            await acked(rig.sink.publish([record(rig.topic)]))
            await asyncio.sleep(0.02)
        assert 2 <= len(observer.replaced) <= 4
        await rig.sink.stop(0.5)  # what is barred yet would have it wait for the next replacement


@pytest.mark.parametrize("task", ["sender", "metadata"])
async def test_a_dead_task_is_replaced(broker: Kafka, unique_prefix: str, task: str) -> None:
    """A client whose task died is replaced; what was never sent goes out with the next."""
    observer = Counted()
    async with opened(broker, unique_prefix, observer=observer) as rig:
        await acked(rig.sink.publish([record(rig.topic, value=b"before")]))
        producer = producer_of(rig.sink)
        victim = producer._sender.sender_task if task == "sender" else producer._client._sync_task
        assert victim is not None
        victim.cancel()
        promised = rig.sink.publish([record(rig.topic, value=b"after")])
        await acked(promised)
        await until(lambda: observer.replaced == [f"{task}_dead"])
        values = [each.value for each in await rig.read(rig.topic)]
        assert values == [b"before", b"after"]


async def test_a_sender_that_raises_is_replaced(broker: Kafka, unique_prefix: str) -> None:
    """An exception that aiokafka does not expect ends its sender for good; not ours."""
    observer = Counted()
    async with opened(broker, unique_prefix, observer=observer) as rig:
        producer = producer_of(rig.sink)

        async def fail(*_: object) -> None:
            raise ValueError("a token could not be had")

        for connection in [*producer._client._conns.values()]:
            connection.close()  # the next request asks for one
        vars(producer._client)["send"] = fail
        lost = rig.sink.publish([record(rig.topic, value=b"lost")])
        async with asyncio.timeout(_SECONDS):
            assert await asyncio.shield(lost.settled) is Reason.OUTCOME_UNKNOWN
        await until(lambda: producer_of(rig.sink) is not producer)
        await acked(rig.sink.publish([record(rig.topic, value=b"after")]))
        assert observer.replaced == ["sender_dead"]
        assert observer.failed == {"unknown": 1}


async def test_stop_with_a_frozen_broker_writes_nothing_later(
    broker: Kafka, unique_prefix: str
) -> None:
    """`stop` ends in time; of what it gave up, only what was on the wire may land, and once."""
    async with opened(broker, unique_prefix, request_timeout_ms=1000) as rig:
        await acked(rig.sink.publish([record(rig.topic, value=b"before")]))
        broker.pause()
        on_wire = rig.sink.publish([record(rig.topic, value=b"on the wire")])
        await asyncio.sleep(0.2)
        behind = [
            rig.sink.publish([record(rig.topic, b"team_%d" % n, b"behind")]) for n in range(50)
        ]
        loop = asyncio.get_running_loop()
        began = loop.time()
        await rig.sink.stop(3.0)
        assert loop.time() - began < 5.0
        assert on_wire.settled.result() is Reason.OUTCOME_UNKNOWN
        assert {each.settled.result() for each in behind} <= {
            Reason.DRAINING,  # never left
            Reason.OUTCOME_UNKNOWN,  # was being sent when the first request had timed out
        }
        assert rig.sink.queued_bytes == 0
        broker.resume()
        await asyncio.sleep(3)
        values = Counter(each.value for each in await rig.read(rig.topic))
        assert values[b"before"] == 1
        assert values[b"on the wire"] <= 1
        assert values[b"behind"] == 0


async def test_stop_with_a_dead_broker_ends_in_time(unique_prefix: str) -> None:
    """Kafka gone for good: `stop` returns within its bound, and after a restart nothing lands."""
    async with quick_broker() as broker, opened(broker, unique_prefix) as rig:
        await acked(rig.sink.publish([record(rig.topic, value=b"before")]))
        broker.kill()
        given_up = [
            rig.sink.publish([record(rig.topic, b"team_%d" % n, b"late")]) for n in range(50)
        ]
        loop = asyncio.get_running_loop()
        began = loop.time()
        await rig.sink.stop(2.0)
        assert loop.time() - began < 4.0
        assert all(isinstance(each.settled.result(), Reason) for each in given_up)
        await broker.restart()
        await asyncio.sleep(2)
        assert [each.value for each in await rig.read(rig.topic)] == [b"before"]


async def test_a_stuck_partition_leaves_the_others_alone(broker: Kafka, unique_prefix: str) -> None:
    """A partition without a leader times out by itself; others are acked meanwhile; it heals."""
    async with opened(broker, unique_prefix, publish_timeout=1.0) as rig:
        producer = producer_of(rig.sink)
        cluster = producer._cluster
        producer._cluster = _Leaderless(cluster, rig.other)
        stuck = rig.sink.publish([record(rig.other, value=b"stuck")])
        async with asyncio.timeout(_SECONDS):
            assert await asyncio.shield(stuck.answer) is Reason.PUBLISH_TIMEOUT
        await acked(rig.sink.publish([record(rig.topic)]))
        with pytest.raises(Ended) as ended:
            rig.sink.publish([record(rig.topic), record(rig.other)])
        assert ended.value.reason is Reason.PUBLISH_TIMEOUT
        producer._cluster = cluster
        async with asyncio.timeout(_SECONDS):
            assert not isinstance(await asyncio.shield(stuck.settled), Reason)
        partition = partition_of(b"team_1", PARTITIONS)
        assert [(each.partition, each.value) for each in await rig.read(rig.other)] == [
            (partition, b"stuck")
        ]
        assert len(await rig.read(rig.topic)) == 1
