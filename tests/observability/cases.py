"""Cases: for each alert, what makes it fire and what leaves it quiet, as series of samples."""

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["CASES", "Case", "series"]

Input = Mapping[str, str]
"""Values by series, as promtool writes them: `0+2x60` grows by 2 a step, for 60 steps."""


class Case(NamedTuple):
    """One alert.

    Attributes:
        alert: its name.
        at: when it fires, and must be quiet otherwise.
        fires: makes it fire.
        quiet: each leaves it quiet.
        step: between two samples, and between two evaluations; below 5 minutes, for which
            Prometheus looks back: an alert may be evaluated before the series it asks for.
    """

    alert: str
    at: str
    fires: Input
    quiet: tuple[Input, ...]
    step: str = "1m"


_OWN = {"job": "gateway", "namespace": "help-desk", "instance": "10.0.0.1:8081"}


def series(name: str, **labels: str) -> str:
    """Return a series of one replica."""
    listed = ", ".join(f'{label}="{value}"' for label, value in {**_OWN, **labels}.items())
    prefix = "" if name.startswith("http_server_") else "cstar_gateway_"
    return f"{prefix}{name}{{{listed}}}"


def _answers(**growth: float) -> Input:
    """Return answers by status, each with its growth a step: `s503=2`."""
    return {
        series(
            "http_server_request_duration_seconds_count",
            http_request_method="POST",
            http_route="/webhooks/cstar",
            http_response_status_code=status.removeprefix("s"),
        ): f"0+{by:g}x300"
        for status, by in growth.items()
    }


def _acks(*, within: float, of: float) -> Input:
    """Return answers 202, some of them within a second."""
    labels = {
        "http_request_method": "POST",
        "http_route": "/webhooks/cstar",
        "http_response_status_code": "202",
    }
    name = "http_server_request_duration_seconds"
    return {
        series(f"{name}_bucket", le="1.0", **labels): f"0+{within:g}x300",
        series(f"{name}_count", **labels): f"0+{of:g}x300",
    }


def _ended(outcome: str, reason: str, values: str) -> Input:
    """Return deliveries that ended so."""
    name = series("deliveries_total", outcome=outcome, reason=reason, event_type="none")
    return {name: values}


def _skewed(*, ahead: str, near: str, every: str) -> Input:
    """Return validly signed deliveries: over a minute ahead, up to a minute behind, all."""
    name = "clock_skew_seconds_bucket"
    bounds = {"-60.0": ahead, "60.0": near, "+Inf": every}
    return {series(name, le=bound): values for bound, values in bounds.items()}


def _once(alert: str, name: str, **labels: str) -> Case:
    """Return the case of an alert on one increase within the hour."""
    own = series(name, **labels)
    return Case(alert, "45m", {own: "0x30 1x40"}, ({own: "0x70"}, {own: "7x70"}))


_READY = ("kafka", "quarantine", "idempotency", "serving")

