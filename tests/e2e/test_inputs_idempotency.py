"""One event more than once: tests/inputs/stories.py, played to an intake on a turned clock."""

import asyncio
import json

import pytest

from gateway.pipeline.delivery import Delivery, Hints
from gateway.pipeline.reasons import Reason
from gateway.pipeline.webhook import Webhook
from gateway.publication import ending
from gateway.sink.memory import MemorySink
from tests.inputs.stories import STORIES, Step
from tests.intaking import Setting, event

WEBHOOKS = {
    "crm": Webhook("crm"),
    "billing": Webhook("billing", teams=frozenset({"team_billing"})),
}


@pytest.mark.parametrize("name", STORIES)
async def test_each_story_ends_as_it_must(name: str) -> None:
    """Each delivery has its answer, and Kafka as many records as the story says."""
    story = STORIES[name]
    setting = Setting(sink=MemorySink(publish_timeout=0.01), twin_timeout=0.01)
    for step in story.steps:
        setting.now += step.later
        set_kafka(setting.sink, step.kafka)
        answers = await asyncio.gather(*(send(setting, step) for _ in step.answers))
        assert tuple(answers) == step.answers
    assert len(setting.sink.of_topic("cstar.customers")) == story.records
    assert len(setting.sink.of_topic("cstar.quarantine")) == story.quarantined


def set_kafka(sink: MemorySink, how: str) -> None:
    """Have the sink do from now on as Kafka does in a story."""
    if how == "holds":
        sink.hold()
    elif how == "fails":
        sink.fail(Reason.KAFKA_REFUSED)
    elif how == "acks":
        sink.fail(None)
        sink.release()


async def send(setting: Setting, step: Step) -> Reason:
    """Bring one proved delivery of a step to its end."""
    body = json.dumps(event(**step.fields)).encode()
    webhook = WEBHOOKS[step.webhook]
    delivery = Delivery(body, webhook, 0, setting.now, int(setting.now), Hints())
    return (await ending(setting.intake.begin(delivery))).reason
