"""Client: what Kafka's client is told."""

import ssl
from pathlib import Path

from gateway.config import client_options
from tests.config.files import MINIMAL, loaded

_CERTIFICATES = Path(__file__).parent / "certificates"


def test_a_plain_link_needs_its_protocol_alone(tmp_path: Path) -> None:
    """No certificate store is read where nothing is encrypted."""
    config = loaded(tmp_path, MINIMAL)
    assert client_options(config.kafka.security) == {"security_protocol": "PLAINTEXT"}


def test_an_encrypted_log_in_has_a_context_and_a_user(tmp_path: Path) -> None:
    """The broker's name and certificate are checked; the password comes apart, as it may change."""
    security = loaded(
        tmp_path,
        f"""{MINIMAL}
        [kafka.security]
        protocol = "SASL_SSL"
        sasl_mechanism = "SCRAM-SHA-512"
        username = "gateway"
        password = "env:PASSWORD"
        ca_file = "{_CERTIFICATES / "certificate.pem"}"
        cert_file = "{_CERTIFICATES / "certificate.pem"}"
        key_file = "{_CERTIFICATES / "key.pem"}"
        """,
    ).kafka.security
    options = client_options(security)
    context = options.pop("ssl_context")
    assert context.current.verify_mode is ssl.CERT_REQUIRED
    assert context.current.check_hostname
    assert len(context.current.get_ca_certs()) == 1
    assert options == {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "gateway",
    }


async def test_a_log_in_by_token_has_a_provider_and_no_password(tmp_path: Path) -> None:
    """OAUTHBEARER reads its token from a file."""
    (tmp_path / "token").write_text("header.claims.\n")
    security = loaded(
        tmp_path,
        f"""{MINIMAL}
        [kafka.security]
        protocol = "SASL_SSL"
        sasl_mechanism = "OAUTHBEARER"
        token_file = "token"
        """,
    ).kafka.security
    options = client_options(security)
    assert await options["sasl_oauth_token_provider"].token() == "header.claims."
    assert {"sasl_plain_username", "sasl_plain_password"}.isdisjoint(options)
