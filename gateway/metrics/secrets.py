"""Secrets: what becomes of them while the gateway runs. Which of them proves is `deliveries`."""

import time
from collections.abc import Callable, Mapping
from functools import partial

from gateway.metrics.book import Book
from gateway.metrics.series import Labels

__all__ = ["SecretMeter"]


class SecretMeter:
    """Counts what the rotation does. A series is a place in the configuration, whatever lies there.

    Args:
        book: where the series are opened.
        webhooks: how many secrets each webhook has, by its name.
        clock: seconds since the epoch.
    """

    def __init__(
        self, book: Book, webhooks: Mapping[str, int], clock: Callable[[], float] = time.time
    ) -> None:
        self._clock = clock
        known: list[Labels] = [
            (webhook, str(index)) for webhook, count in webhooks.items() for index in range(count)
        ]
        self._reloads = book.tally("cstar_gateway_secret_reloads_total", known)
        self._failures = book.tally("cstar_gateway_secret_reload_failures_total", known)
        self._loaded = dict.fromkeys(known, clock())
        self._stale = dict.fromkeys(known, 0)
        for name, values in (
            ("cstar_gateway_secret_loaded_timestamp_seconds", self._loaded),
            ("cstar_gateway_secret_stale", self._stale),
        ):
            for key in known:
                book.watch(name, partial(values.__getitem__, key), *key)

    def reloaded(self, webhook: str, index: int) -> None:
        """Count new content that went live."""
        self._reloads.add(webhook, str(index))
        self._loaded[webhook, str(index)] = self._clock()

    def failed(self, webhook: str, index: int) -> None:
        """Count content that will not do; what was live before is stale from now on."""
        self._failures.add(webhook, str(index))
        self._stale[webhook, str(index)] = 1

    def healed(self, webhook: str, index: int) -> None:
        """Note that a secret's content will do again."""
        self._stale[webhook, str(index)] = 0
