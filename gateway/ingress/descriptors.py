"""Descriptors: how many connections the system lets this process have.

Senders must not take the descriptors that Kafka, the admin listener and files need: a gateway that
is full of connections could not reach a broker again. So some are kept back, and where the system
allows few, fewer connections are taken than configured.
"""

import resource

import structlog

__all__ = ["BESIDE_CONNECTIONS", "connections_within", "raise_limit"]

BESIDE_CONNECTIONS = 64
"""Descriptors for everything else; of a limit below twice as many, half of it."""

_log = structlog.get_logger(__name__)


def raise_limit(connections: int) -> int:
    """Raise this process's own limit as far as that many connections need and the system allows.

    Returns:
        How many of them may be open; says so where they are fewer.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections + BESIDE_CONNECTIONS
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    most = connections_within(soft, connections)
    if most < connections:
        _log.warning(
            "fewer connections than configured",
            connections=most,
            configured=connections,
            problem=f"the system lets this process have {soft} open files",
            fix=f"raise it (ulimit -n {needed}), or lower ingress.max_connections",
        )
    return most


def connections_within(limit: int, connections: int) -> int:
    """Return how many of the connections may be open under a limit of descriptors."""
    if limit == resource.RLIM_INFINITY:
        return connections
    kept = min(BESIDE_CONNECTIONS, limit // 2)
    return max(1, min(connections, limit - kept))
