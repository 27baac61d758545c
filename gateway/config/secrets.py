"""Secrets: references in the configuration, values only in memory.

A configuration names where a secret lies, `env:NAME` or `file:/path`, and never holds one. The
reference stays beside the value, so that a mounted file can be read again when it changes.
"""

import hmac
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from gateway.config.faults import Problem

__all__ = ["Secret", "SecretIn", "Surroundings", "resolve"]

_MOST_BYTES = 64 * 1024
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ADVICE = (
    "put the secret into an environment variable and write env:NAME, "
    "or into a file and write file:/path"
)


class Surroundings(NamedTuple):
    """What references are resolved against.

    Attributes:
        environ: the environment variables.
        folder: what relative paths start from: the configuration file's folder.
    """

    environ: Mapping[str, str]
    folder: Path


class Secret:
    """A secret's bytes beside the reference they came from; prints as the reference only.

    Args:
        reference: as the configuration writes it.
        value: the bytes, as they are to be used.
        again: reads the reference anew; None where it can only be read once.
    """

    __slots__ = ("_again", "_value", "reference")

    def __init__(
        self, reference: str, value: bytes, again: Callable[[], "Secret"] | None = None
    ) -> None:
        self.reference = reference
        self._value = value
        self._again = again

    def reveal(self) -> bytes:
        """Return the bytes, as they are to be used."""
        return self._value

    @property
    def lasting(self) -> bool:
        """Whether it lies where it can be read anew: in a file, not in a variable or a pipe."""
        return self._again is not None

    def reread(self) -> "Secret":
        """Return what the reference names now, under the rules it was first read by.

        Raises:
            Problem: it will not do.
        """
        return self._again() if self._again is not None else self

    @property
    def is_text(self) -> bool:
        """Whether the bytes are UTF-8."""
        try:
            self._value.decode("utf-8")
        except UnicodeDecodeError:
            return False
        return True

    def __repr__(self) -> str:
        return f"Secret({self.reference})"

    def __str__(self) -> str:
        return self.reference

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value, other._value)

    def __hash__(self) -> int:
        return hash(self._value)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Secret":
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled: hand over its reference")


def resolve(reference: str, surroundings: Surroundings) -> Secret:
    """Return the secret that a reference names; one trailing newline is dropped.

    Raises:
        Problem: not a reference, or what it names is missing, unreadable or empty.
    """
    scheme, colon, name = reference.partition(":")
    read: Callable[[str, Surroundings], bytes] | None = {"env": _from_env, "file": _from_file}.get(
        scheme
    )
    if not colon or read is None:
        raise Problem("is not a reference to a secret", _ADVICE)
    value = read(name, surroundings)
    value = value.removesuffix(b"\n").removesuffix(b"\r")
    if not value:
        raise Problem(f"{reference} is empty", "put the secret there")
    return Secret(reference, value)


def _from_env(name: str, surroundings: Surroundings) -> bytes:
    # A secret pasted behind env: would otherwise be shown as the name of a variable.
    if not _NAME.fullmatch(name) or name.startswith("whsec_"):
        raise Problem("env: is not followed by the name of an environment variable", _ADVICE)
    value = surroundings.environ.get(name)
    if value is None:
        raise Problem(f"the environment variable {name} is not set", "set it, or correct its name")
    return value.encode("utf-8", "surrogateescape")


def _from_file(name: str, surroundings: Surroundings) -> bytes:
    if not name or "whsec_" in name:
        raise Problem("file: is not followed by a path", _ADVICE)
    path = surroundings.folder / name
    try:
        with path.open("rb") as file:
            value = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "the path cannot be used"
        raise Problem(
            f"the file {path} cannot be read: {why}",
            "mount it, correct the path, or let the gateway's user read it",
        ) from None
    if len(value) > _MOST_BYTES:
        raise Problem(f"the file {path} is too large to be a secret", "name the secret's own file")
    return value


def _lasts(reference: str, surroundings: Surroundings) -> bool:
    """Tell whether a reference that was read may be read again: a pipe would be found empty."""
    scheme, _, name = reference.partition(":")
    return scheme == "file" and (surroundings.folder / name).is_file()


class SecretIn:
    """Annotates a field that holds a `Secret` and resolves its reference.

    Args:
        least: fewest bytes taken.
        strict: whether white space at either end is refused; a signature made with such a secret
            would fail for a reason nobody sees.
    """

    kind = "[secret](#secrets)"

    def __init__(self, least: int = 1, *, strict: bool = False) -> None:
        self.least = least
        self.strict = strict

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Validate by `read` alone."""
        return core_schema.with_info_plain_validator_function(
            self.read, serialization=core_schema.to_string_ser_schema()
        )

    def read(self, value: object, info: ValidationInfo) -> Secret:
        """Return the secret; `info.context` is the `Surroundings`.

        Raises:
            Problem: it cannot be resolved or is too weak.
        """
        if isinstance(value, Secret):
            return value
        if not isinstance(value, str):
            raise Problem("is not a reference to a secret", _ADVICE)
        return self._resolve(value, info.context or Surroundings({}, Path()))

    def _resolve(self, reference: str, surroundings: Surroundings) -> Secret:
        found = resolve(reference, surroundings).reveal()
        if self.strict and found != found.strip():
            raise Problem(
                f"{reference} begins or ends with white space",
                "store the secret exactly as cStar shows it",
            )
        if len(found) < self.least:
            raise Problem(
                f"{reference} has {len(found)} bytes, too few to be safe",
                f"use the signing secret as cStar shows it ({self.least} bytes or more)",
            )
        if not _lasts(reference, surroundings):
            return Secret(reference, found)
        # Without the environment: whoever shows a secret's parts must not show all variables.
        again = partial(self._resolve, reference, Surroundings({}, surroundings.folder))
        return Secret(reference, found, again)
