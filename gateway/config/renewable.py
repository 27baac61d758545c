"""Renewable: a TLS context whose files may change while connections come and go.

May live here: when what is in the files is taken up. May not: what makes a context (`tls`).
"""

import hashlib
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

__all__ = ["RenewableContext"]


class RenewableContext(ssl.SSLContext):
    """A context made anew when its files change; handshakes begun after that use the new one.

    The event loops ask a context for nothing but `wrap_bio`. So the one within is replaced, not
    amended: a CA that was taken out of its file is trusted no more, and no session of before is
    resumed. Connections that stand are not touched.

    Args:
        make: makes a context of the files as they are.
        files: which they are.

    Attributes:
        current: the context that handshakes use now.

    Raises:
        gateway.config.faults.Problem: whatever `make` raises of the files as they are.
    """

    current: ssl.SSLContext
    _make: Callable[[], ssl.SSLContext]
    _files: tuple[Path, ...]
    _looked: bytes
    _taken: bytes

    def __new__(cls, make: Callable[[], ssl.SSLContext], files: Sequence[Path]) -> Self:
        """Make the first context; the protocol of the shell around it is never spoken."""
        context = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        context._make = make
        context._files = tuple(files)
        context._looked = context._taken = context._look()
        context.current = make()
        return context

    def wrap_bio(self, *args: Any, **options: Any) -> ssl.SSLObject:
        """Begin a handshake."""
        return self.current.wrap_bio(*args, **options)

    def renew(self) -> bool:
        """Take up what the files hold; return whether that is something new.

        Call it over and over: a change counts when two looks in a row find the same, for a
        certificate and its key may be written one after the other.

        Raises:
            gateway.config.faults.Problem: the new content cannot be used. It is said once, and the
                last good content stays in use.
        """
        seen = self._look()
        settled = seen == self._looked
        self._looked = seen
        if not settled or seen == self._taken:
            return False
        self._taken = seen
        self.current = self._make()
        return True

    def _look(self) -> bytes:
        digest = hashlib.blake2b()
        for file in self._files:
            try:
                content = file.read_bytes()
            except OSError as error:
                content = f"unreadable: {error.errno}".encode()
            digest.update(hashlib.blake2b(content).digest())
        return digest.digest()
