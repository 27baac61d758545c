"""Failure: why a bench has no result, for people."""

__all__ = ["BenchFailed"]


class BenchFailed(Exception):  # noqa: N818 - the bench failed, whatever the cause
    """A bench whose figures would mean nothing; the message says what happened and what to do."""
