"""TLS: certificates and keys made into contexts, for brokers and for the public listener.

May live here: which files make which context, and what is wrong with a file, for people. May not:
when a file is read again (`renewable`).
"""

import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from gateway.config.faults import Problem

__all__ = ["broker_context", "listener_context", "problems_of_ca", "problems_of_pair"]

_BEGINS = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")
_ALPN = ["http/1.1"]

Which = Literal["certificate", "key"]


def broker_context(ca: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    """Return a context that checks the broker's name and certificate.

    Args:
        ca: certificates to trust; the system's without.
        certificate: ours, for brokers that ask for one.
        key: its key.

    Raises:
        Problem: a file does not hold what it should.
    """
    try:
        context = ssl.create_default_context(cafile=ca)
    except (OSError, ValueError):
        raise _no_certificates(ca) from None
    if certificate is not None and key is not None:
        _identify(context, certificate, key)
    return context


def listener_context(certificate: Path, key: Path, client_ca: Path | None) -> ssl.SSLContext:
    """Return a context that shows our certificate, TLS 1.2 or newer.

    Args:
        certificate: ours, with those that lead to its root.
        key: its key.
        client_ca: a sender must show a certificate of one of these; None asks for none.

    Raises:
        Problem: a file does not hold what it should.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(_ALPN)
    _identify(context, certificate, key)
    if client_ca is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        try:
            context.load_verify_locations(client_ca)
        except (OSError, ValueError):
            raise _no_certificates(client_ca) from None
    return context


def problems_of_pair(certificate: Path, key: Path) -> Iterator[tuple[Which, Problem]]:
    """Yield what is wrong with a certificate and its key, each with the file to look at."""
    whole = True
    if b"CERTIFICATE" not in _kinds(certificate):
        whole = False
        yield "certificate", _no_certificates(certificate)
    if _is_encrypted(key):
        whole = False
        yield "key", Problem(f"{key} is encrypted", "store it so that it opens without a password")
    elif not any(kind.endswith(b"PRIVATE KEY") for kind in _kinds(key)):
        whole = False
        yield "key", Problem(f"{key} holds no private key", "name a file with a PEM private key")
    if whole:
        try:
            _identify(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), certificate, key)
        except Problem as problem:
            yield "key", problem


def problems_of_ca(ca: Path) -> Iterator[Problem]:
    """Yield what is wrong with a file of certificates to trust."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_verify_locations(ca)
    except (OSError, ValueError):
        yield _no_certificates(ca)


def _identify(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    try:
        # The password function keeps OpenSSL from asking for one at a terminal.
        context.load_cert_chain(certificate, key, password=lambda: "")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise Problem(
                f"{key} is not the key of {certificate}",
                "name the pair that belongs together; in a chain our own certificate comes first",
            ) from None
        raise Problem(
            f"{certificate} and {key} are not a certificate and its key",
            "name a PEM certificate and its private key, not encrypted",
        ) from None
    except (OSError, ValueError):
        raise Problem(
            f"{certificate} and {key} cannot be read", "let the gateway's user read both"
        ) from None


def _no_certificates(file: Path | None) -> Problem:
    return Problem(f"{file} holds no certificates", "name a file of PEM certificates")


def _kinds(file: Path) -> list[bytes]:
    """Return what the file's PEM blocks say they are."""
    try:
        return _BEGINS.findall(file.read_bytes())
    except OSError:
        return []


def _is_encrypted(key: Path) -> bool:
    try:
        return b"ENCRYPTED" in key.read_bytes()
    except OSError:
        return False
