"""Malformed: why aiohttp's parser could not parse a request, as a reason."""

from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from gateway.pipeline.reasons import Reason

__all__ = ["reason_of"]

_TOO_MANY_HEADERS = "Too many headers received"


def reason_of(error: HttpProcessingError) -> Reason:
    """Return how its sender is refused."""
    large = isinstance(error, LineTooLong) or error.message == _TOO_MANY_HEADERS
    return Reason.HEADERS_TOO_LARGE if large else Reason.HTTP_MALFORMED
