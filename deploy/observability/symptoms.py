"""Symptoms: what only the gateway can see, before anyone else feels it.

Grouped as the runbooks are: events, idempotency, Kafka, signatures and clocks, replicas. What is
about to be lost, or stops deliveries, pages; the rest can wait for the morning.
"""

from collections.abc import Iterator

from deploy.observability.alert import REPLICA, SERVICE, Alert, Clock, Severity

__all__ = ["symptoms"]

_WINDOW = 112350  # seconds: cStar's last retry comes so long after its first attempt
_JOB, _AT = "{{ $labels.job }}", "{{ $labels.instance }}"
_VALUE = "{{ $value | humanize }}"


def symptoms(clock: Clock) -> Iterator[Alert]:
    """Yield every alert but those on service levels."""
    yield from _events(clock)
    yield from _contract(clock)
    yield from _idempotency(clock)
    yield from _journal(clock)
    yield from _kafka(clock)
    yield from _signatures(clock)
    yield from _clocks(clock)
    yield from _replicas(clock)
    yield from _capacity(clock)


def _grew(name: str, window: str, match: str = "", by: str = SERVICE) -> str:
    selected = f"{{{match}}}" if match else ""
    return f"sum by ({by}) (increase(cstar_gateway_{name}{selected}[{window}]))"


def _gauge(of: str, name: str, by: str = REPLICA) -> str:
    return f"{of} by ({by}) (cstar_gateway_{name})"


def _events(clock: Clock) -> Iterator[Alert]:
    hour = clock("1h")
    yield Alert(
        "CstarGatewayEventsLost",
        Severity.PAGE,
        "events.md",
        "",
        f"{_grew('last_attempts_failed_total', hour)} > 0",
        f"{_JOB}: {_VALUE} events got a 503 on their last attempt",
        "cStar sends an event seven times and no more. These were proved, were on attempt 7, and "
        "could not be taken: they are lost here unless cStar is asked to send them again.",
    )
    yield Alert(
        "CstarGatewayEventsAboutToBeLost",
        Severity.PAGE,
        "events.md",
        "",
        _grew("delivery_attempt_total", hour, 'attempt=~"6|7"') + " > 0",
        f"{_JOB}: {_VALUE} deliveries on attempt 6 or 7",
        "Events that failed for seven hours or more come for the last or last but one time. What "
        "made them fail must be gone before attempt 7, which comes 24 h after attempt 6.",
    )
    yield Alert(
        "CstarGatewayQuarantineGrowing",
        Severity.TICKET,
        "events.md",
        "",
        _grew("deliveries_total", hour, 'outcome="quarantined"', f"{SERVICE}, reason") + " > 0",
        f"{_JOB}: {_VALUE} events quarantined as {{{{ $labels.reason }}}} within the hour",
        "Authentic events that cannot be published are kept raw on the quarantine topic. cStar "
        "was told 2xx and does not send them again: replay them before the topic's retention ends.",
    )


def _contract(clock: Clock) -> Iterator[Alert]:
    hour = clock("1h")
    yield Alert(
        "CstarGatewayUnknownTypes",
        Severity.TICKET,
        "events.md",
        "",
        _grew("contract_drift_total", hour, 'kind="unknown_type"') + " > 0",
        f"{_JOB}: {_VALUE} events of types that the catalogue lacks",
        "cStar sends event types this version does not know. They are published all the same, to "
        "their namespace's topic or to the topic `other`; consumers may not expect them.",
    )
    yield Alert(
        "CstarGatewayContractDrift",
        Severity.TICKET,
        "events.md",
        "",
        _grew("contract_drift_total", hour, 'kind=~"missing|wrong_type"', f"{SERVICE}, event_type")
        + " > 0",
        f"{_JOB}: {{{{ $labels.event_type }}}} breaks the contract",
        "Fields that the catalogue promises are missing or of another type. The events are "
        "published with the header cstar-contract: violated; typed consumers may fail on them.",
    )
    yield Alert(
        "CstarGatewayHeaderMismatch",
        Severity.TICKET,
        "events.md",
        "",
        f"{_grew('header_mismatch_total', hour)} > 0",
        f"{_JOB}: {_VALUE} unsigned headers disagree with the signed body",
        "The body is followed, so nothing is wrong with the records. cStar would not do this: "
        "somebody between cStar and the gateway changes headers, or replays a captured delivery.",
    )


