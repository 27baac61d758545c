"""Points: where on an event's path, and on the way to being ready, a replica can be made to die.

Each takes what is to be called there and patches the product; only `launcher` uses them.
"""

from asyncio import get_running_loop
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from gateway.idempotency.claims import Claims
from gateway.idempotency.recall import Recall
from gateway.idempotency.recovery import Recovery
from gateway.ingress import connection, front
from gateway.ingress.exchange import Exchanging
from gateway.sink.exchange import Exchange
from gateway.sink.producer import Producer
from gateway.sink.publisher import Publisher
from tests.faults.patch import patch

__all__ = ["IN_REPLAY", "POINTS"]

Passed = Callable[[], None]

_WRITTEN = 0.005  # seconds after which what was written has left the process


def _before(owner: type, name: str) -> Callable[[Passed], None]:
    def arm(passed: Passed) -> None:
        def make(original: Any) -> Any:
            def replaced(*args: Any, **more: Any) -> Any:
                passed()
                return original(*args, **more)

            return replaced

        patch(owner, name, make)

    return arm


def _after(owner: type, name: str) -> Callable[[Passed], None]:
    def arm(passed: Passed) -> None:
        def make(original: Any) -> Any:
            def replaced(*args: Any, **more: Any) -> Any:
                result = original(*args, **more)
                passed()
                return result

            return replaced

        patch(owner, name, make)

    return arm


def _after_send(passed: Passed) -> None:
    def make(original: Any) -> Any:
        def begin(*args: Any) -> None:
            original(*args)
            get_running_loop().call_later(_WRITTEN, passed)

        return begin

    patch(Exchange, "begin", make)


def _amid_reply(passed: Passed) -> None:
    def send(of: Exchanging, answer: Any, field: bytes, *, bodiless: bool = False) -> None:
        wire = answer.on_wire(field, bodiless=bodiless)
        of.answers += 1
        transport = of.transport
        assert transport is not None

        def write_the_rest() -> None:
            passed()
            if not transport.is_closing():
                transport.write(wire[len(wire) // 2 :])

        transport.write(wire[: len(wire) // 2])
        get_running_loop().call_later(_WRITTEN, write_the_rest)

    for module in (connection, front):
        patch(module, "send", lambda _: send)


POINTS: Mapping[str, Callable[[Passed], None]] = MappingProxyType(
    {
        "before-send": _before(Producer, "hand_over"),
        "after-send": _after_send,
        "after-ack": _before(Publisher, "settled"),
        "after-mark": _after(Claims, "_settle"),
        "amid-reply": _amid_reply,
    }
)
"""Every point of an event's path by its name."""

IN_REPLAY: Mapping[str, Callable[[Passed], None]] = MappingProxyType(
    {
        "in-journal": _before(Recall, "_apply"),
        "in-outputs": _before(Recovery, "identities"),
    }
)
"""Every point of reading back what was accepted, by its name."""
