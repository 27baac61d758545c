"""Topics: `cstar-gateway topics`, the closed set of topics: wanted, found, and made if asked."""

import asyncio
import logging
from typing import Annotated, NamedTuple

import typer
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaError
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.cli.inspection import Cluster, Topic, connect, inspect, why, would_create
from gateway.cli.options import ConfigPath, Json, load_or_exit, print_json
from gateway.parts import kafka_settings, topic_specs
from gateway.sink.settings import KafkaSettings, TopicSpec
from gateway.sink.topics import Admin, create_configs

__all__ = ["topics"]

_SECONDS = 30.0
_PAUSE = 0.1
_STYLES = {"there": "green", "differs": "yellow", "created": "green", "missing": "red"}

Create = Annotated[
    bool,
    typer.Option(
        "--create/--dry-run", help="Create what is missing, or only tell what would happen."
    ),
]


class Row(NamedTuple):
    """One topic, wanted and found.

    Attributes:
        state: `there`, `differs`, `missing`, `created`, `refused` or `unusable`.
        detail: Kafka's words, where it refuses.
        differences: configs that are otherwise than wanted: wanted, found.
    """

    topic: str
    role: str
    state: str
    partitions: int
    found_partitions: int | None
    replicas: int | None
    differences: dict[str, tuple[str, str]]
    detail: str


def topics(config: ConfigPath = None, *, create: Create = False, json: Json = False) -> None:
    """List the topics the gateway writes to; with --create, create those that are missing.

    What is there is never changed. Ends with 0 where every topic is there, with 1 where not.
    """
    settings_of = load_or_exit(config)
    settings, specs = kafka_settings(settings_of), topic_specs(settings_of)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        rows = asyncio.run(_look(settings, specs, create=create))
    except (OSError, KafkaError, TimeoutError) as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(
            Text(f"Kafka at {settings.servers} cannot be asked: {why(error)}", style="bold red"),
            Text("\n→ cstar-gateway check says more", style="green"),
        )
        raise SystemExit(1) from None
    complete = all(row.state in {"there", "differs", "created"} for row in rows)
    if json:
        print_json({"ok": complete, "topics": [row._asdict() for row in rows]})
    else:
        _show(rows, create=create)
    raise SystemExit(0 if complete else 1)


async def _look(
    settings: KafkaSettings, specs: tuple[TopicSpec, ...], *, create: bool
) -> list[Row]:
    """Compare, and create where asked; the first bootstrap server that answers is asked."""
    last: Exception | None = None
    for address in settings.bootstrap_servers:
        host, _, port = address.rpartition(":")
        try:
            async with (
                asyncio.timeout(_SECONDS),
                connect(host.strip("[]"), int(port), settings) as connection,
            ):
                return await _compare(connection, settings, specs, create=create)
        except (OSError, KafkaError, TimeoutError) as error:
            last = error
    raise last or ConnectionError("there is no bootstrap server")


async def _compare(
    connection: AIOKafkaConnection,
    settings: KafkaSettings,
    specs: tuple[TopicSpec, ...],
    *,
    create: bool,
) -> list[Row]:
    names = [spec.name for spec in specs]
    cluster = await inspect(connection, names)
    missing = [spec for spec in specs if cluster.lacks(spec.name)]
    refused = await would_create(connection, missing, settings)
    made: set[str] = set()
    if create and missing:
        wanted = [spec for spec in missing if spec.name not in refused]
        refused |= await _create(settings, wanted)
        made = {spec.name for spec in wanted} - refused.keys()
        cluster = await _settled(connection, names, made)
    return [
        _row(
            spec,
            settings,
            cluster.topics[spec.name],
            refused=refused.get(spec.name),
            made=spec.name in made,
            missing=cluster.lacks(spec.name),
        )
        for spec in specs
    ]


async def _settled(connection: AIOKafkaConnection, names: list[str], made: set[str]) -> Cluster:
    """Look until the broker knows the topics that were made, and who leads them."""
    while True:
        cluster = await inspect(connection, names)
        if not any(cluster.lacks(name) or cluster.topics[name].leaderless for name in made):
            return cluster
        await asyncio.sleep(_PAUSE)


async def _create(settings: KafkaSettings, specs: list[TopicSpec]) -> dict[str, str]:
    admin = Admin(settings)
    try:
        await admin.start()
        return await admin.create(specs) if specs else {}
    finally:
        await admin.close()


def _row(
    spec: TopicSpec,
    settings: KafkaSettings,
    topic: Topic,
    *,
    refused: str | None,
    made: bool,
    missing: bool,
) -> Row:
    wanted = create_configs(spec, settings)
    found = topic.configs or {}
    differences = {
        name: (value, found[name])
        for name, value in wanted.items()
        if name in found and found[name] != value
    }
    if refused is not None:
        state, detail = "refused", refused
    elif missing:
        state, detail = "missing", ""
    elif topic.error:
        state, detail = "unusable", topic.error
    elif made:
        state, detail = "created", ""
    else:
        state, detail = ("differs" if differences else "there"), ""
    there = not missing and not topic.error
    return Row(
        topic=spec.name,
        role=spec.role,
        state=state,
        partitions=spec.partitions or settings.partitions,
        found_partitions=topic.partitions if there else None,
        replicas=topic.replicas if there else None,
        differences=differences,
        detail=detail,
    )


def _show(rows: list[Row], *, create: bool) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("topic", "for", "state", "partitions", "replicas"):
        table.add_column(heading, no_wrap=True, overflow="fold")
    for row in rows:
        partitions = str(row.partitions)
        if row.found_partitions not in {None, row.partitions}:
            partitions = f"{row.found_partitions} (wanted {row.partitions})"
        table.add_row(
            Text(row.topic),
            row.role,
            Text(row.state, style=_STYLES.get(row.state, "bold red")),
            partitions,
            "" if row.replicas is None else str(row.replicas),
        )
    console = Console(highlight=False)
    console.print(table)
    for row in rows:
        if row.detail:
            _say(console, f"{row.topic}: {row.detail}", "bold red")
        for name, (wanted, found) in row.differences.items():
            _say(console, f"{row.topic}: {name} is {found}, wanted {wanted}", "yellow")
    missing = sum(row.state == "missing" for row in rows)
    if missing and not create:
        console.print(
            Text(f"{missing} missing, and can be created: --create does it.", style="yellow")
        )


def _say(console: Console, line: str, style: str) -> None:
    console.print(Text(line, style=style), soft_wrap=True)
