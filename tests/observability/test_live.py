"""Live: a real Prometheus over real gateways on a real Kafka sees what it should."""

import asyncio
import re
import subprocess
import time
from collections.abc import AsyncIterator

import pytest

from gateway.simulator.occurrence import happen
from tests.observability.acts import ODD
from tests.observability.boards import BOARDS
from tests.observability.looking import empty
from tests.observability.play import missing, play, quiet
from tests.observability.prometheus import program
from tests.observability.stage import Stage, staged

pytestmark = pytest.mark.asyncio(loop_scope="module")

SLOW_MACHINE = {
    "CstarGatewayLoopStalled",
    "CstarGatewayAckTimeBurnsFast",
    "CstarGatewayAckTimeBurnsSlow",
}
_OUTAGE = 8.5  # seconds: longer than the deadline of an answer
_TRACES = "http_server_request_duration_seconds_bucket"


@pytest.fixture(scope="module")
async def played() -> AsyncIterator[tuple[Stage, float]]:
    """A stage under traffic, and since when."""
    async with staged() as stage:
        yield stage, time.time()


async def test_odd_deliveries_fire_their_alerts_and_say_which(
    played: tuple[Stage, float],
) -> None:
    """In peace nothing fires; then each does for its oddity, and its words are filled in."""
    stage, _ = played
    assert await quiet(stage, 3.0) <= SLOW_MACHINE
    assert missing([await play(stage, act) for act in ODD]) == []
    for alert in await stage.prometheus.alerts():
        for words in alert["annotations"].values():
            assert not re.search(r"\{\{|<no value>|%!", words), words
        assert alert["labels"]["severity"] in {"page", "ticket"}
        assert alert["labels"]["job"] == "cstar-gateway"


async def test_no_panel_is_empty(played: tuple[Stage, float]) -> None:
    """After odd deliveries, and a few seconds without Kafka, every query has something to show."""
    stage, begin = played
    stage.kafka.pause()
    await asyncio.sleep(_OUTAGE)
    stage.kafka.resume()
    await stage.traffic.deliver(happen("ticket.created"), secret="whsec_" + "9" * 32)
    await asyncio.sleep(2)
    for name, board in BOARDS.items():
        assert await empty(board, stage.prometheus, begin, time.time()) == [], name


async def test_traces_stand_beside_latencies(played: tuple[Stage, float]) -> None:
    """Prometheus keeps the trace of a slow delivery beside its bucket."""
    stage, begin = played
    found = await stage.prometheus.exemplars(_TRACES, begin, time.time() + 1)
    assert re.fullmatch("[0-9a-f]{32}", found[0]["labels"]["trace_id"])


async def test_promtool_takes_the_scrape(played: tuple[Stage, float]) -> None:
    """Names, units and helps of everything shown are as Prometheus wants them."""
    stage, _ = played
    text = (await stage.replicas[0].client.get("/metrics"))[1]
    ours = "\n".join(line for line in text.splitlines() if "python_" not in line) + "\n"
    done = await asyncio.to_thread(
        subprocess.run,
        [program("promtool"), "check", "metrics"],
        input=ours,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout + done.stderr == ""
