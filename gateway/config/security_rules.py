"""Security rules: what must hold between the keys of `[kafka.security]`."""

from collections.abc import Iterator

from gateway.config.faults import Path, Problem, Violation
from gateway.config.security import Security
from gateway.config.tls import ssl_context

__all__ = ["security_violations"]

_HERE: Path = ("kafka", "security")
_PROTOCOL: Path = (*_HERE, "protocol")


def security_violations(security: Security) -> Iterator[Violation]:
    """Yield every rule that `security` breaks."""
    yield from _login(security)
    yield from _files(security)
    if (
        security.protocol == "SASL_PLAINTEXT"
        and security.sasl_mechanism == "PLAIN"
        and not security.allow_plaintext_password
    ):
        yield Violation(
            _PROTOCOL,
            ((*_HERE, "sasl_mechanism"), (*_HERE, "allow_plaintext_password")),
            "SASL_PLAINTEXT with PLAIN sends the password readable by all on the way",
            "use SASL_SSL or a SCRAM mechanism, or set allow_plaintext_password = true",
        )


def _login(security: Security) -> Iterator[Violation]:
    sasl = security.protocol.startswith("SASL_")
    logins = {
        "sasl_mechanism": (security.sasl_mechanism, "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"),
        "username": (security.username, "the user's name"),
        "password": (security.password, "env:NAME or file:/path"),
    }
    for name, (value, what) in logins.items():
        if sasl and not value:
            problem = f"is missing, and {security.protocol} logs in"
            yield Violation((*_HERE, name), (_PROTOCOL,), problem, f"write {what}")
        elif not sasl and value is not None:
            problem = f"is of no use: {security.protocol} does not log in"
            fix = "set kafka.security.protocol to SASL_SSL, or remove it"
            yield Violation((*_HERE, name), (_PROTOCOL,), problem, fix)
    if security.password is not None and not security.password.is_text:
        problem = f"{security.password.reference} is not UTF-8 text"
        yield Violation((*_HERE, "password"), (), problem, "store the password as text")


def _files(security: Security) -> Iterator[Violation]:
    names = ("ca_file", "cert_file", "key_file")
    given = {name: path for name in names if (path := getattr(security, name)) is not None}
    if not security.protocol.endswith("SSL"):
        for name in given:
            problem = f"is of no use: {security.protocol} does not encrypt"
            fix = "set kafka.security.protocol to SSL or SASL_SSL, or remove it"
            yield Violation((*_HERE, name), (_PROTOCOL,), problem, fix)
        return
    for one, other in (("cert_file", "key_file"), ("key_file", "cert_file")):
        if one in given and other not in given:
            problem = f"is missing beside {one}"
            yield Violation((*_HERE, other), ((*_HERE, one),), problem, "name both, or neither")
            return
    for name, files in (("ca_file", ("ca_file",)), ("cert_file", ("cert_file", "key_file"))):
        if name in given:
            try:
                ssl_context(*(given.get(each) if each in files else None for each in names))
            except Problem as found:
                reads = tuple((*_HERE, each) for each in files)
                yield Violation((*_HERE, name), reads, found.problem, found.fix)
