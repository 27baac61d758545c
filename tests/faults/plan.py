"""Plan: how one trial is set up, as values."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

__all__ = ["Plan"]


class Plan(NamedTuple):
    """How a trial is set up.

    Attributes:
        fault: its number.
        name: in a few words.
        injected: how.
        replicas: gateways.
        rate: events a second.
        resend: send every event again at the end; none may be published again.
        recovery: seconds until the marks of a crashed replica are known to the others.
        answers: every request must be answered, for nothing that answers was hurt.
        statuses: that a good event may be answered with.
        large: bytes of one event in 50, which belongs in the quarantine; 0: none.
        arm: arguments of the launcher that starts the replicas; none: the plain command.
        bootstrap_servers: where another than the context's broker is to be asked.
        more: configuration of the gateways, without its first part.
    """

    fault: str
    name: str
    injected: str
    replicas: int = 2
    rate: float = 300.0
    resend: bool = True
    recovery: float = 20.0
    answers: bool = True
    statuses: frozenset[int] = frozenset({200, 202, 503})
    large: int = 0
    arm: tuple[str, ...] = ()
    bootstrap_servers: str = ""
    more: Mapping[str, str] = MappingProxyType({})
