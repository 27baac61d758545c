"""TLS: the brokers' certificates and ours, and the words Kafka's client wants them in."""

import ssl
from pathlib import Path
from typing import Any

from gateway.config.faults import Problem
from gateway.config.security import Security

__all__ = ["client_options", "ssl_context"]


def client_options(security: Security) -> dict[str, Any]:
    """Return the keywords every Kafka client is built with (`KafkaSettings.security`).

    Raises:
        Problem: a certificate or key cannot be used; `load` has tried it before.
    """
    options: dict[str, Any] = {"security_protocol": security.protocol}
    if security.protocol.endswith("SSL"):
        options["ssl_context"] = ssl_context(
            security.ca_file, security.cert_file, security.key_file
        )
    if security.sasl_mechanism is not None and security.password is not None:
        options["sasl_mechanism"] = security.sasl_mechanism
        options["sasl_plain_username"] = security.username
        options["sasl_plain_password"] = security.password.reveal().decode("utf-8")
    return options


def ssl_context(ca: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    """Return a context that checks the broker's name and certificate.

    Raises:
        Problem: a file does not hold what it should.
    """
    try:
        context = ssl.create_default_context(cafile=ca)
    except (OSError, ValueError):
        raise Problem(f"{ca} holds no certificates", "name a file of PEM certificates") from None
    if certificate is not None:
        try:
            # The password function keeps OpenSSL from asking for one at a terminal.
            context.load_cert_chain(certificate, key, password=lambda: "")
        except (OSError, ValueError):
            raise Problem(
                f"{certificate} and {key} are not a certificate and its key",
                "name a PEM certificate and its private key, not encrypted",
            ) from None
    return context
