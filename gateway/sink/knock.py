"""Knock: one bare connection to a broker, so that what fails says why.

aiokafka's own clients fold every cause into "Unable to bootstrap", and take a token for accepted
that the broker has refused. May live here: connecting, and the words for what went wrong. May not:
what is asked of a broker (`cli.inspection`), and what follows from a failure (`supervisor`).
"""

import asyncio
import os
import re
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import errors
from aiokafka.conn import AIOKafkaConnection, OAuthAuthenticator
from aiokafka.protocol.metadata import MetadataRequest

from gateway.sink.settings import KafkaSettings

__all__ = ["REQUEST_SECONDS", "connect", "knock", "why"]

REQUEST_SECONDS = 5.0
"""How long a broker may take to let us in."""

_KNOCK_SECONDS = 2.0
_CODED = re.compile(r"^\[Error \d+\] \w+:?|^\w*Error: ")
_SECURITY = "correct kafka.security"
_DENIED = {
    errors.ClusterAuthorizationFailedError: "grant Write on the gateway's topics, or "
    "IdempotentWrite on the cluster to brokers older than 2.8",
    errors.TopicAuthorizationFailedError: "grant Describe and Write on the gateway's topics",
}


class _Connection(AIOKafkaConnection):
    """A connection that reads the answer to its token."""

    def authenticator_oauth(self) -> OAuthAuthenticator:
        return _Bearer(sasl_oauth_token_provider=self._sasl_oauth_token_provider)


class _Bearer(OAuthAuthenticator):
    """RFC 7628 3.2.2: a refusal comes as a challenge, which aiokafka passes over."""

    async def step(self, payload: bytes | None) -> tuple[bytes, bool] | None:
        if payload:
            raise errors.SaslAuthenticationFailed(payload.decode("utf-8", "replace"))
        sent: tuple[bytes, bool] | None = await super().step(payload)
        return sent


@asynccontextmanager
async def connect(
    host: str, port: int, settings: KafkaSettings, within: float = REQUEST_SECONDS
) -> AsyncIterator[AIOKafkaConnection]:
    """Connect to one broker, TLS and log-in included; close at the end.

    Raises:
        OSError, KafkaError, TimeoutError: see `why`.
    """
    connection = _Connection(
        host,
        port,
        client_id=settings.client_id,
        request_timeout_ms=round(within * 1000),
        **settings.log_in(),
    )
    async with asyncio.timeout(within):
        await connection.connect()
    try:
        yield connection
    finally:
        closed = connection.close()
        if closed is not None:
            await asyncio.wait({asyncio.ensure_future(closed)}, timeout=1)


async def knock(settings: KafkaSettings) -> str | None:
    """Return why no bootstrap server lets us in, for people; None where one does."""
    servers = settings.bootstrap_servers
    addresses = servers.split(",") if isinstance(servers, str) else servers
    refused = await asyncio.gather(*(_knock_at(each.strip(), settings) for each in addresses))
    reasons = [reason for reason in refused if reason is not None]
    if len(reasons) < len(refused):
        return None
    return "; ".join(dict.fromkeys(reasons))


async def _knock_at(address: str, settings: KafkaSettings) -> str | None:
    try:
        host, _, port = address.rpartition(":")
        async with connect(host.strip("[]"), int(port), settings, _KNOCK_SECONDS) as connection:
            await connection.send(MetadataRequest([]))
    except Exception as error:  # noqa: BLE001 - SASL code raises anything
        return why(error)
    return None


def why(error: BaseException) -> str:
    """Return why a broker cannot be used, for people, with what to do where that is plain."""
    if isinstance(error, errors.KafkaConnectionError) and isinstance(error.__context__, OSError):
        error = error.__context__  # aiokafka tells that it closed, and not of what
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLError):
        return _why_tls(error)
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    if isinstance(error, errors.KafkaError):
        return _why_kafka(error)
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno).lower()
    if isinstance(error, ConnectionResetError):
        return f"it closed the connection: does this port speak TLS? ({_SECURITY}.protocol)"
    return f"{type(error).__name__}: {_told(error) or 'no reason given'}"


def _why_tls(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        said = (error.verify_message or "no reason given").rstrip(".")
        if "mismatch" in said:
            return f"its certificate is of another host: {said}; correct the address, or it"
        return f"its certificate is not trusted: {said}; {_SECURITY}.ca_file"
    reason: str = getattr(error, "reason", None) or "no reason given"
    if "ALERT" in reason and "CERTIFICATE" in reason:
        said = reason.partition("ALERT_")[2].lower().replace("_", " ")
        return f"it refuses our certificate ({said}): {_SECURITY}.cert_file and key_file"
    return f"TLS failed ({reason}): does this port speak it? ({_SECURITY}.protocol)"


def _why_kafka(error: errors.KafkaError) -> str:
    told = _told(error)
    if isinstance(error, errors.SaslAuthenticationFailed):
        return f"it refuses our log-in ({told or 'no reason given'}): {_SECURITY}"
    if isinstance(error, errors.UnsupportedSaslMechanismError):
        return f"it does not offer this log-in ({told}): {_SECURITY}.sasl_mechanism"
    if isinstance(error, errors.IllegalSaslStateError):
        return f"it does not expect a log-in on this port: {_SECURITY}.protocol"
    for kind, fix in _DENIED.items():
        if isinstance(error, kind):
            return f"it denies us this: {fix}"
    if isinstance(error, errors.KafkaConnectionError) and told.endswith("closed"):
        return f"it closed the connection: is this how the port is spoken to? ({_SECURITY})"
    name = type(error).__name__
    return f"{name}: no reason given" if told in {"", name} else told


def _told(error: BaseException) -> str:
    """Return an error's own words, without what aiokafka puts before them."""
    text = str(error)
    while (rest := _CODED.sub("", text, count=1).strip()) != text:
        text = rest
    return text
