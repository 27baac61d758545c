"""Renewable: what connections are begun with, whose files may change while they come and go.

May live here: when what is in the files is taken up. May not: what makes a context (`tls`), or a
secret (`secrets`).
"""

import hashlib
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from gateway.config.faults import Problem
from gateway.config.secrets import Secret

__all__ = ["Renewable", "RenewableContext", "RenewablePassword"]


class Renewable(Protocol):
    """What is in files, and may be taken up anew."""

    def renew(self) -> bool:
        """Take up what the files hold; return whether that is something new.

        Call it over and over: a change counts when two looks in a row find the same, for a file
        may be met half written, and a certificate and its key one after the other.

        Raises:
            gateway.config.faults.Problem: the new content cannot be used. It is said once, and the
                last good content stays in use.
        """


class _Looks:
    """What was seen at the last look, and what was taken up."""

    def __init__(self, seen: bytes) -> None:
        self._last = self._taken = seen

    def settle(self, seen: bytes) -> bool:
        """Tell whether it was seen twice in a row and is new; it counts as taken up then."""
        new = seen == self._last and seen != self._taken
        self._last = seen
        if new:
            self._taken = seen
        return new


class RenewablePassword:
    """A password read anew when its file changes; log-ins begun after that use the new one.

    Args:
        secret: as the configuration was read with.
    """

    def __init__(self, secret: Secret) -> None:
        self._source = self._current = secret
        self._looks = _Looks(secret.reveal())

    def __call__(self) -> str:
        """Return the password."""
        return self._current.reveal().decode("utf-8")

    def renew(self) -> bool:
        """See `Renewable`."""
        found = self._look()
        seen = found.reveal() if isinstance(found, Secret) else f"no: {found.problem}".encode()
        if not self._looks.settle(seen):
            return False
        if isinstance(found, Problem):
            raise found
        self._current = found
        return True

    def _look(self) -> Secret | Problem:
        try:
            found = self._source.reread()
        except Problem as problem:
            return problem
        if not found.is_text:
            return Problem(f"{found} is not UTF-8 text", "store the password as text")
        return found


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
    _looks: _Looks

    def __new__(cls, make: Callable[[], ssl.SSLContext], files: Sequence[Path]) -> Self:
        """Make the first context; the protocol of the shell around it is never spoken."""
        context = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        context._make = make
        context._files = tuple(files)
        context._looks = _Looks(context._look())
        context.current = make()
        return context

    def wrap_bio(self, *args: Any, **options: Any) -> ssl.SSLObject:
        """Begin a handshake."""
        return self.current.wrap_bio(*args, **options)

    def renew(self) -> bool:
        """See `Renewable`."""
        if not self._looks.settle(self._look()):
            return False
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
