"""Knock: why a broker cannot be used, in words that say what to do."""

import socket
import ssl
from pathlib import Path

import pytest
from aiokafka import errors

from gateway.embedded import Kafka
from gateway.sink.knock import knock, why
from gateway.sink.settings import KafkaSettings
from tests.certificates import Authority
from tests.e2e.running import free_port


def untrusted(message: str) -> ssl.SSLCertVerificationError:
    """Return the error of a certificate that is not to be trusted."""
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = message
    return error


def alert(reason: str) -> errors.KafkaConnectionError:
    """Return what aiokafka raises where the broker ended TLS with an alert."""
    cause = ssl.SSLError(1, reason)
    cause.reason = reason
    error = errors.KafkaConnectionError("Connection at 127.0.0.1:9092 closed")
    error.__context__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (TimeoutError(), "no answer in time"),
        (ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 1)"), "connection refused"),
        (ConnectionResetError(), "it closed the connection: does this port speak TLS?"),
        (socket.gaierror(-2, "Name or service not known"), "its name is not known"),
        (ssl.SSLError(1, "[SSL]"), "TLS failed (no reason given): does this port speak it?"),
        (untrusted("self-signed certificate"), "its certificate is not trusted: self-signed"),
        (
            untrusted("Hostname mismatch, certificate is not valid for 'a'."),
            "its certificate is of another host: Hostname mismatch, certificate is not valid for",
        ),
        (
            alert("TLSV13_ALERT_CERTIFICATE_REQUIRED"),
            "it refuses our certificate (certificate required): correct kafka.security.cert_file",
        ),
        (
            errors.SaslAuthenticationFailed("wrong password"),
            "it refuses our log-in (wrong password): correct kafka.security",
        ),
        (errors.SaslAuthenticationFailed(), "it refuses our log-in (no reason given)"),
        (
            errors.UnsupportedSaslMechanismError("enabled: PLAIN"),
            "it does not offer this log-in (enabled: PLAIN): correct kafka.security.sasl_mechanism",
        ),
        (errors.IllegalSaslStateError(), "it does not expect a log-in on this port"),
        (errors.ClusterAuthorizationFailedError(), "it denies us this: grant Write"),
        (errors.TopicAuthorizationFailedError("t"), "it denies us this: grant Describe and Write"),
        (errors.KafkaConnectionError("Connection at a:1 closed"), "it closed the connection: is"),
        (errors.KafkaError("the token file x cannot be used"), "the token file x cannot be used"),
        (errors.KafkaError(), "KafkaError: no reason given"),
        (OSError(), "OSError: no reason given"),
        (ValueError("Server sent wrong signature!"), "ValueError: Server sent wrong signature!"),
    ],
)
def test_causes_are_told_for_people(error: BaseException, told: str) -> None:
    """No tuple, no errno, no class hierarchy; and what to correct where it is plain."""
    assert why(error).startswith(told)


async def test_one_open_door_is_enough(kafka: Kafka) -> None:
    """A bootstrap server that is down does not matter while another answers."""
    nowhere = f"127.0.0.1:{free_port()}"
    settings = KafkaSettings(bootstrap_servers=f"{nowhere}, {kafka.bootstrap_servers}")
    assert await knock(settings) is None
    settings = KafkaSettings(bootstrap_servers=(nowhere, nowhere))
    assert await knock(settings) == "connection refused"


async def test_a_port_that_speaks_no_tls_is_told(kafka: Kafka, tmp_path: Path) -> None:
    """TLS to a plain port, which aiokafka calls "Unable to bootstrap", has words of its own."""
    security = {
        "security_protocol": "SSL",
        "ssl_context": Authority(tmp_path).trusting(),
    }
    settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers, security=security)
    told = await knock(settings)
    assert told is not None
    assert "TLS" in told
