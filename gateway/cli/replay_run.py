"""Replay run: the steps of one replay: list, dry run, ask; or lease, list, look, replay.

May live here: the order of the steps, and what engine each needs. May not: the steps.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import typer
from aiokafka.errors import KafkaError

from gateway import parts
from gateway.cli.choice import Choice
from gateway.cli.inspection import why
from gateway.cli.landed import Landed
from gateway.cli.lease import LEASE_SECONDS, Lease
from gateway.cli.quarantine import Listing, Row, bodies, list_rows
from gateway.cli.readiness import ready, wait
from gateway.cli.replaying import Replaying, Result, judged
from gateway.cli.telling import Telling, is_whole
from gateway.config import Config
from gateway.engine import Engine

__all__ = ["Wish", "run"]


class Wish(NamedTuple):
    """What was asked for.

    Attributes:
        choice: which records.
        sure: replay without asking; False: a dry run; None: ask where there is somebody.
        lease_seconds: how long another replay that gives no sign is waited for.
    """

    choice: Choice
    sure: bool | None = None
    lease_seconds: float = LEASE_SECONDS


async def run(config: Config, wish: Wish, telling: Telling) -> int:
    """Do what was asked for; return the process's exit code."""
    servers = parts.kafka_settings(config).servers
    try:
        return await _run(config, wish, telling)
    except (KafkaError, OSError, TimeoutError) as error:
        told = str(error) if type(error) in {TimeoutError, ConnectionError} else why(error)
        telling.problem(
            f"Kafka at {servers}: {told or why(error)}",
            "cstar-gateway check says more; running replay again is safe at any time",
        )
        return 1


async def _run(config: Config, wish: Wish, telling: Telling) -> int:
    if wish.sure:
        return await _replay(config, wish, telling)
    code, count = await _dry_run(config, wish, telling)
    if wish.sure is None and count:
        if not sys.stdin.isatty() or not sys.stdout.isatty():
            telling.note("→ --yes replays them", "green")
        elif typer.confirm(f"Replay {count:,}?", err=True):
            return await _replay(config, wish, telling)
    return code


async def _dry_run(config: Config, wish: Wish, telling: Telling) -> tuple[int, int]:
    """Show what a replay would do, write nothing; return the exit code, and how many records."""
    listing = await _list(config, wish, telling)
    results: list[Result] = []
    if listing.rows:
        kafka = config.kafka.model_copy(update={"create_topics": False})
        # The sink alone: it tells what topics take, and writes nothing it is not given. That some
        # are not there is no hindrance yet.
        engine = Engine(config.model_copy(update={"kafka": kafka}))
        try:
            await engine.sink.start()
            await wait(lambda: None if engine.sink.missing else engine.sink.unready, telling)
            results = await _judge(config, engine, listing.rows)
        finally:
            await engine.stop(0)
        telling.show(results)
    counts = Counter(result.outcome for result in results)
    total = len(listing.rows)
    telling.sum_up(counts, total, before=listing.replayed, dry=True)
    return (0 if is_whole(counts, total) else 1), total


async def _judge(config: Config, engine: Engine, rows: Sequence[Row]) -> list[Result]:
    webhooks = {webhook.name: webhook for webhook in parts.webhooks(config)}
    topic = parts.router(config).topics.quarantine
    found: dict[Row, Result] = {}
    async for row, kept in bodies(parts.kafka_settings(config), topic, rows):
        found[row] = judged(engine, webhooks, row, kept)
    return [found[row] for row in rows if row in found]


async def _replay(config: Config, wish: Wish, telling: Telling) -> int:
    """Replay for good; return the exit code."""
    settings, topic = parts.kafka_settings(config), parts.router(config).topics.quarantine
    async with ready(config, telling) as engine:
        lease = Lease(engine.sink, settings, topic, wish.lease_seconds)
        try:
            await lease.acquire(
                lambda: telling.note("Another replay is at work, or died just now: waiting for it.")
            )
            listing = await _list(config, wish, telling)
            landed = await _look(config, listing.rows, telling)
            return await _replay_rows(config, engine, listing, landed, lease, telling)
        finally:
            await lease.release()


async def _replay_rows(
    config: Config,
    engine: Engine,
    listing: Listing,
    landed: Landed,
    lease: Lease,
    telling: Telling,
) -> int:
    total = len(listing.rows)

    def tell(result: Result) -> None:
        telling.tell(result)
        passed(replaying.counts.total(), total)

    replaying = Replaying(
        engine=engine,
        topic=parts.router(config).topics.quarantine,
        webhooks={webhook.name: webhook for webhook in parts.webhooks(config)},
        landed=landed,
        lease=lease,
        tell=tell,
    )
    try:
        with telling.progress("Replaying") as passed:
            await replaying.run(parts.kafka_settings(config), listing.rows)
    finally:
        counts, unmarked = replaying.counts, replaying.unmarked
        telling.sum_up(counts, total, before=listing.replayed, dry=False, unmarked=unmarked)
    if replaying.lost is not None:
        telling.problem(
            f"Given up: {replaying.lost}",
            "what was replayed is in Kafka; run it again for the rest, nothing is put there twice",
        )
    return 0 if is_whole(counts, total) and not unmarked else 1


async def _list(config: Config, wish: Wish, telling: Telling) -> Listing:
    topic = parts.router(config).topics.quarantine
    with telling.progress(f"Reading {topic}") as passed:
        return await list_rows(parts.kafka_settings(config), topic, wish.choice, passed)


async def _look(config: Config, rows: Sequence[Row], telling: Telling) -> Landed:
    """Find out which events are in their topics already."""
    router = parts.router(config)
    webhooks = {webhook.name: webhook for webhook in parts.webhooks(config)}

    def destined(row: Row) -> list[str]:
        webhook = webhooks.get(row.webhook)
        if webhook is None or row.type is None:
            return []
        return [each.topic for each in router.destinations(row.type, webhook)]

    landed = Landed(destined)
    with telling.progress("Looking for what is there already") as passed:
        await landed.look(parts.kafka_settings(config), rows, passed)
    return landed
