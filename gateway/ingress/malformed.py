"""Malformed: what aiohttp's parser left in place of a request that it could not parse."""

from aiohttp.http import RawRequestMessage
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from gateway.pipeline.reasons import Reason

__all__ = ["error_in", "reason_of"]

_TOO_MANY_HEADERS = "Too many headers received"


def error_in(message: object) -> HttpProcessingError | None:
    """Return what was wrong; None where the message is a request."""
    if isinstance(message, RawRequestMessage):
        return None
    error = getattr(message, "exc", None)
    return error if isinstance(error, HttpProcessingError) else HttpProcessingError()


def reason_of(error: HttpProcessingError) -> Reason:
    """Return how its sender is refused."""
    large = isinstance(error, LineTooLong) or error.message == _TOO_MANY_HEADERS
    return Reason.HEADERS_TOO_LARGE if large else Reason.HTTP_MALFORMED
