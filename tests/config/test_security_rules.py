"""Security rules: a log-in is whole, certificates are usable, and passwords do not travel naked."""

from pathlib import Path

import pytest

from tests.config.files import MINIMAL, faults_of, loaded

_CERTIFICATES = Path(__file__).parent / "certificates"
_ALLOWED = "allow_plaintext_password = true"
_BEARER = "sasl_mechanism = 'OAUTHBEARER'\ntoken_file = '@key.pem'\n"
_LOGIN = "username = 'u'\npassword = 'env:PASSWORD'\n"


def _security(text: str) -> str:
    text = text.replace("@", f"{_CERTIFICATES}/")
    return f"{MINIMAL}\n[kafka.security]\n{text}"


@pytest.mark.parametrize(
    "text",
    [
        "protocol = 'SSL'",
        "protocol = 'SSL'\nca_file = '@certificate.pem'",
        "protocol = 'SSL'\ncert_file = '@certificate.pem'\nkey_file = '@key.pem'",
        f"protocol = 'SASL_SSL'\nsasl_mechanism = 'PLAIN'\n{_LOGIN}",
        f"protocol = 'SASL_PLAINTEXT'\nsasl_mechanism = 'SCRAM-SHA-512'\n{_LOGIN}",
        f"protocol = 'SASL_PLAINTEXT'\nsasl_mechanism = 'PLAIN'\n{_LOGIN}{_ALLOWED}",
        f"protocol = 'SASL_SSL'\n{_BEARER}",
        f"protocol = 'SASL_PLAINTEXT'\n{_BEARER}{_ALLOWED}",
    ],
)
def test_what_is_whole_is_taken(tmp_path: Path, text: str) -> None:
    """Each way to speak with brokers needs its own keys and no others."""
    loaded(tmp_path, _security(text))


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (
            "protocol = 'SASL_SSL'",
            {
                "sasl_mechanism": "is missing, and SASL_SSL logs in",
                "username": "is missing, and SASL_SSL logs in",
                "password": "is missing, and SASL_SSL logs in",
            },
        ),
        (
            f"protocol = 'SSL'\n{_LOGIN}",
            {
                "username": "is of no use: SSL does not log in",
                "password": "is of no use: SSL does not log in",
            },
        ),
        (
            "protocol = 'SASL_SSL'\nsasl_mechanism = 'OAUTHBEARER'",
            {"token_file": "is missing, and OAUTHBEARER logs in"},
        ),
        (
            f"protocol = 'SASL_SSL'\n{_BEARER}{_LOGIN}",
            {
                "username": "is of no use: OAUTHBEARER does not log in with it",
                "password": "is of no use: OAUTHBEARER does not log in with it",
            },
        ),
        (
            f"protocol = 'SASL_SSL'\nsasl_mechanism = 'PLAIN'\n{_LOGIN}token_file = '@key.pem'",
            {"token_file": "is of no use: PLAIN does not log in with it"},
        ),
        (
            f"protocol = 'SASL_PLAINTEXT'\n{_BEARER}",
            {"protocol": "SASL_PLAINTEXT with OAUTHBEARER sends the token readable by all"},
        ),
        ("ca_file = '@certificate.pem'", {"ca_file": "is of no use: PLAINTEXT does not encrypt"}),
        (
            f"protocol = 'SASL_PLAINTEXT'\nsasl_mechanism = 'PLAIN'\n{_LOGIN}",
            {"protocol": "SASL_PLAINTEXT with PLAIN sends the password readable by all"},
        ),
        (
            "protocol = 'SSL'\ncert_file = '@certificate.pem'",
            {"key_file": "is missing beside cert_file"},
        ),
        ("protocol = 'SSL'\nkey_file = '@key.pem'", {"cert_file": "is missing beside key_file"}),
        (
            "protocol = 'SSL'\ncert_file = '@certificate.pem'\nkey_file = '@other-key.pem'",
            {"key_file": f"{_CERTIFICATES}/other-key.pem is not the key of"},
        ),
        (
            "protocol = 'SSL'\ncert_file = '@certificate.pem'\nkey_file = '@encrypted-key.pem'",
            {"key_file": f"{_CERTIFICATES}/encrypted-key.pem is encrypted"},
        ),
        (
            "protocol = 'SSL'\ncert_file = '@key.pem'\nkey_file = '@certificate.pem'",
            {
                "cert_file": f"{_CERTIFICATES}/key.pem holds no certificates",
                "key_file": f"{_CERTIFICATES}/certificate.pem holds no private key",
            },
        ),
        ("protocol = 'SSL'\nca_file = '@key.pem'", {"ca_file": ""}),
        ("protocol = 'SSL'\nca_file = '@none.pem'", {"ca_file": ""}),
        (
            f"protocol = 'SASL_SSL'\nsasl_mechanism = 'PLAIN'\n{_LOGIN.replace('env:', 'file:')}",
            {"password": "file:PASSWORD is not UTF-8 text"},
        ),
    ],
)
def test_what_is_not_is_refused(tmp_path: Path, text: str, faults: dict[str, str]) -> None:
    """What is missing, of no use, or broken is told by its key."""
    (tmp_path / "PASSWORD").write_bytes(b"\xff\xfe")
    found = faults_of(tmp_path, _security(text))
    assert set(found) == {f"kafka.security.{key}" for key in faults}
    for key, problem in faults.items():
        assert found[f"kafka.security.{key}"].problem.startswith(problem)


_PAIR = "tls_cert_file = '@certificate.pem'\ntls_key_file = '@key.pem'\n"


@pytest.mark.parametrize("text", ["", _PAIR, f"{_PAIR}tls_client_ca_file = '@certificate.pem'"])
def test_a_listener_speaks_what_it_is_given(tmp_path: Path, text: str) -> None:
    """Plain HTTP is the default; a certificate and its key make TLS, a CA makes it mutual."""
    loaded(tmp_path, _ingress(text))


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("tls_cert_file = '@certificate.pem'", {"tls_key_file": "is missing beside tls_cert_file"}),
        ("tls_key_file = '@key.pem'", {"tls_cert_file": "is missing beside tls_key_file"}),
        (_PAIR.replace("key.pem", "none.pem"), {"tls_key_file": ""}),
        (_PAIR.replace("key.pem", "other-key.pem"), {"tls_key_file": ""}),
        (
            "tls_client_ca_file = '@certificate.pem'",
            {"tls_client_ca_file": "is of no use: without tls_cert_file and tls_key_file"},
        ),
        (
            (
                "tls_cert_file = '@key.pem'\ntls_key_file = '@encrypted-key.pem'\n"
                "tls_client_ca_file = '@key.pem'"
            ),
            {
                "tls_cert_file": f"{_CERTIFICATES}/key.pem holds no certificates",
                "tls_key_file": f"{_CERTIFICATES}/encrypted-key.pem is encrypted",
                "tls_client_ca_file": f"{_CERTIFICATES}/key.pem holds no certificates",
            },
        ),
    ],
)
def test_a_listener_that_would_not_do_is_refused(
    tmp_path: Path, text: str, faults: dict[str, str]
) -> None:
    """Everything wrong with the listener's files is told at once, each by its key, with a fix."""
    found = faults_of(tmp_path, _ingress(text))
    assert set(found) == {f"ingress.{key}" for key in faults}
    for key, problem in faults.items():
        assert found[f"ingress.{key}"].problem.startswith(problem)
        assert found[f"ingress.{key}"].fix


def _ingress(text: str) -> str:
    return f"[ingress]\n{text}\n{MINIMAL}".replace("@", f"{_CERTIFICATES}/")
