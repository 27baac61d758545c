"""Symptoms: what only the gateway can see, before anyone else feels it.

Grouped as the runbooks are. What is about to be lost, or stops deliveries, pages; the rest can wait
for the morning.
"""

from collections.abc import Iterator

from deploy.observability.alert import (
    AT,
    JOB,
    REPLICA,
    SERVICE,
    VALUE,
    Alert,
    Clock,
    Severity,
    gauge,
    grew,
)
from deploy.observability.losses import losses

__all__ = ["symptoms"]


def symptoms(clock: Clock) -> Iterator[Alert]:
    """Yield every alert but those on service levels."""
    yield from losses(clock)
    yield from _signatures(clock)
    yield from _clocks(clock)
    yield from _replicas(clock)
    yield from _capacity(clock)


def _signatures(clock: Clock) -> Iterator[Alert]:
    ten = clock("10m")
    failed = grew("deliveries_total", ten, 'reason="signature_mismatch"')
    proved = grew("signature_matches_total", ten)
    yield Alert(
        "CstarGatewaySignaturesFailing",
        Severity.PAGE,
        "signatures.md",
        clock("2m"),
        f"{failed} >= 10\nand\n{failed}\n/ ({failed} + {proved}) > 0.05",
        f"{JOB}: {VALUE} deliveries within 10 minutes whose signature does not match",
        "More than one in twenty. After a rotation: the gateway lacks the secret that cStar signs "
        "with, and cStar's attempts run. Else: somebody sends what cStar did not sign.",
    )
    yield Alert(
        "CstarGatewaySecretStale",
        Severity.TICKET,
        "signatures.md",
        clock("5m"),
        f"{gauge('max', 'secret_stale', f'{REPLICA}, webhook, secret')} == 1",
        f"{AT}: secret {{{{ $labels.secret }}}} of webhook {{{{ $labels.webhook }}}} cannot be "
        "read anew",
        "Its file will not do, so that its former content stays live. A replica that starts now "
        "refuses the configuration: mend the file before the next rollout.",
    )
    shaken = grew("tls_handshakes_total", ten, 'result=~"failed|timeout"')
    every = grew("tls_handshakes_total", ten)
    yield Alert(
        "CstarGatewayTlsHandshakesFailing",
        Severity.TICKET,
        "signatures.md",
        clock("2m"),
        f"{shaken} >= 10\nand\n{shaken} / {every} > 0.1",
        f"{JOB}: {VALUE} TLS handshakes failed within 10 minutes",
        "More than one in ten. A certificate that has expired, a version or a client certificate "
        "that is refused: deliveries do not even arrive.",
    )


def _clocks(clock: Clock) -> Iterator[Alert]:
    ten = clock("10m")
    name = "clock_skew_seconds_bucket"
    every = grew(name, ten, 'le="+Inf"', REPLICA)
    near = grew(name, ten, 'le="60.0"', REPLICA)
    ahead = grew(name, ten, 'le="-60.0"', REPLICA)
    refused = grew("deliveries_total", ten, 'reason=~"signature_stale|signature_future"', REPLICA)
    yield Alert(
        "CstarGatewayClockSkew",
        Severity.PAGE,
        "signatures.md",
        clock("2m"),
        f"({every} - {near} + {ahead})\n/ ({every} > 0) > 0.1\nor\n{refused} >= 10",
        f"{AT}: its clock and cStar's are more than a minute apart",
        "Beyond 300 s every delivery is refused with 401, and cStar's attempts run. A node whose "
        "clock drifts does it alone, one replica after the other.",
    )


def _replicas(clock: Clock) -> Iterator[Alert]:
    yield Alert(
        "CstarGatewayAbsent",
        Severity.PAGE,
        "replicas.md",
        clock("5m"),
        "absent(cstar_gateway_build_info)",
        "No replica of the gateway is scraped",
        "Either none runs, or Prometheus does not find them. Deliveries may be failing unseen.",
    )
    yield Alert(
        "CstarGatewayNotReady",
        Severity.PAGE,
        "replicas.md",
        clock("10m"),
        f"{gauge('min', 'ready', f'{REPLICA}, check')} == 0",
        f"{AT} is not ready: {{{{ $labels.check }}}}",
        "For ten minutes it has not taken deliveries; /readyz says why.",
    )
    day = f"cstar_gateway_deliveries_received_total[{clock('1d')}] offset {clock('1h')}"
    yield Alert(
        "CstarGatewaySilence",
        Severity.TICKET,
        "replicas.md",
        clock("5m"),
        f"{grew('deliveries_received_total', clock('1h'))} == 0\n"
        f"and\nsum by ({SERVICE}) (increase({day})) > 240",
        f"{JOB}: nothing arrived for an hour, unlike the day before",
        "No delivery came, good or bad, though there were ten an hour: cStar stopped sending, "
        "or what is in front of the gateway does not let them through.",
    )
    yield Alert(
        "CstarGatewayLedgerUnbalanced",
        Severity.TICKET,
        "replicas.md",
        clock("5m"),
        f"{gauge('sum', 'deliveries_received_total')}\n- {gauge('sum', 'deliveries_total')}\n"
        f"- {gauge('sum', 'in_flight_deliveries')}\n!= 0",
        f"{AT}: {VALUE} deliveries have not ended",
        "Received is not the sum of what ended and what is in flight. That is a bug of the "
        "gateway: a delivery was forgotten, or counted twice.",
    )


def _capacity(clock: Clock) -> Iterator[Alert]:
    ten = clock("10m")
    lag = f"rate(cstar_gateway_event_loop_lag_seconds_bucket[{ten}])"
    yield Alert(
        "CstarGatewayLoopStalled",
        Severity.TICKET,
        "replicas.md",
        clock("5m"),
        f"histogram_quantile(0.95, sum by ({REPLICA}, le) ({lag})) > 0.25",
        f"{AT}: the event loop is {{{{ $value | humanizeDuration }}}} late",
        "One turn in twenty is. It is one thread, so every delivery waits: too little CPU, a "
        "throttled container, or a frozen node.",
    )
    yield Alert(
        "CstarGatewayConnectionsRefused",
        Severity.TICKET,
        "replicas.md",
        "",
        grew("http_connections_over_limit_total", ten, 'how="refused"', REPLICA) + " > 0",
        f"{AT}: {VALUE} connections refused for want of room",
        "Every connection it may hold has a delivery at work: the new ones got 503.",
    )
