"""Requests: OpenTelemetry's histogram of the public listener."""

import pytest

from gateway.metrics.requests import RequestMeter
from tests.metrics.reading import Reading

NAME = "http_server_request_duration_seconds"


def labels(method: str, status: str, route: str) -> dict[str, str]:
    """Return OpenTelemetry's labels."""
    return {
        "http_request_method": method,
        "http_response_status_code": status,
        "http_route": route,
    }


def test_deliveries_are_measured_by_status() -> None:
    """A usual status and a rare one are counted alike, in the bucket of their time."""
    reading = Reading()
    meter = RequestMeter(reading.book)
    for status in (202, 408):
        meter.delivered(status, 0.003)
        having = labels("POST", str(status), "/webhooks/cstar")
        assert reading.value(f"{NAME}_count", **having) == 1
        assert reading.value(f"{NAME}_sum", **having) == 0.003
        assert reading.value(f"{NAME}_bucket", le="0.0025", **having) == 0
        assert reading.value(f"{NAME}_bucket", le="0.005", **having) == 1
        assert reading.value(f"{NAME}_bucket", le="+Inf", **having) == 1


def test_an_unknown_method_is_other() -> None:
    """A method that OpenTelemetry does not know is `_OTHER`, and an unknown path has no route."""
    reading = Reading()
    meter = RequestMeter(reading.book)
    meter.answered("PURGE", 404, 0.1, routed=False)
    assert reading.value(f"{NAME}_count", **labels("_OTHER", "404", "")) == 1


@pytest.mark.parametrize(("flags", "kept"), [("01", True), ("03", True), ("00", False)])
def test_only_a_trace_that_is_kept_is_shown(flags: str, *, kept: bool) -> None:
    """A trace that its sender does not sample would lead nowhere; a bucket keeps its last."""
    reading = Reading()
    meter = RequestMeter(reading.book, lambda: 7.0)
    for trace in ("a", "c"):
        meter.traced(202, 0.003, f"00-{trace * 32}-{'b' * 16}-{flags}")
    shown = reading.exemplars(NAME)
    wanted = {"0.005": ({"trace_id": "c" * 32, "span_id": "b" * 16}, 0.003, 7.0)}
    assert shown == (wanted if kept else {})


def test_connections_over_the_limit_are_counted() -> None:
    """By what was done about them."""
    reading = Reading()
    RequestMeter(reading.book).over_limit("evicted")
    name = "cstar_gateway_http_connections_over_limit_total"
    assert reading.value(name, how="evicted") == 1
    assert reading.value(name, how="refused") == 0


def test_handshakes_are_counted_by_their_end() -> None:
    """A handshake that failed leaves a trace, for it never becomes a request."""
    reading = Reading()
    RequestMeter(reading.book).handshake("failed")
    name = "cstar_gateway_tls_handshakes_total"
    assert reading.value(name, result="failed") == 1
    assert reading.value(name, result="done") == 0
