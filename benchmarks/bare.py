"""Bare: the yardstick. aiohttp as its documentation shows it, doing nothing but reading the body.

On uvloop as the gateway is, without an access log. It says where it listens as the gateway does.
"""

import asyncio
import json
import signal
import sys

import uvloop
from aiohttp import web

from benchmarks.deliveries import PATH

__all__ = ["application", "serve"]


async def _take(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(status=202)


def application() -> web.Application:
    """Return the application."""
    app = web.Application()
    app.router.add_post(PATH, _take)
    return app


async def serve() -> None:
    """Serve until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    runner = web.AppRunner(application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    (address,) = runner.addresses
    sys.stderr.write(json.dumps({"event": "listening", "port": address[1]}) + "\n")
    sys.stderr.flush()
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    uvloop.run(serve())
