"""Client: `kafka.security` as the words Kafka's client takes.

May live here: which setting becomes which keyword. May not: certificates (`tls`), and the password,
which may change (`renewable`).
"""

from typing import Any

from gateway.config.renewable import RenewableContext
from gateway.config.security import Security
from gateway.config.tls import broker_context
from gateway.sink.token import FileToken

__all__ = ["client_options"]


def client_options(security: Security) -> dict[str, Any]:
    """Return the keywords every Kafka client is built with (`KafkaSettings.security`).

    Raises:
        Problem: a certificate or key cannot be used; `load` has tried it before.
    """
    options: dict[str, Any] = {"security_protocol": security.protocol}
    if security.protocol.endswith("SSL"):
        files = (security.ca_file, security.cert_file, security.key_file)
        options["ssl_context"] = RenewableContext(
            lambda: broker_context(*files), [file for file in files if file is not None]
        )
    if security.sasl_mechanism is not None:
        options["sasl_mechanism"] = security.sasl_mechanism
    if security.token_file is not None:
        options["sasl_oauth_token_provider"] = FileToken(security.token_file)
    if security.username is not None:
        options["sasl_plain_username"] = security.username
    return options
