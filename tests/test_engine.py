"""The engine: takes deliveries to Kafka without a listener."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from multidict import CIMultiDict

from gateway.config import load
from gateway.embedded import Kafka
from gateway.engine import FLUSH_SECONDS, Engine
from gateway.idempotency import journal
from gateway.idempotency.journal import Journal
from gateway.pipeline.reasons import Reason
from gateway.pipeline.verdict import Verdict
from gateway.publication import ending
from tests.e2e.delivering import event, ids_in_kafka
from tests.e2e.running import environment, signed
from tests.waiting import until


@asynccontextmanager
async def running(kafka: Kafka, prefix: str, store: str = "kafka") -> AsyncIterator[Engine]:
    """Run an engine that is ready."""
    variables = environment(kafka.bootstrap_servers, prefix, IDEMPOTENCY__STORE=store)
    engine = Engine(load(None, variables))
    await engine.start()
    try:
        await until(lambda: all(check.ok for check in engine.checks()))
        yield engine
    finally:
        await engine.stop(FLUSH_SECONDS)


async def take(engine: Engine, name: str) -> Verdict:
    """Have an event proved and taken."""
    body = event(name)
    return await ending(engine.intake.begin(engine.intake.prove(CIMultiDict(signed(body)), body)))


@pytest.mark.parametrize("store", ["kafka", "memory"])
async def test_it_takes_what_nobody_sent_over_http(
    kafka: Kafka, unique_prefix: str, store: str
) -> None:
    """A delivery that is proved and taken is in Kafka when `take` returns; `stop` leaves it so."""
    async with running(kafka, unique_prefix, store) as engine:
        verdict = await take(engine, "evt_engine")
    assert (verdict.reason, verdict.event_id) == (Reason.ACKED, "evt_engine")
    assert await ids_in_kafka(kafka.bootstrap_servers, unique_prefix) == {"evt_engine": 1}


@pytest.mark.parametrize("landed", [True, False])
async def test_an_outcome_nobody_was_told_is_looked_up(
    kafka: Kafka,
    unique_prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    landed: bool,  # noqa: FBT001 - a parameter
) -> None:
    """A producer dies of a batch that Kafka has, or has not: either way the event is there once."""
    monkeypatch.setattr(journal, "_LANDED_AFTER", 0.2)
    async with running(kafka, unique_prefix) as engine:
        assert (await take(engine, "evt_before")).reason is Reason.ACKED
        marks, producer = engine._marks, engine.sink._supervisor._producer
        assert isinstance(marks, Journal)
        await until(lambda: marks.writer.idle)
        assert producer is not None
        send = producer._client.send

        async def die(*arguments: Any, **options: Any) -> None:
            if landed:
                await send(*arguments, **options)
            raise ValueError("the reply could not be read")

        for connection in [*producer._client._conns.values()]:
            connection.close()  # the next request asks for one, and goes the client's own way
        vars(producer._client)["send"] = die
        assert (await take(engine, "evt_doubtful")).reason is Reason.OUTCOME_UNKNOWN
        assert (await take(engine, "evt_doubtful")).reason is Reason.TWIN_FAILED
        verdict = Verdict(Reason.TWIN_FAILED)
        async with asyncio.timeout(30):
            while verdict.reason not in (Reason.ACKED, Reason.SEEN):
                await asyncio.sleep(0.05)
                verdict = await take(engine, "evt_doubtful")
        assert verdict.reason is (Reason.SEEN if landed else Reason.ACKED)
    assert await ids_in_kafka(kafka.bootstrap_servers, unique_prefix) == {
        "evt_before": 1,
        "evt_doubtful": 1,
    }
