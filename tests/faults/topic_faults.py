"""What befalls topics: too small a limit, gone."""

import asyncio

from gateway.pipeline.routes import Topics
from tests.faults.context import Context
from tests.faults.plan import Plan
from tests.faults.row import Row
from tests.faults.trial import PARTITIONS, trial
from tests.kafka_reading import create_topics
from tests.sink.rigs import alter_topic, delete_topics

__all__ = ["limit_lowered", "topic_missing"]

_ROOM = 3 * 1024 * 1024
_SMALL = 20_480
_LARGE = 30_000


async def limit_lowered(context: Context) -> Row:
    """A topic's limit lowered behind our back: some events no longer fit."""
    injected = f"`max.message.bytes={_SMALL}` under load, one event in 50 is larger"
    plan = Plan("F10", "record too large", injected, large=_LARGE)
    async with trial(context, plan) as under:
        await under.reached(0.3)
        for topic in Topics(context.prefix).categories:
            await alter_topic(context.kafka.internal_servers, topic, max_message_bytes=str(_SMALL))
        under.healed()
    return under.row


async def topic_missing(context: Context) -> Row:
    """A topic that is not there at start, comes, is deleted, and comes again."""
    injected = "`create_topics` off; one topic missing at start, then created, deleted, created"
    more = {"KAFKA__CREATE_TOPICS": "false"}
    plan = Plan("F13", "topic missing, deleted, recreated", injected, more=more)
    servers, topics = context.kafka.internal_servers, Topics(context.prefix)
    gone = topics.category("surveys")
    others = [name for name in (*topics.categories, topics.quarantine) if name != gone]
    limit = {"max.message.bytes": str(_ROOM)}
    await create_topics(servers, others, partitions=PARTITIONS, configs=limit)
    await create_topics(servers, [topics.idempotency], configs=limit)
    async with trial(context, plan, begin=False) as under:
        await asyncio.gather(*(replica.start() for replica in under.replicas))
        await asyncio.sleep(3)
        status, said = await under.replicas[0].client.get("/readyz")
        if status != 503 or gone not in said:
            under.failures.append(f"a topic is missing and readyz says {status} {said}")
        await create_topics(servers, [gone], partitions=PARTITIONS, configs=limit)
        await asyncio.gather(*(replica.ready() for replica in under.replicas))
        await delete_topics(servers, gone)
        under.load()
        await under.answered(503)
        await under.answered(202)
        await create_topics(servers, [gone], partitions=PARTITIONS, configs=limit)
        under.healed()
    return under.row
