"""Security rules: a log-in is whole, certificates are usable, and passwords do not travel naked."""

from pathlib import Path

import pytest

from tests.config.files import MINIMAL, faults_of, loaded

_CERTIFICATES = Path(__file__).parent / "certificates"
_ALLOWED = "allow_plaintext_password = true"
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
            {"cert_file": ""},
        ),
        (
            "protocol = 'SSL'\ncert_file = '@certificate.pem'\nkey_file = '@encrypted-key.pem'",
            {"cert_file": ""},
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
