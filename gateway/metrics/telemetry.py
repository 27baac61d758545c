"""Telemetry: every number of one gateway, and the Prometheus registry that shows them.

Each part is given its own meter and calls it with plain words; a call is a few dict look-ups. No
label comes from the wire: what is outside a closed set is counted as `other`.
"""

import platform
import time
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector

import gateway
from gateway.metrics.batches import BatchMeter
from gateway.metrics.book import Book
from gateway.metrics.deliveries import DeliveryMeter
from gateway.metrics.exposition import Exposition
from gateway.metrics.ledger import Ledger
from gateway.metrics.loop import LoopMeter
from gateway.metrics.requests import RequestMeter
from gateway.metrics.secrets import SecretMeter

__all__ = ["Telemetry"]


class Telemetry:
    """The meters of one gateway.

    Args:
        topics: the closed set of topics, those of the routes included.
        webhooks: how many secrets each webhook has, by its name.
        clock: seconds since the epoch.

    Attributes:
        ledger: deliveries in and out, for the HTTP edge.
        requests: requests and connections, for the HTTP edge.
        deliveries: the intake's observer.
        secrets: the rotation's meter.
        batches: the sink's observer.
        loop: measures the event loop, once started.
        collectors: what `/metrics` shows: all of these, the process and the garbage collector.
    """

    def __init__(
        self,
        *,
        topics: Iterable[str],
        webhooks: Mapping[str, int],
        clock: Callable[[], float] = time.time,
    ) -> None:
        book = self._book = Book()
        self.ledger = Ledger(book)
        self.requests = RequestMeter(book, clock)
        self.deliveries = DeliveryMeter(book, webhooks, clock)
        self.secrets = SecretMeter(book, webhooks, clock)
        self.batches = BatchMeter(book, topics, clock)
        self.loop = LoopMeter(book)
        book.info(
            "cstar_gateway_build_info",
            version=gateway.__version__,
            python=platform.python_version(),
        )
        self.collectors = CollectorRegistry()
        self.collectors.register(Exposition(book.series))
        ProcessCollector(registry=self.collectors)
        GCCollector(registry=self.collectors)

    def watch(self, name: str, ask: Callable[[], float], *values: str) -> None:
        """Show a gauge, or a count kept elsewhere, that asks `ask` for its value at each scrape.

        Raises:
            ValueError: the registry has none of this name with so many labels.
        """
        self._book.watch(name, ask, *values)
