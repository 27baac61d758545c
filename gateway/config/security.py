"""Security: how the gateway proves itself to the brokers, and they to it."""

from typing import Annotated, Literal

from pydantic import Field

from gateway.config.names import File
from gateway.config.secrets import Secret, SecretIn
from gateway.config.section import Section

__all__ = ["Mechanism", "Protocol", "Security"]

Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"]


class Security(Section):
    """TLS and SASL, in Kafka's own words."""

    protocol: Protocol = Field(
        "PLAINTEXT", description="With `SSL` the link is encrypted, with `SASL` there is a log-in."
    )
    sasl_mechanism: Mechanism | None = Field(None, description="How to log in.")
    username: str | None = Field(None, description="User to log in as.")
    password: Annotated[Secret | None, SecretIn()] = Field(
        None,
        description="Reference to the user's password; a file is read anew for new connections.",
    )
    token_file: File | None = Field(
        None,
        description="File with the bearer token of `OAUTHBEARER`; read anew for each connection.",
    )
    ca_file: File | None = Field(
        None, description="Certificates to trust (PEM); without it, the system's."
    )
    cert_file: File | None = Field(
        None, description="Our certificate chain (PEM), for brokers that ask for one."
    )
    key_file: File | None = Field(None, description="The private key of `cert_file` (PEM).")
    allow_plaintext_password: bool = Field(
        default=False,
        description="Permit `SASL_PLAINTEXT` with `PLAIN`: the password crosses the net readable.",
    )