def _idempotency(clock: Clock) -> Iterator[Alert]:
    hour = clock("1h")
    yield Alert(
        "CstarGatewayPossibleDuplicates",
        Severity.TICKET,
        "idempotency.md",
        "",
        f"{_grew('possible_duplicates_total', hour)} > 0",
        f"{_JOB}: {_VALUE} events published that may be double",
        "They came while it was not known what had been accepted before, and carry the header "
        "cstar-possible-duplicate: true. Consumers that dedupe by ce_id are not affected.",
    )
    yield Alert(
        "CstarGatewayIdConflicts",
        Severity.TICKET,
        "idempotency.md",
        "",
        f"{_grew('idempotency_conflicts_total', hour)} > 0",
        f"{_JOB}: {_VALUE} event ids came again with other data",
        "Both events are published, the later one with the header cstar-id-conflict: true. cStar "
        "promises one id for one event.",
    )
    yield Alert(
        "CstarGatewayWindowTooShort",
        Severity.PAGE,
        "idempotency.md",
        "",
        f"{_gauge('min', 'idempotency_window_seconds')} < {_WINDOW}",
        f"{_AT} remembers accepted events for {{{{ $value | humanizeDuration }}}} only",
        "cStar's last retry comes 31 h 12 m 30 s after the first attempt. Ids are forgotten "
        "sooner, because memory is full: such a retry would be published twice.",
    )


def _journal(clock: Clock) -> Iterator[Alert]:
    yield Alert(
        "CstarGatewayJournalCold",
        Severity.TICKET,
        "idempotency.md",
        clock("5m"),
        f"{_gauge('min', 'idempotency_complete')} == 0",
        f"{_AT} does not know all that was accepted before",
        "Its journal could not be read back for five minutes. It takes deliveries after two, and "
        "marks what may be double.",
    )
    yield Alert(
        "CstarGatewayJournalBehind",
        Severity.TICKET,
        "idempotency.md",
        clock("2m"),
        f"{_gauge('max', 'idempotency_journal_lag_seconds')} > 30\n"
        f"or\n{_grew('idempotency_dropped_marks_total', clock('1h'), by=REPLICA)} > 0\n"
        f"or\n{_behind(clock)} > 0",
        f"{_AT}: accepted events do not get into the idempotency journal, or not out of it",
        "Until they do, another replica does not know of them. Events are in Kafka; at stake are "
        "duplicates after a crash of this replica, or 503 `journal_behind` now.",
    )


def _behind(clock: Clock) -> str:
    return _grew("deliveries_total", clock("5m"), 'reason="journal_behind"', REPLICA)


def _kafka(clock: Clock) -> Iterator[Alert]:
    yield Alert(
        "CstarGatewayKafkaDisconnected",
        Severity.PAGE,
        "kafka.md",
        clock("2m"),
        f"{_gauge('max', 'kafka_connected')} == 0",
        f"{_AT} cannot reach Kafka",
        "Every delivery to it gets 503, and cStar keeps it for as long as attempts last.",
    )
    queue = f"{_gauge('max', 'kafka_queued_bytes')}\n/\n{_gauge('max', 'kafka_queue_limit_bytes')}"
    yield Alert(
        "CstarGatewayQueueNearLimit",
        Severity.TICKET,
        "kafka.md",
        clock("1m"),
        f"{queue}\n> 0.8",
        f"{_AT}: the queue to Kafka is {{{{ $value | humanizePercentage }}}} full",
        "More arrives than Kafka takes. At the limit deliveries get 503 `queue_full`.",
    )
    errors = 'kind=~"too_large|not_authorized|invalid"'
    yield Alert(
        "CstarGatewayKafkaRefuses",
        Severity.PAGE,
        "kafka.md",
        "",
        _grew("kafka_errors_total", clock("10m"), errors, f"{SERVICE}, kind") + " > 0",
        f"{_JOB}: Kafka refuses batches: {{{{ $labels.kind }}}}",
        "A broker refused records for good: a permission or a topic's setting is wrong. It does "
        "not heal by itself, and cStar's attempts run.",
    )
    yield Alert(
        "CstarGatewayProducerReplacedOften",
        Severity.TICKET,
        "kafka.md",
        "",
        _grew("kafka_producer_replacements_total", clock("15m"), by=REPLICA) + " > 3",
        f"{_AT} replaced its producer {_VALUE} times in a quarter of an hour",
        "Each replacement follows a failed or stuck batch, or a dead task of the client. What was "
        "on its way is sent again or looked up; deliveries may get 503 meanwhile.",
    )


