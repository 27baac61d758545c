"""Check: `cstar-gateway check`, what is wrong before the first delivery comes."""

import asyncio
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.cli import checks, kafka_checks
from gateway.cli.checklist import Check
from gateway.cli.finding import Finding, worst
from gateway.cli.options import ConfigPath, Json, print_json
from gateway.cli.survey import ask
from gateway.cli.topic_checks import check_topic
from gateway.config import Config, ConfigError, load
from gateway.parts import kafka_settings, topic_specs

__all__ = ["check", "findings"]

_STYLES = {"ok": "green", "note": "cyan", "warn": "yellow", "fail": "bold red"}


def check(config: ConfigPath = None, *, json: Json = False) -> None:
    """Look for all that would go wrong: configuration, secrets, brokers, clock, topics.

    Changes nothing. Ends with 0 where deliveries would be taken, with 1 where they would not.
    """
    found = tuple(findings(config))
    ok = worst(found) != "fail"
    if json:
        print_json({"ok": ok, "findings": [finding._asdict() for finding in found]})
    else:
        _show(found)
    raise SystemExit(0 if ok else 1)


def findings(path: Path | None) -> Iterator[Finding]:
    """Yield what every check finds, the configuration's first."""
    try:
        config = load(path, os.environ)
    except ConfigError as error:
        yield from checks.faults_found(error)
        return
    yield from checks.check_configuration(config)
    yield from checks.check_webhooks(config)
    yield checks.check_window(config)
    yield checks.check_files(config)
    yield from _check_kafka(config)


def _check_kafka(config: Config) -> Iterator[Finding]:
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # its causes become findings
    specs = topic_specs(config)
    survey = asyncio.run(ask(kafka_settings(config), specs, time.time))
    yield from kafka_checks.check_brokers(survey)
    cluster = survey.cluster
    if cluster is None:
        yield Finding(Check.TOPICS, "note", "topics", "not checked: no broker answered")
        return
    yield from kafka_checks.check_limits(config, survey)
    yield kafka_checks.check_clock(config, survey)
    missing = [spec for spec in specs if cluster.lacks(spec.name)]
    yield from kafka_checks.check_missing(config, missing, survey)
    for spec in specs:
        if spec not in missing:
            yield from check_topic(config, spec, cluster.topics[spec.name])


def _gathered(found: tuple[Finding, ...]) -> Iterator[Finding]:
    """Tell once what holds for several topics."""
    subjects: dict[Finding, list[str]] = {}
    for finding in found:
        name = finding.subject.removeprefix("topic ")
        is_topic = name != finding.subject
        subjects.setdefault(finding._replace(subject="") if is_topic else finding, []).append(name)
    for finding, names in subjects.items():
        if finding.subject:
            yield finding
        else:
            plural = "topic" if len(names) == 1 else "topics"
            yield finding._replace(subject=f"{plural} {', '.join(names)}")


def _show(found: tuple[Finding, ...]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    table.add_column("what", overflow="fold")
    table.add_column("found", overflow="fold")
    rows = tuple(_gathered(found))
    for _, level, subject, message, fix in rows:
        text = Text(message)
        if fix:
            text.append(f"\n→ {fix}", style="green")
        table.add_row(Text(level, style=_STYLES[level]), Text(subject), text)
    console = Console(highlight=False)
    console.print(table)
    counts = {level: sum(one.level == level for one in rows) for level in ("fail", "warn")}
    if counts["fail"]:
        console.print(Text(f"{counts['fail']} to mend before serving.", style="bold red"))
    elif counts["warn"]:
        console.print(Text(f"Ready to serve; {counts['warn']} to look at.", style="yellow"))
    else:
        console.print(Text("Ready to serve.", style="bold green"))
