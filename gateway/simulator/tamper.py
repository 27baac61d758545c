"""Tamper: how a delivery is spoiled on its way, to see it refused."""

from enum import StrEnum

__all__ = ["Tamper"]


class Tamper(StrEnum):
    """What is wrong with the delivery.

    `signature`: signed with another secret. `body`: changed after signing. `stale`: signed ten
    minutes ago, as in a replay.
    """

    SIGNATURE = "signature"
    BODY = "body"
    STALE = "stale"
