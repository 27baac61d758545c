"""Memory: the panels of what is remembered: ids, their window, and the journal."""

from deploy.observability.panel import Panel, each
from deploy.observability.query import (
    Query,
    gauge,
    increase,
)

__all__ = ["IDEMPOTENCY"]

_HIT = "cstar_gateway_idempotency_hit_age_seconds"

IDEMPOTENCY = (
    each(
        "Known events",
        "Events known to be accepted; replicas that share a journal have about the same number.",
        "short",
        "cstar_gateway_idempotency_ids",
    ),
    each(
        "Window",
        "How far back accepted events are known; 33 h unless memory is full.",
        "s",
        "cstar_gateway_idempotency_window_seconds",
        "idempotency.md#cstargatewaywindowtooshort",
    ),
    each(
        "Memory of known events",
        "About 37 bytes an event; the limit is `idempotency.memory_limit`.",
        "bytes",
        "cstar_gateway_idempotency_bytes",
        "idempotency.md#cstargatewaywindowtooshort",
    ),
    Panel(
        "Duplicates by age",
        "How long before its duplicate an event had been accepted: a bar for each of cStar's "
        "retries. Old ones show what the window is for.",
        "short",
        (
            Query(
                increase(f"{_HIT}_bucket", "le"),
                "{{le}}",
                heat=True,
            ),
        ),
        kind="heatmap",
    ),
    Panel(
        "Duplicates",
        "Deliveries of events that had been accepted before: of twins in flight, see the ledger.",
        "short",
        (Query(increase(f"{_HIT}_count"), "duplicates"),),
        bars=True,
    ),
    Panel(
        "Conflicts, and ids forgotten early",
        "Ids seen again with other data, and ids that memory had no room for.",
        "short",
        (
            Query(increase("cstar_gateway_idempotency_conflicts_total"), "conflicts"),
            Query(increase("cstar_gateway_idempotency_evicted_ids_total"), "forgotten early"),
        ),
        bars=True,
        runbook="idempotency.md#cstargatewayidconflicts",
    ),
    each(
        "Journal lag",
        "Age of the oldest accepted event that the journal does not have yet.",
        "s",
        "cstar_gateway_idempotency_journal_lag_seconds",
        "idempotency.md#cstargatewayjournalbehind",
    ),
    each(
        "Unwritten marks",
        "Accepted events that the journal does not have yet.",
        "short",
        "cstar_gateway_idempotency_unwritten_marks",
        "idempotency.md#cstargatewayjournalbehind",
    ),
    Panel(
        "Read back, and given up",
        "Events known from the output topics alone, for their writer had died; and marks given up "
        "because the journal took none for too long.",
        "short",
        (
            Query(increase("cstar_gateway_idempotency_recovered_events_total"), "read back"),
            Query(increase("cstar_gateway_idempotency_dropped_marks_total"), "given up"),
        ),
        bars=True,
        runbook="idempotency.md#cstargatewayjournalbehind",
    ),
    Panel(
        "Window complete",
        "1 where a replica knows all that was accepted within the window.",
        "bool",
        (Query(gauge("cstar_gateway_idempotency_complete", "min", "instance"), "{{instance}}"),),
        ceiling=1,
        width=12,
        runbook="idempotency.md#cstargatewayjournalcold",
    ),
    Panel(
        "Cold starts",
        "Replicas that took deliveries before they knew all that was accepted.",
        "short",
        (
            Query(
                increase("cstar_gateway_idempotency_cold_starts_total", "instance"),
                "{{instance}}",
            ),
        ),
        bars=True,
        width=12,
        runbook="idempotency.md#cstargatewayjournalcold",
    ),
)
