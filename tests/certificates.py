"""Certificates made for a test: an authority, and what it signs, as files of PEM."""

import ssl
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

__all__ = ["Authority", "Pair"]


class Pair(NamedTuple):
    """A certificate's chain and its key."""

    certificate: Path
    key: Path

    def encrypt_key(self, password: bytes) -> None:
        """Write the key so that it opens with a password alone."""
        key = load_pem_private_key(self.key.read_bytes(), None)
        self.key.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))
        )


class Authority:
    """Signs certificates into a folder.

    Attributes:
        file: its own certificate.
    """

    def __init__(self, folder: Path, name: str = "ca") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._ca = trustme.CA()
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self._ca.cert_pem.bytes())

    def sign(
        self, *names: str, common_name: str | None = None, until: datetime | None = None
    ) -> Pair:
        """Return a new certificate for hosts, addresses or people, its key in PKCS #8."""
        leaf = self._ca.issue_cert(
            *(names or (common_name or "",)), common_name=common_name, not_after=until
        )
        stem = f"{(common_name or names[0]).replace('*', '_')}-{len(list(self._folder.iterdir()))}"
        pair = Pair(self._folder / f"{stem}.pem", self._folder / f"{stem}.key")
        pair.certificate.write_bytes(b"".join(each.bytes() for each in leaf.cert_chain_pems))
        key = load_pem_private_key(leaf.private_key_pem.bytes(), None)
        pair.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return pair

    def trusting(self, showing: Pair | None = None) -> ssl.SSLContext:
        """Return a client's context that trusts this authority, and may show a certificate."""
        context = ssl.create_default_context(cafile=self.file)
        if showing is not None:
            context.load_cert_chain(*showing)
        return context
