"""Renewable: certificates and passwords replaced on disk are used for the next connection."""

import ssl
from pathlib import Path

import pytest

from gateway.config import Problem, RenewableContext, RenewablePassword, listener_context
from gateway.config.secrets import SecretIn, Surroundings
from tests.certificates import Authority, Pair


def handshake(
    server: ssl.SSLContext, client: ssl.SSLContext, session: ssl.SSLSession | None = None
) -> ssl.SSLObject:
    """Shake hands in memory; return the client's side, or raise what either side raised."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(down, up, server_hostname="127.0.0.1", session=session)
    other = server.wrap_bio(up, down, server_side=True)
    for _ in range(4):
        for side in (one, other):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert one.version(), "the handshake did not end"
    return one


def replace(pair: Pair, by: Pair) -> None:
    """Put another certificate and key where a pair is."""
    pair.certificate.write_bytes(by.certificate.read_bytes())
    pair.key.write_bytes(by.key.read_bytes())


def renewable(pair: Pair, ca: Path | None = None) -> RenewableContext:
    """Return a listener's context that can be renewed."""
    files = [*pair] if ca is None else [*pair, ca]
    return RenewableContext(lambda: listener_context(*pair, ca), files)


def test_a_new_certificate_is_shown_once_it_has_settled(tmp_path: Path) -> None:
    """The second look that finds the same content takes it up, and says so once."""
    old, new = Authority(tmp_path / "old"), Authority(tmp_path / "new")
    pair = old.sign("127.0.0.1")
    context = renewable(pair)
    assert not context.renew()
    handshake(context, old.trusting())
    replace(pair, new.sign("127.0.0.1"))
    assert not context.renew()
    handshake(context, old.trusting())
    assert context.renew()
    assert not context.renew()
    handshake(context, new.trusting())
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(context, old.trusting())


def test_half_a_change_is_waited_out(tmp_path: Path) -> None:
    """A certificate whose key is written a moment later is never paired with the old key."""
    authority = Authority(tmp_path)
    pair, new = authority.sign("127.0.0.1"), authority.sign("127.0.0.1")
    context = renewable(pair)
    pair.certificate.write_bytes(new.certificate.read_bytes())
    assert not context.renew()
    pair.key.write_bytes(new.key.read_bytes())
    assert not context.renew()
    assert context.renew()


@pytest.mark.parametrize("how", ["mismatch", "junk", "gone"])
def test_what_cannot_be_used_is_told_once_and_the_last_good_stays(tmp_path: Path, how: str) -> None:
    """A bad file is a problem with words for people, said once; mended, it is taken up."""
    authority = Authority(tmp_path)
    pair, new = authority.sign("127.0.0.1"), authority.sign("127.0.0.1")
    context = renewable(pair)
    if how == "mismatch":
        pair.certificate.write_bytes(new.certificate.read_bytes())
    elif how == "junk":
        pair.certificate.write_text("junk")
    else:
        pair.certificate.unlink()
    assert not context.renew()
    with pytest.raises(Problem) as raised:
        context.renew()
    assert str(pair.certificate) in raised.value.problem
    assert raised.value.fix
    assert not context.renew()
    handshake(context, authority.trusting())
    replace(pair, new)
    assert not context.renew()
    assert context.renew()
    handshake(context, authority.trusting())


def test_a_ca_that_was_taken_out_is_trusted_no_more(tmp_path: Path) -> None:
    """Whom the CA has signed is refused after the change, and so is the session of before."""
    ours, theirs = Authority(tmp_path / "ours"), Authority(tmp_path / "theirs")
    friend = theirs.sign(common_name="friend")
    pair, ca = ours.sign("127.0.0.1"), tmp_path / "clients.pem"
    ca.write_bytes(ours.file.read_bytes() + theirs.file.read_bytes())
    context = renewable(pair, ca)
    client = ours.trusting(friend)
    client.maximum_version = ssl.TLSVersion.TLSv1_2  # its handshake tells both sides the truth
    session = handshake(context, client).session
    assert handshake(context, client, session).session_reused
    ca.write_bytes(ours.file.read_bytes())
    context.renew()
    assert context.renew()
    with pytest.raises(ssl.SSLError):
        handshake(context, client, session)


def test_old_versions_are_not_spoken(tmp_path: Path) -> None:
    """The listener's context begins at TLS 1.2 and tells no certificate of the system's apart."""
    context = listener_context(*Authority(tmp_path).sign("127.0.0.1"), None)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_NONE
    assert not context.get_ca_certs()


def password(file: Path) -> RenewablePassword:
    """Return the password that a configuration has in this file."""
    return RenewablePassword(SecretIn()._resolve(f"file:{file}", Surroundings({}, Path())))


def test_a_new_password_is_used_once_it_has_settled(tmp_path: Path) -> None:
    """The second look that finds the same content takes it up, and says so once."""
    file = tmp_path / "password"
    file.write_text("first\n")
    renewable = password(file)
    assert not renewable.renew()
    file.write_text("sec")
    assert not renewable.renew()
    file.write_text("second\n")
    assert not renewable.renew()
    assert renewable() == "first"
    assert renewable.renew()
    assert not renewable.renew()
    assert renewable() == "second"


@pytest.mark.parametrize("content", [b"", b"\xff", None])
def test_a_bad_password_is_told_once_and_the_last_good_stays(
    tmp_path: Path, content: bytes | None
) -> None:
    """Empty, not text or gone: a problem with the file and no content, and it may be mended."""
    file = tmp_path / "password"
    file.write_text("good")
    renewable = password(file)
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    assert not renewable.renew()
    with pytest.raises(Problem) as raised:
        renewable.renew()
    assert str(file) in raised.value.problem
    assert raised.value.fix
    assert not renewable.renew()
    assert renewable() == "good"
    file.write_text("better")
    assert not renewable.renew()
    assert renewable.renew()
    assert renewable() == "better"


def test_a_password_in_a_variable_stays(tmp_path: Path) -> None:
    """A process's variables do not change: nothing is looked at."""
    secret = SecretIn()._resolve("env:PASSWORD", Surroundings({"PASSWORD": "only"}, tmp_path))
    renewable = RenewablePassword(secret)
    assert not renewable.renew()
    assert not renewable.renew()
    assert renewable() == "only"
