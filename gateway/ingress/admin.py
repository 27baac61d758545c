"""Admin: the listener for probes, Prometheus and people; for the inside of the network only.

```
GET /livez     200 while the event loop turns; Kafka's troubles do not matter here
GET /readyz    200, or 503 with the checks that fail
GET /metrics   Prometheus text, or OpenMetrics where asked for
GET /version   the gateway's version and those of what it runs on
```
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CollectorRegistry
from prometheus_client.aiohttp import make_aiohttp_handler

from gateway.ingress.fault import report_fault

__all__ = ["AdminServer", "Check"]

_SHUTDOWN = 1.0  # seconds a scrape in flight may take at the end


class Check(NamedTuple):
    """One thing that must hold for the gateway to be ready.

    Attributes:
        name: stable, for scripts.
        ok: whether it holds.
        detail: for people; what is wrong where it does not.
    """

    name: str
    ok: bool
    detail: str = ""


class AdminServer:
    """The admin listener.

    Args:
        collectors: what `/metrics` shows.
        checks: asked at each `/readyz`; must not block.
        versions: what `/version` shows, by name.
    """

    def __init__(
        self,
        collectors: CollectorRegistry,
        *,
        checks: Callable[[], Sequence[Check]],
        versions: Mapping[str, str],
    ) -> None:
        self._checks = checks
        self._versions = dict(versions)
        app = web.Application(middlewares=[_guard])
        app.add_routes(
            [
                web.get("/livez", self._livez),
                web.get("/readyz", self._readyz),
                web.get("/metrics", make_aiohttp_handler(collectors)),
                web.get("/version", self._version),
            ]
        )
        self._runner = web.AppRunner(
            app, access_log=None, keepalive_timeout=75.0, shutdown_timeout=_SHUTDOWN
        )

    async def start(self, host: str, port: int) -> int:
        """Listen; return the port that is bound (of use where `port` is 0).

        Raises:
            OSError: the address cannot be bound.
        """
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        bound: int = self._runner.addresses[0][1]
        return bound

    async def stop(self) -> None:
        """Stop listening; the last thing to go at shutdown, so that probes see the drain."""
        await self._runner.cleanup()

    async def _livez(self, _request: web.Request) -> web.Response:
        return _json(200, {"status": "live"})

    async def _readyz(self, _request: web.Request) -> web.Response:
        checks = self._checks()
        ready = all(check.ok for check in checks)
        return _json(
            200 if ready else 503,
            {
                "status": "ready" if ready else "unready",
                "checks": [check._asdict() for check in checks],
            },
        )

    async def _version(self, _request: web.Request) -> web.Response:
        return _json(200, self._versions)


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer an unexpected fault with a plain 503, and report it without a traceback's text."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception as error:  # noqa: BLE001 - the last line of the admin listener
        report_fault(error)
        return _json(503, {"status": "fault"})


def _json(status: int, body: object) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")