CASES = (
    Case(
        "CstarGatewayAvailabilityBurnsFast",
        "80m",
        _answers(s202=58, s503=2),
        (
            _answers(s202=600, s503=0.1),
            _answers(s202=0.02, s503=0.1),  # all fail, and they are six
            {
                **_answers(s202=58),
                series(  # it was bad, and is over
                    "http_server_request_duration_seconds_count",
                    http_request_method="POST",
                    http_route="/webhooks/cstar",
                    http_response_status_code="503",
                ): "0+2x40 80x200",
            },
            _answers(s202=58, s401=60),  # strangers
        ),
    ),
    Case(
        "CstarGatewayAvailabilityBurnsSlow",
        "8h",
        _answers(s202=600, s503=2),
        (_answers(s202=600, s503=0.3), _answers(s202=0.01, s503=0.01)),
        step="4m",
    ),
    Case(
        "CstarGatewayAckTimeBurnsFast",
        "80m",
        _acks(within=40, of=50),
        (_acks(within=49, of=50), _acks(within=0.01, of=0.05)),
    ),
    Case(
        "CstarGatewayAckTimeBurnsSlow",
        "8h",
        _acks(within=489, of=500),
        (_acks(within=499, of=500), _acks(within=0.005, of=0.01)),
        step="4m",
    ),
    _once("CstarGatewayEventsLost", "last_attempts_failed_total"),
    Case(
        "CstarGatewayEventsAboutToBeLost",
        "45m",
        {series("delivery_attempt_total", attempt="6"): "0x30 1x40"},
        (
            {series("delivery_attempt_total", attempt="5"): "0x30 1x40"},
            {series("delivery_attempt_total", attempt="7"): "3x70"},
        ),
    ),
    Case(
        "CstarGatewayQuarantineGrowing",
        "45m",
        _ended("quarantined", "team_not_allowed", "0x30 1x40"),
        (
            _ended("quarantined", "team_not_allowed", "5x70"),
            _ended("accepted", "acked", "0+9x70"),
        ),
    ),
    Case(
        "CstarGatewayUnknownTypes",
        "45m",
        {series("contract_drift_total", event_type="other", kind="unknown_type"): "0x30 1x40"},
        (
            {series("contract_drift_total", event_type="other", kind="unknown_type"): "1x70"},
            {series("contract_drift_total", event_type="a", kind="unknown_field"): "0+1x70"},
        ),
    ),
    Case(
        "CstarGatewayContractDrift",
        "45m",
        {series("contract_drift_total", event_type="ticket.created", kind="missing"): "0x30 1x40"},
        ({series("contract_drift_total", event_type="a", kind="unknown_field"): "0+1x70"},),
    ),
    _once("CstarGatewayHeaderMismatch", "header_mismatch_total", header="X-Event-ID"),
    _once("CstarGatewayPossibleDuplicates", "possible_duplicates_total"),
    _once("CstarGatewayIdConflicts", "idempotency_conflicts_total"),
    Case(
        "CstarGatewayWindowTooShort",
        "30m",
        {series("idempotency_window_seconds"): "118800x20 90000x20"},
        ({series("idempotency_window_seconds"): "118800x40"},),
    ),
    Case(
        "CstarGatewayJournalCold",
        "30m",
        {series("idempotency_complete"): "1x10 0x30"},
        (
            {series("idempotency_complete"): "1x26 0x3 1x30"},  # a start
            {series("idempotency_complete"): "1x40"},
        ),
    ),
    Case(
        "CstarGatewayJournalBehind",
        "30m",
        {series("idempotency_journal_lag_seconds"): "0x10 60x30"},
        (
            {series("idempotency_journal_lag_seconds"): "0.004x40"},
            {series("idempotency_dropped_marks_total"): "0x40"},
            _ended("unavailable", "journal_behind", "4x40"),
        ),
    ),
    Case(
        "CstarGatewayJournalBehind",
        "30m",
        {series("idempotency_dropped_marks_total"): "0x10 7x30"},
        ({series("idempotency_dropped_marks_total"): "7x40"},),
    ),
    Case(
        "CstarGatewayJournalBehind",
        "30m",
        _ended("unavailable", "journal_behind", "0+3x40"),
        (_ended("unavailable", "kafka_unavailable", "0+3x40"),),
    ),
    Case(
        "CstarGatewayKafkaDisconnected",
        "20m",
        {series("kafka_connected"): "1x10 0x20"},
        (
            {series("kafka_connected"): "1x18 0x1 1x20"},  # a broker restarts
            {series("kafka_connected"): "1x30"},
        ),
    ),
    Case(
        "CstarGatewayQueueNearLimit",
        "20m",
        {
            series("kafka_queued_bytes"): "0x10 60000000x20",
            series("kafka_queue_limit_bytes"): "67108864x30",
        },
        (
            {
                series("kafka_queued_bytes"): "30000000x30",
                series("kafka_queue_limit_bytes"): "67108864x30",
            },
        ),
    ),
    Case(
        "CstarGatewayKafkaRefuses",
        "15m",
        {series("kafka_errors_total", kind="not_authorized"): "0x10 1x20"},
        (
            {series("kafka_errors_total", kind="unsent"): "0+5x30"},
            {series("kafka_errors_total", kind="not_authorized"): "1x30"},
        ),
    ),
    Case(
        "CstarGatewayProducerReplacedOften",
        "20m",
        {series("kafka_producer_replacements_total", cause="batch_failed"): "0+0.5x30"},
        ({series("kafka_producer_replacements_total", cause="batch_failed"): "0x10 1x20"},),
    ),
    Case(
        "CstarGatewaySignaturesFailing",
        "15m",
        {
            **_ended("rejected", "signature_mismatch", "0+5x30"),
            series("signature_matches_total", webhook="crm", secret="0"): "0+50x30",
        },
        (
            {  # a stranger, among many
                **_ended("rejected", "signature_mismatch", "0+2x30"),
                series("signature_matches_total", webhook="crm", secret="0"): "0+100x30",
            },
            {  # a few
                **_ended("rejected", "signature_mismatch", "0x10 3x30"),
                series("signature_matches_total", webhook="crm", secret="0"): "0x30",
            },
        ),
    ),
    Case(
        "CstarGatewaySecretStale",
        "20m",
        {series("secret_stale", webhook="crm", secret="1"): "0x10 1x20"},
        (
            {series("secret_stale", webhook="crm", secret="1"): "0x16 1x2 0x20"},  # being written
            {series("secret_stale", webhook="crm", secret="1"): "0x30"},
        ),
    ),
    Case(
        "CstarGatewayTlsHandshakesFailing",
        "15m",
        {
            series("tls_handshakes_total", result="failed"): "0+5x30",
            series("tls_handshakes_total", result="done"): "0+20x30",
        },
        (
            {
                series("tls_handshakes_total", result="failed"): "0+1x30",
                series("tls_handshakes_total", result="done"): "0+60x30",
            },
            {series("tls_handshakes_total", result="failed"): "0x10 2x20"},
        ),
    ),
    Case(
        "CstarGatewayClockSkew",
        "15m",
        _skewed(ahead="0x30", near="0+5x30", every="0+10x30"),
        (
            _skewed(ahead="0x30", near="0+10x30", every="0+10x30"),
            _ended("rejected", "signature_stale", "0x10 2x20"),  # somebody replays
        ),
    ),
    Case(
        "CstarGatewayClockSkew",
        "15m",
        _skewed(ahead="0+9x30", near="0+10x30", every="0+10x30"),
        (_skewed(ahead="0x30", near="0x30", every="0x30"),),
    ),
    Case(
        "CstarGatewayClockSkew",
        "15m",
        _ended("rejected", "signature_future", "0+5x30"),
        (_ended("rejected", "signature_mismatch", "0+5x30"),),
    ),
    Case(
        "CstarGatewayAbsent",
        "20m",
        {series("build_info"): "1x5 _x20"},
        ({series("build_info"): "1x20"}, {series("build_info"): "1x10 _x2 1x10"}),
    ),
    Case(
        "CstarGatewayNotReady",
        "20m",
        {series("ready", check=check): "1x5 0x20" for check in _READY[:1]},
        (
            {series("ready", check=check): "0x5 1x20" for check in _READY},
            {series("ready", check="serving"): "1x18 0x5"},  # a rollout
        ),
    ),
    Case(
        "CstarGatewaySilence",
        "8h",
        {series("deliveries_received_total"): "0+50x90 4500x60"},
        (
            {series("deliveries_received_total"): "0+50x150"},
            {series("deliveries_received_total"): "0+0.4x90 36x60"},  # seldom any
        ),
        step="4m",
    ),
    Case(
        "CstarGatewayLedgerUnbalanced",
        "20m",
        {
            series("deliveries_received_total"): "0+10x30",
            **_ended("accepted", "acked", "0+9x30"),
            series("in_flight_deliveries"): "0x30",
        },
        (
            {
                series("deliveries_received_total"): "5+10x30",
                **_ended("accepted", "acked", "0+10x30"),
                series("in_flight_deliveries"): "5x30",
            },
        ),
    ),
    Case(
        "CstarGatewayLoopStalled",
        "20m",
        {
            series("event_loop_lag_seconds_bucket", le="0.25"): "0+60x30",
            series("event_loop_lag_seconds_bucket", le="1.0"): "0+120x30",
            series("event_loop_lag_seconds_bucket", le="+Inf"): "0+120x30",
        },
        (
            {
                series("event_loop_lag_seconds_bucket", le="0.001"): "0+119x30",
                series("event_loop_lag_seconds_bucket", le="0.25"): "0+120x30",
                series("event_loop_lag_seconds_bucket", le="+Inf"): "0+120x30",
            },
        ),
    ),
    Case(
        "CstarGatewayConnectionsRefused",
        "15m",
        {series("http_connections_over_limit_total", how="refused"): "0x10 1x20"},
        ({series("http_connections_over_limit_total", how="evicted"): "0+5x30"},),
    ),
)
