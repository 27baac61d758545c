"""Listeners: the two tables about HTTP, `[ingress]` and `[admin]`."""

from typing import Annotated

from pydantic import Field

from gateway.config.names import File, Host
from gateway.config.quantities import Count, Duration, Size
from gateway.config.section import Section

__all__ = ["Admin", "Ingress"]

_KIB = 1024
_MIB = 1024 * 1024


class Ingress(Section):
    """The public listener: `POST /webhooks/cstar` and nothing else."""

    host: Host = Field("0.0.0.0", description="Address to listen on.")  # noqa: S104 - public
    port: Annotated[int, Count(0, 65_535)] = Field(
        8080, description="Port to listen on; 0 lets the system choose."
    )
    tls_cert_file: File | None = Field(
        None, description="The listener's certificate chain (PEM); with it, HTTPS only."
    )
    tls_key_file: File | None = Field(
        None, description="The private key of `tls_cert_file` (PEM, not encrypted)."
    )
    tls_client_ca_file: File | None = Field(
        None,
        description="A sender must show a certificate that one of these (PEM) has signed: mTLS.",
    )
    max_body_bytes: Annotated[int, Size(_KIB, 64 * _MIB)] = Field(
        _MIB, description="Largest body taken; a larger one is refused with 413."
    )
    max_connections: Annotated[int, Count(1)] = Field(
        1000, description="Most connections open at once; further ones are closed."
    )
    max_in_flight: Annotated[int, Count(1)] = Field(
        4096, description="Most deliveries worked on at once; beyond it the answer is 503."
    )
    max_in_flight_bytes: Annotated[int, Size(_KIB)] = Field(
        64 * _MIB, description="Most body bytes held at once; beyond it the answer is 503."
    )
    body_timeout: Annotated[float, Duration(0.1, 9)] = Field(
        2.5, description="A body must have arrived within this time of its headers, or 408."
    )
    keepalive_timeout: Annotated[float, Duration(1, 3600)] = Field(
        75.0, description="An idle connection is closed after this time."
    )
    signature_tolerance: Annotated[float, Duration(1, 3600)] = Field(
        300.0,
        description="Furthest a signature's time may be from our clock; cStar says 5 minutes.",
    )
    drain_delay: Annotated[float, Duration(0, 300)] = Field(
        5.0,
        description="At SIGTERM, time to go on serving while unready: balancers must notice.",
    )
    shutdown_timeout: Annotated[float, Duration(0.1, 300)] = Field(
        10.0, description="At SIGTERM, how long requests in flight may take after that."
    )


class Admin(Section):
    """The listener for probes and metrics: `/livez`, `/readyz`, `/metrics`, `/version`."""

    host: Host = Field("127.0.0.1", description="Address to listen on; in a container, `0.0.0.0`.")
    port: Annotated[int, Count(0, 65_535)] = Field(
        8081, description="Port to listen on; 0 lets the system choose."
    )
