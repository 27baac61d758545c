"""Bare: aiohttp that does nothing but read the body and answer 202. The yardstick.

`python -m benchmarks.bare` is the yardstick of the promise: on uvloop, without an access log, as
the gateway is. `python -m benchmarks.bare documented` is what aiohttp's documentation shows,
`web.run_app` with its defaults: asyncio's own loop. Both say where they listen as the gateway does.
"""

import asyncio
import json
import signal
import socket
import sys

import uvloop
from aiohttp import web

from benchmarks.deliveries import PATH

__all__ = ["application", "run_documented", "serve"]


async def _take(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(status=202)


def application() -> web.Application:
    """Return the application."""
    app = web.Application()
    app.router.add_post(PATH, _take)
    return app


async def serve() -> None:
    """Serve on this loop until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    runner = web.AppRunner(application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    (address,) = runner.addresses
    _say(address[1])
    await stop.wait()
    await runner.cleanup()


def run_documented() -> None:
    """Serve as aiohttp's documentation does, until SIGTERM."""
    listener = socket.create_server(("127.0.0.1", 0))
    _say(listener.getsockname()[1])
    web.run_app(application(), sock=listener)


def _say(port: int) -> None:
    sys.stderr.write(json.dumps({"event": "listening", "port": port}) + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    if sys.argv[1:] == ["documented"]:
        run_documented()
    else:
        uvloop.run(serve())
