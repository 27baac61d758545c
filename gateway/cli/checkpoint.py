"""Checkpoint: how far a file came, beside it, so that the next run goes on from there.

What lies before it is in Kafka and is not read again, however long ago that was; what lies behind
it and was published by a run that died is known by its id, for that was moments before the next.

May live here: the file it is kept in, whose lock keeps two runs apart. May not: when it is written.
"""

import fcntl
import os
import time
from hashlib import blake2b
from pathlib import Path
from typing import Self

import msgspec

from gateway.cli.source import Chunk, Source

__all__ = ["Checkpoint", "CheckpointFailed", "Keeping", "Mark", "Unkept", "resume"]

_SUFFIX = ".checkpoint"
_DIGEST_BYTES = 16
_MOST_BYTES = 65_536
_EVERY_SECONDS = 1.0
_AFRESH = "--afresh begins anew, and publishes again what the idempotency window has forgotten"


class CheckpointFailed(Exception):  # noqa: N818 - named as its siblings in other packages
    """A checkpoint cannot be used.

    Attributes:
        fix: what to do about it.
    """

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.fix = fix


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept.

    Attributes:
        into: where the events went: Kafka's address and the topics' prefix.
        end: bytes that are done; of what is unpacked, where the file is packed.
        lines: lines that are done.
        bad: how many of them were no usable events.
        tail_bytes: how many of the bytes before `end` are digested.
        tail: their digest, in hex: it tells this file from another of its name.
    """

    into: str
    end: int = 0
    lines: int = 0
    bad: int = 0
    tail_bytes: int = 0
    tail: str = ""

    def after(self, chunk: Chunk, bad: int) -> "Mark":
        """Return the mark once a chunk is done, of whose lines so many were bad."""
        return Mark(
            into=self.into,
            end=chunk.end,
            lines=chunk.first - 1 + len(chunk.lines),
            bad=self.bad + bad,
            tail_bytes=len(chunk.tail),
            tail=_digest(chunk.tail),
        )


class Checkpoint:
    """The mark of one file: `with Checkpoint(path, into) as checkpoint:`, which locks it.

    Attributes:
        mark: what is kept.

    Args:
        path: of the checkpoint; see `of`.
        into: where the events go.
        afresh: forget what it says.
    """

    def __init__(self, path: Path, into: str, *, afresh: bool = False) -> None:
        self._path = path
        self._into = into
        self._afresh = afresh
        self._descriptor = -1
        self.mark = Mark(into=into)

    @staticmethod
    def of(source: Path, folder: Path | None) -> Path:
        """Return where the checkpoint of a file is: beside it, or in the folder of its own."""
        name = source.name + _SUFFIX
        return source.with_name(name) if folder is None else folder / name

    @classmethod
    def peek(cls, path: Path, into: str, *, afresh: bool) -> Mark:
        """Return the mark of a file, and write nothing.

        Raises:
            CheckpointFailed: it cannot be used.
        """
        found = cls(path, into, afresh=afresh)
        try:
            content = b"" if afresh else path.read_bytes()
        except FileNotFoundError:
            content = b""
        except OSError as error:
            raise found._unusable(error) from None
        return found._parsed(content)

    def __enter__(self) -> Self:
        """Lock and read it.

        Raises:
            CheckpointFailed: it cannot be used, or another run has it.
        """
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise self._unusable(error) from None
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            content = os.pread(self._descriptor, _MOST_BYTES, 0)
            self.mark = self._parsed(b"" if self._afresh else content)
        except OSError as error:
            self.__exit__()
            if isinstance(error, BlockingIOError):
                fix = "wait for it: two at once would publish events twice"
                raise CheckpointFailed(f"Another run has {self._path}", fix) from None
            raise self._unusable(error) from None
        except CheckpointFailed:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def _unusable(self, error: OSError) -> CheckpointFailed:
        return CheckpointFailed(
            f"{self._path} cannot be kept: {error.strerror}",
            "--checkpoints FOLDER keeps it elsewhere",
        )

    def _parsed(self, content: bytes) -> Mark:
        if not content:
            return Mark(into=self._into)
        try:
            mark = msgspec.json.decode(content.partition(b"\n")[0], type=Mark)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise CheckpointFailed(f"{self._path} is no checkpoint", _AFRESH) from None
        if mark.into != self._into:
            raise CheckpointFailed(
                f"{self._path} tells of {mark.into}, not of {self._into}",
                f"--checkpoints FOLDER keeps one for each; {_AFRESH}",
            )
        return mark

    def write(self, mark: Mark) -> None:
        """Keep a mark: one write of less than a page, so that no kill leaves half of it.

        Raises:
            CheckpointFailed: it cannot be kept.
        """
        content = msgspec.json.encode(mark) + b"\n"
        try:
            os.pwrite(self._descriptor, content, 0)
            os.ftruncate(self._descriptor, len(content))
            os.fsync(self._descriptor)
        except OSError as error:
            raise self._unusable(error) from None
        self.mark = mark


class Unkept:
    """The mark of what has no checkpoint, or whose checkpoint is not to be changed.

    Attributes:
        mark: where it begins.
    """

    def __init__(self, mark: Mark) -> None:
        self.mark = mark

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Keep nothing."""

    def write(self, mark: Mark) -> None:
        """Keep nothing."""


class Keeping:
    """Keeps how far a run has come: once a second, and at its end.

    Attributes:
        mark: how far that is.

    Args:
        kept: where.
    """

    def __init__(self, kept: Checkpoint | Unkept) -> None:
        self._kept = kept
        self._written_at = time.monotonic()
        self.mark = kept.mark

    def done(self, chunk: Chunk, bad: int) -> None:
        """Take note of a chunk that is done, and how many of its lines were bad.

        Raises:
            CheckpointFailed: it cannot be kept.
        """
        self.mark = self.mark.after(chunk, bad)
        if time.monotonic() - self._written_at >= _EVERY_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Keep it now.

        Raises:
            CheckpointFailed: it cannot be kept.
        """
        self._written_at = time.monotonic()
        self._kept.write(self.mark)


def resume(source: Source, mark: Mark) -> None:
    """Go to where a source came.

    Raises:
        CheckpointFailed: what is before is not what was done.
        SourceFailed: it cannot be read.
    """
    if mark.end and _digest(source.tail(mark.end, mark.tail_bytes)) != mark.tail:
        raise CheckpointFailed(
            f"{source.name} is not the file that its checkpoint tells of, or was changed since",
            f"give it a name of its own; or {_AFRESH}",
        )


def _digest(tail: bytes) -> str:
    return blake2b(tail, digest_size=_DIGEST_BYTES).hexdigest()
