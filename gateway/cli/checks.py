"""Checks: what a configuration tells before Kafka is asked, each a small function.

May live here: judgement. May not: asking (`inspection`) and showing (`check`).
"""

import resource
from collections.abc import Iterator

from gateway.cli.finding import Finding
from gateway.config import Config, ConfigError, cautions
from gateway.config.quantities import Duration, Size
from gateway.ingress.descriptors import BESIDE_CONNECTIONS

__all__ = [
    "check_clock",
    "check_configuration",
    "check_files",
    "check_webhooks",
    "check_window",
    "faults_found",
]

_IDENTITY_BYTES = 40  # most memory of one id
_seconds = Duration(0).write
_size = Size(0).write


def faults_found(error: ConfigError) -> Iterator[Finding]:
    """Tell a configuration's faults as findings."""
    for fault in error.faults:
        also = f" ({fault.variable})" if fault.variable else ""
        yield Finding("fail", f"{fault.key}{also}", fault.problem, fault.fix)
    yield Finding("note", "kafka", "not checked: the configuration comes first")


def check_configuration(config: Config) -> Iterator[Finding]:
    """Tell what is valid and seldom meant."""
    found = cautions(config)
    for caution in found:
        yield Finding("warn", caution.key, caution.message, caution.fix)
    if not found:
        yield Finding("ok", "configuration", "valid, and its keys fit together")


def check_webhooks(config: Config) -> Iterator[Finding]:
    """Tell which secrets were read, by their references."""
    for webhook in config.webhooks:
        references = ", ".join(str(secret) for secret in webhook.secrets)
        yield Finding("ok", f"webhook {webhook.name}", f"secrets live: {references}")


def check_window(config: Config) -> Finding:
    """Tell how many ids the idempotency window can hold."""
    window, limit = config.idempotency.window, config.idempotency.memory_limit
    ids = limit // _IDENTITY_BYTES
    return Finding(
        "note",
        "idempotency",
        f"ids are kept {_seconds(window)}; {_size(limit)} hold {ids:,}, "
        f"{ids / window:.1f} events/s over that time; "
        + (
            "kept in Kafka, a restart reads them back"
            if config.idempotency.store == "kafka"
            else "kept in memory, a restart forgets them"
        ),
    )


def check_clock(config: Config) -> Finding:
    """Say that Kafka's clock cannot be read, and what depends on ours."""
    tolerance = _seconds(config.ingress.signature_tolerance)
    return Finding(
        "note",
        "clock",
        "not measured: Kafka does not tell its time; "
        f"signatures are taken within {tolerance} of ours, so keep it synchronized",
    )


def check_files(config: Config, limit: int | None = None) -> Finding:
    """Tell whether the process may open as many sockets as the configuration lets in.

    What counts is the hard limit: the gateway raises its own up to it.
    """
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1] if limit is None else limit
    needed = config.ingress.max_connections + BESIDE_CONNECTIONS
    if allowed != resource.RLIM_INFINITY and allowed < needed:
        return Finding(
            "warn",
            "open files",
            f"{allowed} may be open, ingress.max_connections needs {needed}",
            f"raise it (ulimit -n {needed}), or lower ingress.max_connections",
        )
    return Finding("ok", "open files", f"enough for {config.ingress.max_connections} connections")
