"""Ports of 127.0.0.1 that are free now, and stay free while the broker is down."""

import random
import socket

from gateway.embedded.failure import KafkaFailed

__all__ = ["free_ports", "is_free"]

# Below the ephemeral ranges of Linux (32768) and macOS (49152): no outgoing connection is given
# the port between a broker's death and its restart.
_RANGE = range(20_000, 32_000)
_TRIES = 1000


def free_ports(count: int) -> list[int]:
    """Return `count` different ports nobody listens on. Another may take one the moment after.

    Raises:
        KafkaFailed: nearly all are taken.
    """
    found: list[int] = []
    for _ in range(_TRIES):
        port = random.choice(_RANGE)  # noqa: S311 - not a secret
        if port not in found and is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    raise KafkaFailed(f"No free ports on 127.0.0.1 in {_RANGE.start} to {_RANGE.stop}.")


def is_free(port: int) -> bool:
    """Tell whether one could listen on `port` of 127.0.0.1 now."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