def _signatures(clock: Clock) -> Iterator[Alert]:
    ten = clock("10m")
    failed = _grew("deliveries_total", ten, 'reason="signature_mismatch"')
    proved = _grew("signature_matches_total", ten)
    yield Alert(
        "CstarGatewaySignaturesFailing",
        Severity.PAGE,
        "signatures.md",
        clock("2m"),
        f"{failed} >= 10\nand\n{failed}\n/ ({failed} + {proved}) > 0.05",
        f"{_JOB}: {_VALUE} deliveries within 10 minutes whose signature does not match",
        "More than one in twenty. After a rotation: the gateway lacks the secret that cStar signs "
        "with, and cStar's attempts run. Else: somebody sends what cStar did not sign.",
    )
    yield Alert(
        "CstarGatewaySecretStale",
        Severity.TICKET,
        "signatures.md",
        clock("5m"),
        f"{_gauge('max', 'secret_stale', f'{REPLICA}, webhook, secret')} == 1",
        f"{_AT}: secret {{{{ $labels.secret }}}} of webhook {{{{ $labels.webhook }}}} cannot be "
        "read anew",
        "Its file will not do, so that its former content stays live. A replica that starts now "
        "refuses the configuration: mend the file before the next rollout.",
    )
    shaken = _grew("tls_handshakes_total", ten, 'result=~"failed|timeout"')
    every = _grew("tls_handshakes_total", ten)
    yield Alert(
        "CstarGatewayTlsHandshakesFailing",
        Severity.TICKET,
        "signatures.md",
        clock("2m"),
        f"{shaken} >= 10\nand\n{shaken} / {every} > 0.1",
        f"{_JOB}: {_VALUE} TLS handshakes failed within 10 minutes",
        "More than one in ten. A certificate that has expired, a version or a client certificate "
        "that is refused: deliveries do not even arrive.",
    )


def _clocks(clock: Clock) -> Iterator[Alert]:
    ten = clock("10m")
    name = "clock_skew_seconds_bucket"
    every = _grew(name, ten, 'le="+Inf"', REPLICA)
    near = _grew(name, ten, 'le="60.0"', REPLICA)
    ahead = _grew(name, ten, 'le="-60.0"', REPLICA)
    refused = _grew("deliveries_total", ten, 'reason=~"signature_stale|signature_future"', REPLICA)
    yield Alert(
        "CstarGatewayClockSkew",
        Severity.PAGE,
        "signatures.md",
        clock("2m"),
        f"({every} - {near} + {ahead})\n/ ({every} > 0) > 0.1\nor\n{refused} >= 10",
        f"{_AT}: its clock and cStar's are more than a minute apart",
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
        f"{_gauge('min', 'ready', f'{REPLICA}, check')} == 0",
        f"{_AT} is not ready: {{{{ $labels.check }}}}",
        "For ten minutes it has not taken deliveries; /readyz says why.",
    )
    day = f"cstar_gateway_deliveries_received_total[{clock('1d')}] offset {clock('1h')}"
    yield Alert(
        "CstarGatewaySilence",
        Severity.TICKET,
        "replicas.md",
        clock("5m"),
        f"{_grew('deliveries_received_total', clock('1h'))} == 0\n"
        f"and\nsum by ({SERVICE}) (increase({day})) > 240",
        f"{_JOB}: nothing arrived for an hour, unlike the day before",
        "No delivery came, good or bad, though there were ten an hour: cStar stopped sending, "
        "or what is in front of the gateway does not let them through.",
    )
    yield Alert(
        "CstarGatewayLedgerUnbalanced",
        Severity.TICKET,
        "replicas.md",
        clock("5m"),
        f"{_gauge('sum', 'deliveries_received_total')}\n- {_gauge('sum', 'deliveries_total')}\n"
        f"- {_gauge('sum', 'in_flight_deliveries')}\n!= 0",
        f"{_AT}: {_VALUE} deliveries have not ended",
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
        f"{_AT}: the event loop is {{{{ $value | humanizeDuration }}}} late",
        "One turn in twenty is. It is one thread, so every delivery waits: too little CPU, a "
        "throttled container, or a frozen node.",
    )
    yield Alert(
        "CstarGatewayConnectionsRefused",
        Severity.TICKET,
        "replicas.md",
        "",
        _grew("http_connections_over_limit_total", ten, 'how="refused"', REPLICA) + " > 0",
        f"{_AT}: {_VALUE} connections refused for want of room",
        "Every connection it may hold has a delivery at work: the new ones got 503.",
    )
