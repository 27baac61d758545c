"""Load: how many deliveries, and how many bytes of bodies, are held at once."""

from typing import final

from gateway.ingress.request import Request
from gateway.pipeline.reasons import Ended, Reason

__all__ = ["Load"]


@final
class Load:
    """Counts what is in flight and refuses what is beyond the limits, at once.

    Bytes count when they are here, not when they are declared: whoever declares much and sends
    nothing takes no room from others.

    Args:
        max_deliveries: most at once.
        max_bytes: most bytes of bodies at once.

    Attributes:
        deliveries: in flight now.
        bytes: of their bodies.
    """

    __slots__ = ("bytes", "deliveries", "max_bytes", "max_deliveries")

    def __init__(self, max_deliveries: int, max_bytes: int) -> None:
        self.max_deliveries = max_deliveries
        self.max_bytes = max_bytes
        self.deliveries = 0
        self.bytes = 0

    def admit(self, request: Request) -> None:
        """Let a delivery in; `release` gives back what it came to hold.

        Raises:
            Ended: `overloaded`.
        """
        if self.deliveries >= self.max_deliveries:
            raise Ended(Reason.OVERLOADED, "too many deliveries in flight")
        if self.bytes >= self.max_bytes:
            raise Ended(Reason.OVERLOADED, "too many bytes in flight")
        self.deliveries += 1
        request.admitted = True

    def hold(self, request: Request, size: int) -> None:
        """Hold `size` more bytes for a delivery; they are held even where this raises.

        Raises:
            Ended: `overloaded`.
        """
        request.held += size
        self.bytes += size
        if self.bytes > self.max_bytes:
            raise Ended(Reason.OVERLOADED, "too many bytes in flight")

    def release(self, request: Request) -> None:
        """Give back everything of a delivery that ends; nothing where it was not let in."""
        if request.admitted:
            self.deliveries -= 1
            self.bytes -= request.held
