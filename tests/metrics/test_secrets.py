"""Secrets: what becomes of each, by its place."""

from gateway.metrics.secrets import SecretMeter
from tests.metrics.reading import Reading


def test_each_place_is_followed() -> None:
    """Every place is there from the start; a reload, a failure and a heal move their own alone."""
    reading = Reading()
    times = iter([100.0, 200.0])
    meter = SecretMeter(reading.book, {"crm": 2, "surveys": 1}, lambda: next(times))

    def values(webhook: str, secret: str) -> list[float | None]:
        return [
            reading.value(f"cstar_gateway_secret_{name}", webhook=webhook, secret=secret)
            for name in ("loaded_timestamp_seconds", "stale", "reloads_total")
        ] + [
            reading.value(
                "cstar_gateway_secret_reload_failures_total", webhook=webhook, secret=secret
            )
        ]

    assert values("crm", "0") == values("crm", "1") == values("surveys", "0") == [100, 0, 0, 0]
    meter.failed("crm", 1)
    assert values("crm", "1") == [100, 1, 0, 1]
    meter.healed("crm", 1)
    meter.reloaded("crm", 1)
    assert values("crm", "1") == [200, 0, 1, 1]
    assert values("crm", "0") == values("surveys", "0") == [100, 0, 0, 0]
