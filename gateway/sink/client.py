"""Client: the manners that every client of aiokafka here is held to: fresh log-in, hard cut.

May live here: what leans on private parts of `aiokafka.client` and `aiokafka.conn` (a test guards
them). May not: producing or administering.
"""

import asyncio
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient
from aiokafka.conn import CloseReason

from gateway.sink.settings import KafkaSettings

__all__ = ["end_consumer", "log_in_afresh", "pace_metadata", "sever"]

_CLOSE_WITHIN = 1.0  # seconds; aborted sockets close at once, this is for the loop to notice


def pace_metadata(client: AIOKafkaClient, interval: float) -> None:
    """Hold `client` to one metadata refresh per `interval` seconds.

    While a partition has no leader, aiokafka's sender asks for metadata in a loop without a pause
    (`Sender._sender_routine`, `unknown_leaders_exist`).
    """
    update = client._metadata_update  # noqa: SLF001 - no public way to slow it
    loop = asyncio.get_running_loop()
    last = loop.time() - interval

    async def paced(*args: Any) -> Any:
        nonlocal last
        wait = last + interval - loop.time()
        if wait > 0:
            await asyncio.sleep(wait)
        last = loop.time()
        return await update(*args)

    vars(client)["_metadata_update"] = paced


def log_in_afresh(client: AIOKafkaClient, settings: KafkaSettings) -> None:
    """Have `client` connect with the password as it is then, not as it was when it was made.

    For a token aiokafka asks anew at each connection, for a password it does not.
    """
    password, connect = settings.password, client._get_conn  # noqa: SLF001 - who connects
    if password is None:
        return

    def connected(*args: Any, **options: Any) -> Any:
        client._sasl_plain_password = password()  # noqa: SLF001 - read when it connects
        return connect(*args, **options)

    vars(client)["_get_conn"] = connected


async def _refused(*_arguments: Any, **_options: Any) -> None:
    """Stand where a client connects, once it has been cut off: it cannot."""


def _reset_all(client: AIOKafkaClient) -> None:
    for connection in list(client._conns.values()):  # noqa: SLF001 - the sockets are nowhere else
        if connection._writer is not None:  # noqa: SLF001 - as above
            _reset(connection._writer.transport)  # noqa: SLF001 - as above
        connection.close(reason=CloseReason.SHUTDOWN)


def _reset(transport: asyncio.WriteTransport) -> None:
    """Close at once, and have the kernel forget what it could not send yet.

    Otherwise it would go on trying for minutes, and what we have given up would land after all.
    """
    opened = transport.get_extra_info("socket")
    if opened is not None:
        with suppress(OSError):
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def sever(client: AIOKafkaClient, tasks: Iterable["asyncio.Task[Any]"] = ()) -> None:
    """Cut the client off: nothing more is written to any socket from the moment of the call.

    `AIOKafkaClient.close` flushes what is buffered, and waits for it: with a frozen broker that is
    a hang, and a write long after it was given up. Here the buffers are dropped.

    Args:
        client: whose connections are cut.
        tasks: which use the client; they are cancelled and waited for.
    """
    ending = {task for task in (*tasks, client._sync_task) if task is not None}  # noqa: SLF001
    for task in ending:
        task.cancel()
    client._sync_task = None  # noqa: SLF001 - close() would raise what the task died of
    vars(client)["_get_conn"] = _refused
    _reset_all(client)
    if ending:
        done, _ = await asyncio.wait(ending, timeout=_CLOSE_WITHIN)
        for task in done:
            if not task.cancelled():
                task.exception()  # retrieved: its death is known here
    with suppress(TimeoutError):
        async with asyncio.timeout(_CLOSE_WITHIN), client._get_conn_lock:  # noqa: SLF001 - below
            _reset_all(client)  # one was being made when the others were closed
        async with asyncio.timeout(_CLOSE_WITHIN):
            await client.close()


async def end_consumer(consumer: AIOKafkaConsumer) -> None:
    """Disconnect a consumer that commits nothing, in bounded time, whatever becomes of it.

    aiokafka's own stop raises where the tasks of its start have not had a turn yet, ends as if
    cancelled where Kafka went away, and may wait for what does not answer: so it is a task of its
    own, and what it leaves open is cut.
    """
    await asyncio.sleep(0)
    stopping = asyncio.ensure_future(consumer.stop())
    await asyncio.wait([stopping], timeout=_CLOSE_WITHIN)
    stopping.cancel()
    if stopping.done() and not stopping.cancelled():
        stopping.exception()  # retrieved: there is nothing to do about it
    await sever(consumer._client)  # noqa: SLF001 - the sockets are nowhere else
