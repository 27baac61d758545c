"""Serve: the gateway as a service, from its configuration to a clean exit."""

import asyncio
import signal

import structlog
import typer
import uvloop

from gateway import logs
from gateway.app import Gateway
from gateway.cli.collector import spare_collections
from gateway.cli.options import ConfigPath, load_or_exit
from gateway.config import Config, cautions

__all__ = ["serve", "serve_until_signalled"]

_log = structlog.get_logger(__name__)


def serve(config: ConfigPath = None) -> None:
    """Take deliveries and publish them, until SIGTERM.

    The first signal drains: unready, still serving, then every request that was begun is answered
    and the queue to Kafka is flushed. A second one aborts hard.
    """
    settings = load_or_exit(config)
    logs.configure(style=settings.log.format, level=settings.log.level)
    for caution in cautions(settings):
        _log.warning("configuration", key=caution.key, problem=caution.message, fix=caution.fix)
    raise typer.Exit(uvloop.run(serve_until_signalled(settings)))


async def serve_until_signalled(config: Config) -> int:
    """Run one gateway; return the process's exit code.

    0 after a drain; 1 where an address cannot be bound, or the drain was cut short.
    """
    stop = asyncio.Event()
    draining: asyncio.Task[None] | None = None

    def heed() -> None:
        if draining is not None:
            draining.cancel()
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, heed)
    gateway = Gateway(config)
    spare_collections()
    try:
        await gateway.start()
    except OSError as error:
        _log.error("cannot listen", problem=str(error))
        return 1
    await stop.wait()
    draining = asyncio.create_task(gateway.drain())
    try:
        await draining
    except asyncio.CancelledError:
        _log.error("aborted by a second signal")
        return 1
    return 0
