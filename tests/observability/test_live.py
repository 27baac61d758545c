"""Live: a real Prometheus over real gateways on a real Kafka sees what it should."""

import asyncio
import re
import subprocess
import time

import pytest

from gateway.simulator.occurrence import happen
from tests.observability.acts import ODD
from tests.observability.boards import BOARDS
from tests.observability.looking import empty
from tests.observability.play import missing, play, quiet
from tests.observability.prometheus import program
from tests.observability.stage import Stage, staged

SLOW_MACHINE = {
    "CstarGatewayLoopStalled",
    "CstarGatewayAckTimeBurnsFast",
    "CstarGatewayAckTimeBurnsSlow",
}
_OUTAGE = 8.5  # seconds: longer than the deadline of an answer
_TRACES = "http_server_request_duration_seconds_bucket"


@pytest.mark.timeout(300)  # a machine that is busy with all the other tests
async def test_prometheus_sees_what_befalls_the_gateways() -> None:
    """Quiet in peace; each oddity fires its alert; no panel is empty; traces and names are good.

    One test, for a broker, two gateways and a Prometheus take a while to start. What all the other
    alerts are for takes minutes: `python -m tests.observability`.
    """
    async with staged() as stage:
        begin = time.time()
        assert await quiet(stage, 3.0) <= SLOW_MACHINE
        assert missing([await play(stage, act) for act in ODD]) == []
        await words_are_filled_in(stage)
        await names_are_good(stage)
        await kafka_stands_still(stage)
        for name, board in BOARDS.items():
            assert await empty(board, stage.prometheus, begin, time.time()) == [], name
        found = await stage.prometheus.exemplars(_TRACES, begin, time.time() + 1)
        assert re.fullmatch("[0-9a-f]{32}", found[0]["labels"]["trace_id"])


async def words_are_filled_in(stage: Stage) -> None:
    """Alerts say which and how many."""
    for alert in await stage.prometheus.alerts():
        for words in alert["annotations"].values():
            assert not re.search(r"\{\{|<no value>|%!", words), words
        assert alert["labels"]["severity"] in {"page", "ticket"}
        assert alert["labels"]["job"] == "cstar-gateway"


async def names_are_good(stage: Stage) -> None:
    """Promtool has nothing to say of names, units and helps, but for those of others."""
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


async def kafka_stands_still(stage: Stage) -> None:
    """For as long as it takes to answer 503; and a stranger signs."""
    stage.kafka.pause()
    await asyncio.sleep(_OUTAGE)
    stage.kafka.resume()
    await stage.traffic.deliver(happen("ticket.created"), secret="whsec_" + "9" * 32)
    await asyncio.sleep(2)
