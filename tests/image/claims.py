"""Claims: what deploy/Dockerfile says of its image, each looked at in the image or in its run."""

import asyncio
import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from deploy.wheel import compiled_modules
from gateway.embedded import Kafka
from gateway.simulator.samples import sample
from requirements.audit import locked
from tests.e2e.running import environment, free_port
from tests.image.building import BASE, ROOT, TAG, inspect
from tests.image.container import Container, mounted, running
from tests.kafka_reading import read_topics

__all__ = ["Claim", "claims"]

_HOME = "opt/cstar-gateway"
_MOST_BYTES = 80_000_000  # of ours; the base is whoever's who chose it
_TOOLS = ("pip", "hatch*", "mypy", "mypyc", "setuptools")
_LABELS = ("title", "description", "licenses", "version", "revision", "base.name")
_READ_ONLY = "import os; raise SystemExit(not os.statvfs('/').f_flag & os.ST_RDONLY)"
_WHO = "import os; print(os.getuid(), os.getgid())"
_LOADED = """
import importlib, sys
print(*(name for name in sys.argv[1:] if importlib.import_module(name).__file__.endswith(".so")))
"""
_COMPILER = re.compile(r"(.+-)?(cc|c\+\+|gcc|g\+\+|clang|clang\+\+|cc1)([-.][\d.]+)?")


class Claim(NamedTuple):
    """One thing said of the image.

    Attributes:
        said: in words.
        holds: whether it is so.
        found: what was found.
    """

    said: str
    holds: bool
    found: str


def claims(requirements: str, base: str, *, compiled: bool) -> Iterator[Claim]:
    """Yield every claim: of the image at rest, then of one that runs on a real Kafka."""
    with mounted(TAG) as root:
        yield from _at_rest(root, requirements, base)
        with Kafka() as kafka:
            yield from _at_work(root, kafka, compiled=compiled)


def _at_rest(root: Path, requirements: str, base: str) -> Iterator[Claim]:
    config, home = inspect(TAG)["config"], root / _HOME
    size = sum(file.lstat().st_size for file in home.rglob("*"))
    under = base if base != BASE else "Debian with Python"
    yield Claim("it is small", size <= _MOST_BYTES, f"{size / 1e6:.0f} MB on {under}")
    yield Claim("it runs as nobody", config["User"] == "65532:65532", config["User"])
    labels = {f"org.opencontainers.image.{name}" for name in _LABELS}
    given = labels & {name for name, value in config["Labels"].items() if value}
    yield Claim("its labels tell what it is", given == labels, f"{len(given)} of {len(labels)}")
    healthcheck = " ".join(config.get("Healthcheck", {}).get("Test", ()))
    yield Claim("its health is asked by Python", "healthcheck.py" in healthcheck, healthcheck)
    sources = {file for file in home.rglob("*.py") if "site-packages" in file.parts}
    cached = {file for file in sources if any(file.parent.glob(f"__pycache__/{file.stem}.*"))}
    yield Claim(
        "every module has its bytecode", cached == sources, f"{len(cached)} of {len(sources)}"
    )
    tools = {path.name for tool in _TOOLS for path in home.rglob(tool)}
    yield Claim("no tool it was built with is left", not tools, ", ".join(sorted(tools)) or "none")
    files = (path for path in root.rglob("*") if _COMPILER.fullmatch(path.name))
    compilers = sorted(str(path.relative_to(root)) for path in files if not path.is_dir())
    yield Claim("no compiler is in it", not compilers, ", ".join(compilers) or "none")
    yield _bill(home, requirements)


def _bill(home: Path, requirements: str) -> Claim:
    """Hold the bill of materials to the lock, package by package."""
    lock = (ROOT / f"requirements/{requirements}.txt").read_text(encoding="utf-8")
    bill = json.loads((home / "sbom.cdx.json").read_text(encoding="utf-8"))
    listed = {one["purl"] for one in bill["components"] if "purl" in one}
    wanted = {f"pkg:pypi/{name}@{version}" for name, version in locked(lock).items()}
    holds = wanted == listed and bill["bomFormat"] == "CycloneDX"
    return Claim("its bill of materials is the lock", holds, f"{len(wanted & listed)} packages")


def _at_work(root: Path, kafka: Kafka, *, compiled: bool) -> Iterator[Claim]:
    prefix, port = f"image-{uuid.uuid4().hex[:8]}", free_port()
    variables = environment(
        kafka.bootstrap_servers, prefix, IDEMPOTENCY__STORE="kafka", ADMIN__PORT=str(port)
    )
    with running(TAG, root, variables) as container:
        container.wait_listening()
        yield asyncio.run(_one_event(container, kafka, prefix))
        yield _path(container, compiled=compiled)
        code, said = container.execute("python3", "-c", _WHO)
        yield Claim("it does run as nobody", said.split() == ["65532", "65532"], said.strip())
        code, said = container.execute("python3", "-c", _READ_ONLY)
        yield Claim("its root is read-only", code == 0, said.strip() or "nothing can be written")
        code, said = container.execute("sh", "-c", "true")
        yield Claim("it ran without a shell", code != 0, "every shell was masked")
        code, said = container.execute("python3", f"/{_HOME}/healthcheck.py")
        yield Claim("its healthcheck passes", code == 0, said.strip() or "exit code 0")
        code = container.terminate()
        yield Claim("it drains on SIGTERM", code == 0, f"exit code {code}")


def _path(container: Container, *, compiled: bool) -> Claim:
    """Load what pyproject.toml says is compiled, each module as the gateway would."""
    path = compiled_modules()
    code, said = container.execute("python3", "-c", _LOADED, *path)
    wanted = path if compiled else []
    holds = (code, said.split()) == (0, wanted)
    found = f"{len(said.split())} of {len(path)} modules" if code == 0 else said.strip()
    how = "compiled" if compiled else "interpreted, as asked"
    return Claim(f"the path of a delivery is {how}", holds, found)


async def _one_event(container: Container, kafka: Kafka, prefix: str) -> Claim:
    """Send one signed event and read it back from Kafka."""
    event = sample(
        "ticket.created", event_id="evt_image", team_id="t", created_at=datetime.now(UTC)
    )
    async with container.client() as client:
        status, answer = await client.send(json.dumps(event).encode())
    records = await read_topics(kafka.bootstrap_servers, [f"{prefix}.tickets"])
    ids = [dict(record.headers).get("ce_id") for record in records]
    holds = (status, answer["status"], ids) == (202, "accepted", [b"evt_image"])
    return Claim("an event goes through it to Kafka", holds, f"{status}, {len(records)} record")
