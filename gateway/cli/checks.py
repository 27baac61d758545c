"""Checks: what a configuration tells before Kafka is asked, each a small function.

May live here: judgement. May not: asking (`inspection`) and showing (`check`).
"""

import math
import resource
from collections.abc import Iterator

from gateway.cli.checklist import Check
from gateway.cli.finding import Finding
from gateway.config import Config, ConfigError, cautions
from gateway.config.quantities import Duration, Size
from gateway.idempotency.window import capacity
from gateway.ingress.descriptors import BESIDE_CONNECTIONS
from gateway.simulator import DEV_SECRET

__all__ = [
    "check_configuration",
    "check_files",
    "check_webhooks",
    "check_window",
    "faults_found",
]

_FEWEST_BITS = 80.0  # of a secret, by its length and how many different characters it has
_SECRET_KEYS = ("secrets", "password")
_seconds = Duration(0).write
_size = Size(0).write


def faults_found(error: ConfigError) -> Iterator[Finding]:
    """Tell a configuration's faults as findings."""
    for fault in error.faults:
        also = f" ({fault.variable})" if fault.variable else ""
        of_secret = any(name in fault.key for name in _SECRET_KEYS)
        check = Check.SECRETS if of_secret else Check.CONFIGURATION
        yield Finding(check, "fail", f"{fault.key}{also}", fault.problem, fault.fix)
    yield Finding(Check.BROKERS, "note", "kafka", "not checked: the configuration comes first")


def check_configuration(config: Config) -> Iterator[Finding]:
    """Tell what is valid and seldom meant."""
    found = cautions(config)
    for caution in found:
        check = Check.SECRETS if caution.key.endswith(_SECRET_KEYS) else Check.CONFIGURATION
        yield Finding(check, "warn", caution.key, caution.message, caution.fix)
    if not found:
        said = "valid, and its keys fit together"
        yield Finding(Check.CONFIGURATION, "ok", "configuration", said)


def check_webhooks(config: Config) -> Iterator[Finding]:
    """Tell which secrets were read, by their references, and which are easily guessed."""
    for webhook in config.webhooks:
        subject = f"webhook {webhook.name}"
        references = ", ".join(str(secret) for secret in webhook.secrets)
        yield Finding(Check.SECRETS, "ok", subject, f"secrets live: {references}")
        for secret in webhook.secrets:
            weakness = _weakness(secret.reveal())
            if weakness:
                fix = "make a new one at cStar, and take this one out"
                yield Finding(Check.SECRETS, "warn", subject, f"{secret} {weakness}", fix)


def _weakness(secret: bytes) -> str:
    """Return why a secret is easily guessed; empty where it is not."""
    if secret == DEV_SECRET.encode():
        return "is the development secret, which everyone knows"
    own = secret.removeprefix(b"whsec_")
    if len(own) * math.log2(len(set(own)) or 1) < _FEWEST_BITS:
        return "is short, or made of few different characters: it can be guessed"
    return ""


def check_window(config: Config) -> Finding:
    """Tell how many ids the idempotency window can hold."""
    window, limit = config.idempotency.window, config.idempotency.memory_limit
    ids = capacity(limit)
    return Finding(
        Check.WINDOW,
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


def check_files(config: Config, limit: int | None = None) -> Finding:
    """Tell whether the process may open as many sockets as the configuration lets in.

    What counts is the hard limit: the gateway raises its own up to it.
    """
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1] if limit is None else limit
    needed = config.ingress.max_connections + BESIDE_CONNECTIONS
    if allowed != resource.RLIM_INFINITY and allowed < needed:
        return Finding(
            Check.OPEN_FILES,
            "warn",
            "open files",
            f"{allowed} may be open, ingress.max_connections needs {needed}",
            f"raise it (ulimit -n {needed}), or lower ingress.max_connections",
        )
    enough = f"enough for {config.ingress.max_connections} connections"
    return Finding(Check.OPEN_FILES, "ok", "open files", enough)
