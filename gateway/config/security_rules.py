"""Security rules: what must hold between the keys that are about TLS and log-ins."""

from collections.abc import Iterator
from pathlib import Path as FilePath

from gateway.config.faults import Path, Violation
from gateway.config.listeners import Ingress
from gateway.config.security import Security
from gateway.config.tls import problems_of_ca, problems_of_pair

__all__ = ["listener_violations", "security_violations"]

_KAFKA: Path = ("kafka", "security")
_INGRESS: Path = ("ingress",)
_PROTOCOL: Path = (*_KAFKA, "protocol")
_MECHANISM: Path = (*_KAFKA, "sasl_mechanism")
_MECHANISMS = "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER"


def security_violations(security: Security) -> Iterator[Violation]:
    """Yield every rule that `kafka.security` breaks."""
    yield from _login(security)
    yield from _files(security)
    if (
        security.protocol == "SASL_PLAINTEXT"
        and security.sasl_mechanism in {"PLAIN", "OAUTHBEARER"}
        and not security.allow_plaintext_password
    ):
        what = "token" if security.sasl_mechanism == "OAUTHBEARER" else "password"
        yield Violation(
            _PROTOCOL,
            (_MECHANISM, (*_KAFKA, "allow_plaintext_password")),
            f"SASL_PLAINTEXT with {security.sasl_mechanism} sends the {what} readable by all "
            "on the way",
            "use SASL_SSL or a SCRAM mechanism, or set allow_plaintext_password = true",
        )


def listener_violations(ingress: Ingress) -> Iterator[Violation]:
    """Yield every rule that the TLS keys of `ingress` break."""
    pair = ("tls_cert_file", "tls_key_file")
    if ingress.tls_client_ca_file is not None:
        if ingress.tls_cert_file is None and ingress.tls_key_file is None:
            yield Violation(
                (*_INGRESS, "tls_client_ca_file"),
                tuple((*_INGRESS, name) for name in pair),
                "is of no use: without tls_cert_file and tls_key_file the listener speaks plain "
                "HTTP, and lets in every sender",
                "name the listener's certificate and key too, or remove it",
            )
        yield from _ca(_INGRESS, "tls_client_ca_file", ingress.tls_client_ca_file)
    yield from _pair(_INGRESS, pair, ingress.tls_cert_file, ingress.tls_key_file)


def _login(security: Security) -> Iterator[Violation]:
    sasl = security.protocol.startswith("SASL_")
    mechanism = security.sasl_mechanism
    bearer = mechanism == "OAUTHBEARER"
    logins = {
        "sasl_mechanism": (True, mechanism, _MECHANISMS),
        "username": (not bearer, security.username, "the user's name"),
        "password": (not bearer, security.password, "env:NAME or file:/path"),
        "token_file": (bearer, security.token_file, "the path of the token's file"),
    }
    for name, (needed, value, what) in logins.items():
        reads = (_PROTOCOL, _MECHANISM)
        if sasl and needed and not value:
            problem = f"is missing, and {mechanism or security.protocol} logs in"
            yield Violation((*_KAFKA, name), reads, problem, f"write {what}")
        elif not sasl and value is not None:
            problem = f"is of no use: {security.protocol} does not log in"
            fix = "set kafka.security.protocol to SASL_SSL, or remove it"
            yield Violation((*_KAFKA, name), reads, problem, fix)
        elif not needed and mechanism is not None and value is not None:
            problem = f"is of no use: {mechanism} does not log in with it"
            yield Violation((*_KAFKA, name), reads, problem, "remove it, or change sasl_mechanism")
    if security.password is not None and not security.password.is_text:
        problem = f"{security.password.reference} is not UTF-8 text"
        yield Violation((*_KAFKA, "password"), (), problem, "store the password as text")


def _files(security: Security) -> Iterator[Violation]:
    names = ("ca_file", "cert_file", "key_file")
    given = {name: path for name in names if (path := getattr(security, name)) is not None}
    if not security.protocol.endswith("SSL"):
        for name in given:
            problem = f"is of no use: {security.protocol} does not encrypt"
            fix = "set kafka.security.protocol to SSL or SASL_SSL, or remove it"
            yield Violation((*_KAFKA, name), (_PROTOCOL,), problem, fix)
        return
    if security.ca_file is not None:
        yield from _ca(_KAFKA, "ca_file", security.ca_file)
    yield from _pair(_KAFKA, ("cert_file", "key_file"), security.cert_file, security.key_file)


def _pair(
    here: Path, names: tuple[str, str], certificate: FilePath | None, key: FilePath | None
) -> Iterator[Violation]:
    """Judge a certificate and its key by the names of their keys, in that order."""
    paths = [(*here, name) for name in names]
    if certificate is not None and key is not None:
        for which, found in problems_of_pair(certificate, key):
            yield Violation(paths[which == "key"], tuple(paths), found.problem, found.fix)
    elif certificate is not None or key is not None:
        missing = certificate is not None
        problem = f"is missing beside {names[not missing]}"
        yield Violation(paths[missing], (paths[not missing],), problem, "name both, or neither")


def _ca(here: Path, name: str, path: FilePath) -> Iterator[Violation]:
    for found in problems_of_ca(path):
        yield Violation((*here, name), (), found.problem, found.fix)
