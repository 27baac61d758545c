"""Losses: alerts on what is lost, set aside, or may be double, and on Kafka, which takes it."""

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

__all__ = ["losses"]

_WINDOW = 112350  # seconds: cStar's last retry comes so long after its first attempt


def losses(clock: Clock) -> Iterator[Alert]:
    """Yield them."""
    yield from _events(clock)
    yield from _contract(clock)
    yield from _idempotency(clock)
    yield from _journal(clock)
    yield from _kafka(clock)


def _events(clock: Clock) -> Iterator[Alert]:
    hour = clock("1h")
    yield Alert(
        "CstarGatewayEventsLost",
        Severity.PAGE,
        "events.md",
        "",
        f"{grew('last_attempts_failed_total', hour)} > 0",
        f"{JOB}: {VALUE} events got a 503 on their last attempt",
        "cStar sends an event seven times and no more. These were proved, were on attempt 7, and "
        "could not be taken: they are lost here unless cStar is asked to send them again.",
    )
    yield Alert(
        "CstarGatewayEventsAboutToBeLost",
        Severity.PAGE,
        "events.md",
        "",
        grew("delivery_attempt_total", hour, 'attempt=~"6|7"') + " > 0",
        f"{JOB}: {VALUE} deliveries on attempt 6 or 7",
        "Events that failed for seven hours or more come for the last or last but one time. What "
        "made them fail must be gone before attempt 7, which comes 24 h after attempt 6.",
    )
    yield Alert(
        "CstarGatewayQuarantineGrowing",
        Severity.TICKET,
        "events.md",
        "",
        grew("deliveries_total", hour, 'outcome="quarantined"', f"{SERVICE}, reason") + " > 0",
        f"{JOB}: {VALUE} events quarantined as {{{{ $labels.reason }}}} within the hour",
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
        grew("contract_drift_total", hour, 'kind="unknown_type"') + " > 0",
        f"{JOB}: {VALUE} events of types that the catalogue lacks",
        "cStar sends event types this version does not know. They are published all the same, to "
        "their namespace's topic or to the topic `other`; consumers may not expect them.",
    )
    yield Alert(
        "CstarGatewayContractDrift",
        Severity.TICKET,
        "events.md",
        "",
        grew("contract_drift_total", hour, 'kind=~"missing|wrong_type"', f"{SERVICE}, event_type")
        + " > 0",
        f"{JOB}: {{{{ $labels.event_type }}}} breaks the contract",
        "Fields that the catalogue promises are missing or of another type. The events are "
        "published with the header cstar-contract: violated; typed consumers may fail on them.",
    )
    yield Alert(
        "CstarGatewayHeaderMismatch",
        Severity.TICKET,
        "events.md",
        "",
        f"{grew('header_mismatch_total', hour)} > 0",
        f"{JOB}: {VALUE} unsigned headers disagree with the signed body",
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
        f"{grew('possible_duplicates_total', hour)} > 0",
        f"{JOB}: {VALUE} events published that may be double",
        "They came while it was not known what had been accepted before, and carry the header "
        "cstar-possible-duplicate: true. Consumers that dedupe by ce_id are not affected.",
    )
    yield Alert(
        "CstarGatewayIdConflicts",
        Severity.TICKET,
        "idempotency.md",
        "",
        f"{grew('idempotency_conflicts_total', hour)} > 0",
        f"{JOB}: {VALUE} event ids came again with other data",
        "Both events are published, the later one with the header cstar-id-conflict: true. cStar "
        "promises one id for one event.",
    )
    yield Alert(
        "CstarGatewayWindowTooShort",
        Severity.PAGE,
        "idempotency.md",
        "",
        f"{gauge('min', 'idempotency_window_seconds')} < {_WINDOW}",
        f"{AT} remembers accepted events for {{{{ $value | humanizeDuration }}}} only",
        "cStar's last retry comes 31 h 12 m 30 s after the first attempt. Ids are forgotten "
        "sooner, because memory is full: such a retry would be published twice.",
    )


def _journal(clock: Clock) -> Iterator[Alert]:
    yield Alert(
        "CstarGatewayJournalCold",
        Severity.TICKET,
        "idempotency.md",
        clock("5m"),
        f"{gauge('min', 'idempotency_complete')} == 0",
        f"{AT} does not know all that was accepted before",
        "Its journal could not be read back for five minutes. It takes deliveries after two, and "
        "marks what may be double.",
    )
    yield Alert(
        "CstarGatewayJournalBehind",
        Severity.TICKET,
        "idempotency.md",
        clock("2m"),
        f"{gauge('max', 'idempotency_journal_lag_seconds')} > 30\n"
        f"or\n{grew('idempotency_dropped_marks_total', clock('1h'), by=REPLICA)} > 0\n"
        f"or\n{_behind(clock)} > 0",
        f"{AT}: accepted events do not get into the idempotency journal, or not out of it",
        "Until they do, another replica does not know of them. Events are in Kafka; at stake are "
        "duplicates after a crash of this replica, or 503 `journal_behind` now.",
    )


def _behind(clock: Clock) -> str:
    return grew("deliveries_total", clock("5m"), 'reason="journal_behind"', REPLICA)


def _kafka(clock: Clock) -> Iterator[Alert]:
    yield Alert(
        "CstarGatewayKafkaDisconnected",
        Severity.PAGE,
        "kafka.md",
        clock("2m"),
        f"{gauge('max', 'kafka_connected')} == 0",
        f"{AT} cannot reach Kafka",
        "Every delivery to it gets 503, and cStar keeps it for as long as attempts last.",
    )
    queue = f"{gauge('max', 'kafka_queued_bytes')}\n/\n{gauge('max', 'kafka_queue_limit_bytes')}"
    yield Alert(
        "CstarGatewayQueueNearLimit",
        Severity.TICKET,
        "kafka.md",
        clock("1m"),
        f"{queue}\n> 0.8",
        f"{AT}: the queue to Kafka is {{{{ $value | humanizePercentage }}}} full",
        "More arrives than Kafka takes. At the limit deliveries get 503 `queue_full`.",
    )
    errors = 'kind=~"too_large|not_authorized|invalid"'
    yield Alert(
        "CstarGatewayKafkaRefuses",
        Severity.PAGE,
        "kafka.md",
        "",
        grew("kafka_errors_total", clock("10m"), errors, f"{SERVICE}, kind") + " > 0",
        f"{JOB}: Kafka refuses batches: {{{{ $labels.kind }}}}",
        "A broker refused records for good: a permission or a topic's setting is wrong. It does "
        "not heal by itself, and cStar's attempts run.",
    )
    yield Alert(
        "CstarGatewayProducerReplacedOften",
        Severity.TICKET,
        "kafka.md",
        "",
        grew("kafka_producer_replacements_total", clock("15m"), by=REPLICA) + " > 3",
        f"{AT} replaced its producer {VALUE} times in a quarter of an hour",
        "Each replacement follows a failed or stuck batch, or a dead task of the client. What was "
        "on its way is sent again or looked up; deliveries may get 503 meanwhile.",
    )
