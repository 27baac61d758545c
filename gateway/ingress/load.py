"""Load: how many deliveries, and how many bytes of bodies, are held at once."""

from gateway.pipeline.reasons import Ended, Reason

__all__ = ["Load", "Share"]


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

    def share(self) -> "Share":
        """Let a delivery in; whoever is let in must `release` its share.

        Raises:
            Ended: `overloaded`.
        """
        if self.deliveries >= self.max_deliveries:
            raise Ended(Reason.OVERLOADED, "too many deliveries in flight")
        if self.bytes >= self.max_bytes:
            raise Ended(Reason.OVERLOADED, "too many bytes in flight")
        self.deliveries += 1
        return Share(self)


class Share:
    """One delivery's part of the load.

    Attributes:
        size: bytes held for it.
    """

    __slots__ = ("_load", "size")

    def __init__(self, load: Load) -> None:
        self._load = load
        self.size = 0

    def hold(self, size: int) -> None:
        """Hold `size` more bytes; they are held even where this raises.

        Raises:
            Ended: `overloaded`.
        """
        load = self._load
        self.size += size
        load.bytes += size
        if load.bytes > load.max_bytes:
            raise Ended(Reason.OVERLOADED, "too many bytes in flight")

    def release(self) -> None:
        """Give everything back."""
        self._load.deliveries -= 1
        self._load.bytes -= self.size
