"""The engine: takes deliveries to Kafka without a listener."""

from multidict import CIMultiDict

from gateway.config import load
from gateway.embedded import Kafka
from gateway.engine import FLUSH_SECONDS, Engine
from gateway.pipeline.reasons import Reason
from tests.e2e.delivering import event, ids_in_kafka
from tests.e2e.running import environment, signed
from tests.waiting import until


async def test_it_takes_what_nobody_sent_over_http(kafka: Kafka, unique_prefix: str) -> None:
    """A delivery that is proved and taken is in Kafka when `take` returns; `stop` leaves it so."""
    engine = Engine(load(None, environment(kafka.bootstrap_servers, unique_prefix)))
    await engine.start()
    try:
        await until(lambda: all(check.ok for check in engine.checks()))
        body = event("evt_engine")
        verdict = await engine.intake.take(engine.intake.prove(CIMultiDict(signed(body)), body))
    finally:
        await engine.stop(FLUSH_SECONDS)
    assert (verdict.reason, verdict.event_id) == (Reason.ACKED, "evt_engine")
    assert await ids_in_kafka(kafka.bootstrap_servers, unique_prefix) == {"evt_engine": 1}
