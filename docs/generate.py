"""Writes the generated parts of the documents, between their marks, and `deploy/`: `make docs`.

A mark is `<!-- name: … -->` and ends at `<!-- /name -->`. tests/test_docs.py fails when a part is
stale, so whoever adds a setting, a metric, a reason or an event type runs this.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from typer.cli import app as typer_cli
from typer.testing import CliRunner

from benchmarks import page as bench
from benchmarks import pictures
from deploy.observability import written
from gateway.cli import checklist
from gateway.config import table as settings
from gateway.config.keys import KEYS
from gateway.config.quantities import Duration, Quantity, Size
from gateway.events import table as catalogue
from gateway.ingress import framing, handshakes, server
from gateway.logs import table as lines
from gateway.metrics import table as metrics
from gateway.pipeline import envelope, signature
from gateway.pipeline.flat import FlatCaps
from gateway.pipeline.reasons import ENDINGS
from tests.cluster import table as cluster
from tests.faults import table as faults
from tests.inputs import table as inputs
from tests.observability import result as observed

__all__ = ["PARTS", "Part", "renewed", "write"]

ROOT = Path(__file__).parents[1]


class Part(NamedTuple):
    """One generated part of one document."""

    page: str
    name: str
    render: Callable[[], str]


def reasons() -> str:
    """Return the table of endings."""
    rows = [
        f"| `{reason}` | {ending.outcome} | {ending.status} | {ending.level} "
        f"| {'yes' if ending.retriable else 'no'} | {ending.title} |"
        for reason, ending in ENDINGS.items()
    ]
    head = "| reason | outcome | status | log | retriable | says |\n|---|---|---|---|---|---|"
    return "\n".join([head, *rows])


def _default(*path: str) -> str:
    """Return a setting's default as the configuration writes it."""
    field = KEYS[path].field
    quantity = next(one for one in field.metadata if isinstance(one, Quantity))
    return quantity.write(field.get_default())


def limits() -> str:
    """Return the table of limits: what may be set, and what is fixed."""
    seconds, size, caps = Duration(0).write, Size(0).write, FlatCaps()
    secrets = next(
        each.max_length
        for each in KEYS["webhooks", "*", "secrets"].field.metadata
        if hasattr(each, "max_length")
    )
    rows = (
        ("connections", "ingress.max_connections", "an idle one is closed, or the new one: 503"),
        ("a TLS handshake", seconds(handshakes._WITHIN), "closed"),
        ("a head's arrival; idleness", "ingress.keepalive_timeout", "closed"),
        ("the request line, and each field", size(server._LINE), "431"),
        ("fields", str(server._FIELDS), "431"),
        ("a body", "ingress.max_body_bytes", "413, where declared before a byte is read"),
        ("a body's arrival", "ingress.body_timeout", "408"),
        ("deliveries at once", "ingress.max_in_flight", "503"),
        ("their bytes", "ingress.max_in_flight_bytes", "503"),
        ("an answer left unread", seconds(framing._TAKEN_WITHIN), "closed"),
        ("parts of a signature; MACs", f"{signature._MOST_PARTS}; {signature._MOST_MACS}", "401"),
        ("live secrets of a webhook", str(secrets), "no start"),
        ("a signature's age", "ingress.signature_tolerance", "401"),
        ("id, type, team: characters", str(envelope._LONGEST), "quarantine"),
        ("the flat form: depth; names", f"{caps.depth}; {caps.keys}", "quarantine"),
        ("the flat form: bytes", size(caps.size), "quarantine"),
        ("bytes waiting for Kafka", "kafka.queue_bytes", "503"),
        ("memory for ids", "idempotency.memory_limit", "the oldest ids go"),
    )
    head = "| what | at most | set by | beyond it |\n|---|---|---|---|"
    return "\n".join([head, *(_limit(*row) for row in rows)])


def _limit(what: str, bound: str, beyond: str) -> str:
    path = tuple(bound.split("."))
    if path in KEYS:
        return f"| {what} | {_default(*path)} | `{bound}` | {beyond} |"
    return f"| {what} | {bound} | fixed | {beyond} |"


def commands() -> str:
    """Return every command with its options, as typer documents them."""
    arguments = ["gateway.cli.commands", "utils", "docs", "--name", "cstar-gateway"]
    page = CliRunner().invoke(typer_cli, arguments, catch_exceptions=False).output
    return page.partition("\n\n")[2].strip()


def promises() -> str:
    """Return what was measured of what is promised."""
    bare = "As cheap as a server that does nothing but read the body and answer 202."
    return (
        f"- **Never lost, never twice.** {faults.in_words()}."
        " [Reliability](docs/reliability.md) says what was injected, and what is excused."
        f"\n- **{bare}** {bench.in_words()}."
        " [Performance](docs/performance.md) has latency, growth and memory."
    )


PARTS = (
    Part("docs/architecture.md", "reasons", reasons),
    Part("docs/dashboards.md", "alerts", observed.render),
    Part("docs/commands.md", "commands", commands),
    Part("docs/commands.md", "checks", checklist.render),
    Part("docs/configuration.md", "settings", settings.render),
    Part("docs/events.md", "catalogue", catalogue.render),
    Part("docs/helm.md", "cluster", cluster.render),
    Part("docs/inputs.md", "inputs", inputs.render),
    Part("docs/logs.md", "lines", lines.render),
    Part("docs/metrics.md", "metrics", metrics.render),
    Part("docs/performance.md", "comparison", bench.comparison),
    Part("docs/performance.md", "instructions", bench.instructions),
    Part("docs/performance.md", "costs", bench.costs),
    Part("docs/performance.md", "latency", bench.latency),
    Part("docs/performance.md", "growth", bench.growth),
    Part("docs/performance.md", "memory", bench.memory),
    Part("docs/performance.md", "restart", bench.restart),
    Part("docs/performance.md", "backfill", bench.backfill),
    Part("docs/performance.md", "steps", bench.steps),
    Part("docs/reliability.md", "faults", faults.render),
    Part("docs/security.md", "limits", limits),
    Part("README.md", "promises", promises),
)


def renewed(text: str, part: Part) -> str:
    """Return a document's text with one part written anew.

    Raises:
        ValueError: the marks are not there.
    """
    pattern = re.compile(rf"(<!-- {part.name}: [^\n]*-->\n).*?(<!-- /{part.name} -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"{part.page} lacks the marks of {part.name}")
    body = part.render()
    return pattern.sub(lambda match: f"{match[1]}\n{body}\n\n{match[2]}", text)


def write(part: Part) -> None:
    """Renew a part in its document, and say so where that changed anything."""
    path = ROOT / part.page
    before = path.read_text(encoding="utf-8")
    after = renewed(before, part)
    if after != before:
        path.write_text(after, encoding="utf-8")
        sys.stdout.write(f"{part.page}: {part.name} renewed\n")


def main() -> None:
    """Renew every part and file, and name those that changed; draw the pictures."""
    for part in PARTS:
        write(part)
    written.write()
    pictures.write()


if __name__ == "__main__":
    main()
