"""Contenders: every server that is measured, by name."""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from benchmarks import compiled, go_gateway
from benchmarks.servers import GATEWAY as COMMAND
from benchmarks.servers import ROOT, Server, environment, gateway, server
from benchmarks.without import STAGES
from gateway.simulator import DEV_SECRET

__all__ = [
    "BARE",
    "COMPARED",
    "COMPILED",
    "CONTENDERS",
    "GATEWAY",
    "LESS",
    "Contender",
    "left_out",
    "shipped",
]

LESS = "without-"
"""What the names begin with of gateways that lack a stage."""


class Start(Protocol):
    """Runs a server."""

    def __call__(
        self,
        servers: str,
        prefix: str,
        partitions: int,
        /,
        *,
        under: Sequence[str] = (),
        **variables: str,
    ) -> AbstractContextManager[Server]:
        """Run it.

        Args:
            servers: of Kafka.
            prefix: of topics.
            partitions: of each.
            under: the command that its own is run under.
            variables: of a gateway's configuration, beside the usual ones; others have none.
        """


class Contender(NamedTuple):
    """One server that is measured.

    Attributes:
        name: in results and options.
        says: what it is, for people.
        start: runs it.
        writes: whether it writes to Kafka: then its records are counted.
        lacks_topics: whether the bench must make its topics.
        folder: tells where the package `gateway` is that it runs; it may be built first.
    """

    name: str
    says: str
    start: Start
    writes: bool = True
    lacks_topics: bool = False
    folder: Callable[[], Path] = lambda: ROOT


def _bare(*arguments: str) -> Start:
    command = (sys.executable, "-m", "benchmarks.bare", *arguments)
    return lambda *_, under=(), **__: server((*under, *command), {})


def _by_hand(*command: str, servers: str, prefix: str) -> AbstractContextManager[Server]:
    variables = {"BENCH_SECRET": DEV_SECRET, "BENCH_KAFKA": servers, "BENCH_PREFIX": prefix}
    return server(command, variables)


def _fastapi(
    servers: str, prefix: str, _: int, /, *, under: Sequence[str] = (), **__: str
) -> AbstractContextManager[Server]:
    command = (*under, sys.executable, "-m", "benchmarks.fastapi_gateway")
    return _by_hand(*command, servers=servers, prefix=prefix)


def _go(
    servers: str, prefix: str, _: int, /, *, under: Sequence[str] = (), **__: str
) -> AbstractContextManager[Server]:
    return _by_hand(*under, str(go_gateway.build()), servers=servers, prefix=prefix)


def _gateway(
    *of: *tuple[str, str, int], under: Sequence[str] = (), **variables: str
) -> AbstractContextManager[Server]:
    return gateway(environment(*of) | variables, (*under, *COMMAND))


def _compiled(
    *of: *tuple[str, str, int], under: Sequence[str] = (), **variables: str
) -> AbstractContextManager[Server]:
    return gateway(environment(*of) | variables, (*under, *COMMAND), compiled.unpacked())


def _without(
    stage: str, *of: *tuple[str, str, int], under: Sequence[str] = (), **variables: str
) -> AbstractContextManager[Server]:
    command = (*under, sys.executable, "-m", "benchmarks.without", stage)
    return gateway(environment(*of) | variables, command)


BARE = Contender("bare", "bare aiohttp on uvloop", _bare(), writes=False)
GATEWAY = Contender("gateway", "the gateway", _gateway)
COMPILED = Contender("compiled", "the gateway, compiled", _compiled, folder=compiled.unpacked)

_OTHERS = (
    Contender("documented", "bare aiohttp, `web.run_app`", _bare("documented"), writes=False),
    Contender("fastapi", "FastAPI and aiokafka by hand", _fastapi, lacks_topics=True),
    Contender("go", "Go and franz-go by hand", _go, lacks_topics=True),
)
_STRIPPED = tuple(
    Contender(
        f"{LESS}{name}",
        f"the gateway without {stage.says}",
        partial(_without, name, **stage.variables),
        writes=stage.writes,
    )
    for name, stage in STAGES.items()
)

COMPARED = (BARE.name, *(each.name for each in _OTHERS), GATEWAY.name, COMPILED.name)
"""Names of those that are compared; the others say what a stage costs."""

CONTENDERS: Mapping[str, Contender] = {
    each.name: each for each in (BARE, *_OTHERS, GATEWAY, COMPILED, *_STRIPPED)
}
"""All of them, by name, in the order in which people read them."""


def shipped() -> Contender:
    """Return the gateway as it is deployed, compiled; interpreted where it cannot be compiled."""
    return COMPILED if compiled.available() else GATEWAY


def left_out() -> Mapping[str, str]:
    """Return which servers cannot run here, each with why, for people."""
    left = {}
    if not go_gateway.available():
        left["go"] = go_gateway.NO_GO
    if not compiled.available():
        left[COMPILED.name] = compiled.NO_WHEEL
    return left
