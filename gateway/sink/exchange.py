"""Exchange: one Produce request over an open connection, and its answer.

aiokafka makes a task, two futures and a timeout's context of each request. Here one object is what
its connection takes for the request and for the future of the answer alike. May live here: what
leans on private parts of `aiokafka.conn` for that. May not: what follows from the answer
(`producer`).
"""

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from aiokafka.conn import CloseReason
from aiokafka.errors import KafkaConnectionError, RequestTimedOutError
from aiokafka.structs import TopicPartition

from gateway.sink.sent import Sent
from gateway.sink.wire import API_KEY, VERSION, Result, read, write

__all__ = ["Exchange", "open_to_us"]


def open_to_us(connection: Any) -> bool:
    """Tell whether a connection of aiokafka's (None: there is none) takes requests of `wire`."""
    if connection is None or not connection.connected():
        return False
    oldest, newest = connection._versions.get(API_KEY, (-1, -1))  # noqa: SLF001 - nowhere else
    return bool(oldest <= VERSION <= newest)


class Exchange:
    """A request of sealed batches, one of a partition, to the broker that leads them all.

    Args:
        node: the broker's id.
        batches: what it is to take.
        loop: in whose next turn `heard` is called.
        heard: called once, when the answer is there or none will come.

    Attributes:
        node: see above.
        batches: see above.
        correlation_id: by which the answer, once it is there, says that it is ours.
        answer: as it came, without its header.
        results: what it says of each partition.
        error: why there is no answer; None: there is one.
    """

    __slots__ = (
        "_connection",
        "_ended",
        "_heard",
        "_loop",
        "_timer",
        "answer",
        "batches",
        "correlation_id",
        "error",
        "node",
        "results",
    )

    def __init__(
        self,
        node: int,
        batches: Mapping[TopicPartition, Sent],
        loop: AbstractEventLoop,
        heard: Callable[["Exchange"], None],
    ) -> None:
        self.node = node
        self.batches = batches
        self._loop = loop
        self._heard = heard
        self._ended = False
        self._timer: TimerHandle | None = None
        self._connection: Any = None
        self.correlation_id = -1
        self.answer = b""
        self.results: list[Result] = []
        self.error: Exception | None = None

    def begin(self, connection: Any, client: str, timeout: int) -> None:
        """Send the request.

        Args:
            connection: aiokafka's, open to us.
            client: the name brokers log and meter us by.
            timeout: milliseconds until there will be no answer; the broker knows, too.

        Raises:
            KafkaConnectionError: it is broken, and closed now.
        """
        number: int = connection._next_correlation_id()  # noqa: SLF001 - shared with aiokafka
        written = write(number, client, timeout, self.batches.values())
        self._connection = connection
        self._timer = self._loop.call_later(timeout / 1000, self._late)
        try:
            connection._writer.write(written)  # noqa: SLF001 - as its own send() does
        except OSError as error:
            connection.close(reason=CloseReason.CONNECTION_BROKEN)
            raise KafkaConnectionError(str(error)) from error
        connection._requests.append((number, self, self))  # noqa: SLF001 - as its own send() does

    def _late(self) -> None:
        """Give the connection up, as aiokafka does: what follows on it is not to be trusted."""
        if not self._ended:
            connection = self._connection
            self.set_exception(RequestTimedOutError())
            connection.close(reason=CloseReason.CONNECTION_TIMEOUT)

    @property
    def RESPONSE_TYPE(self) -> "Exchange":  # noqa: N802 - aiokafka's name
        """Return what reads the answer."""
        return self

    def parse_response_header(self, data: BytesIO) -> "Exchange":
        """Read what stands before the answer, whose `correlation_id` is then looked at."""
        self.correlation_id = int.from_bytes(data.read(4), "big")
        return self

    def decode(self, data: BytesIO) -> bytes:
        """Read the answer; where it cannot be read, aiokafka gives the connection up."""
        answer = data.read()
        self.results = read(answer)
        return answer

    def done(self) -> bool:
        """Tell whether there is an answer, or will be none."""
        return self._ended

    def set_result(self, answer: bytes) -> None:
        """End with the answer."""
        self.answer = answer
        self._end()

    def set_exception(self, error: Exception) -> None:
        """End without an answer."""
        self.error = error
        self._end()

    def _end(self) -> None:
        self._ended = True
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._connection = None
        self._loop.call_soon(self._heard, self)
