"""Without: the gateway less one of its stages, so that the difference is what the stage costs.

`python -m benchmarks.without STAGE` is `cstar-gateway serve` with that stage replaced in this
process. The product has no such switch: the replacing is done here, by name, and fails where a name
is no longer there.
"""

import gc
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import gateway.assembly
import gateway.engine
import gateway.intake
from gateway.cli import main as serve
from gateway.events.catalogue import CATALOGUE
from gateway.idempotency.claims import Claims, Standing
from gateway.idempotency.identity import Digester, Identity
from gateway.intake import Intake
from gateway.metrics.batches import BatchMeter
from gateway.metrics.deliveries import DeliveryMeter
from gateway.metrics.ledger import Ledger
from gateway.metrics.requests import RequestMeter
from gateway.pipeline.delivery import Delivery, Headers, read_hints
from gateway.pipeline.reasons import Reason
from gateway.pipeline.record import Record
from gateway.pipeline.signature import Keyring
from gateway.pipeline.verdict import Verdict
from gateway.pipeline.webhook import Webhook
from gateway.publication import Ack
from gateway.sink.memory import MemorySink

__all__ = ["STAGES", "Without", "replace"]

_WEBHOOK = Webhook("bench")
_TYPE = next(iter(CATALOGUE))
_MADE = datetime.now(UTC)
_IDENTITY = Identity(b"\0" * 16, b"\0" * 8)


class Without(NamedTuple):
    """One stage that may be left out.

    Attributes:
        says: what is left out, for people.
        leave_out: replaces it in this process.
        variables: of the configuration, where the product has a choice.
        writes: whether what is left writes to Kafka.
    """

    says: str
    leave_out: Callable[[], None] = lambda: None
    variables: Mapping[str, str] = {}
    writes: bool = True


def replace(owner: object, name: str, value: object) -> None:
    """Put something in another's place, which must be there."""
    getattr(owner, name)
    setattr(owner, name, value)


def _unproved(
    headers: Headers,
    body: bytes,
    keyring: Keyring,  # noqa: ARG001 - as `verify` is called
    *,
    now: float,
    tolerance: float,  # noqa: ARG001 - same
) -> Delivery:
    return Delivery(body, _WEBHOOK, 0, now, int(now), read_hints(headers))


def _signature() -> None:
    replace(gateway.intake, "verify", _unproved)


def _claims() -> None:
    replace(Digester, "event", lambda *_: _IDENTITY)
    replace(Claims, "look", lambda _, identity: Standing(identity))
    replace(Claims, "hold", lambda *_: None)


def _contract() -> None:
    replace(gateway.assembly, "made_at", lambda *_: _MADE)


def _metrics() -> None:
    for meter in (Ledger, RequestMeter, DeliveryMeter, BatchMeter):
        for name, value in vars(meter).items():
            if callable(value) and not name.startswith("_"):
                replace(meter, name, lambda *_, **__: None)


class _Forgetful(MemorySink):
    """Acks in the next turn of the loop, and keeps nothing."""

    def __init__(self, *_: object) -> None:
        super().__init__()

    def _append(self, record: Record) -> Ack:
        return Ack(record.topic, 0, 0)


def _kafka() -> None:
    replace(gateway.engine, "KafkaSink", _Forgetful)


_TAKEN = Verdict(Reason.ACKED, "evt_none", _TYPE)


def _everything() -> None:
    _signature()
    _kafka()
    replace(Intake, "begin", lambda *_: _TAKEN)


_MEMORY = {"CSTAR_GATEWAY__IDEMPOTENCY__STORE": "memory"}

STAGES: Mapping[str, Without] = {
    "signature": Without("the signature", _signature),
    "journal": Without("the journal (`store = memory`)", variables=_MEMORY),
    "claims": Without("journal and claims: no idempotency", _claims, _MEMORY),
    "contract": Without("the contract", _contract),
    "flat": Without("the flat form", variables={"CSTAR_GATEWAY__WEBHOOKS__0__FLAT": "false"}),
    "metrics": Without("metrics", _metrics),
    "collector": Without("Python's garbage collector", gc.disable),
    "kafka": Without("Kafka and journal: acked from memory", _kafka, _MEMORY, writes=False),
    "everything": Without("all but HTTP and metrics", _everything, _MEMORY, writes=False),
}
"""What may be left out, by name."""


def main() -> None:
    """Serve without the stage that the command line names."""
    STAGES[sys.argv[1]].leave_out()
    sys.argv[1:] = ["serve"]
    serve()


if __name__ == "__main__":
    main()
