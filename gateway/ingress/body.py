"""Body: a request's body as it arrives, within a time and a size."""

import asyncio

from aiohttp.http_exceptions import HttpProcessingError

from gateway.ingress.load import Load
from gateway.ingress.request import Request
from gateway.pipeline.reasons import Ended, Reason

__all__ = ["read_body", "take_body"]


async def read_body(request: Request, load: Load, *, limit: int, within: float) -> bytes:
    """Return the whole body; where all of it is here already, without waiting.

    Args:
        request: let into the load.
        load: holds its bytes.
        limit: most bytes.
        within: seconds it may still take to arrive.

    Raises:
        Ended: `body_too_large`, `body_timeout`, `body_incomplete`, `http_malformed` (its chunks are
            not well formed) or `overloaded`.
    """
    content = request.content
    if content.is_eof():
        return take_body(request, load, limit=limit)
    try:
        async with asyncio.timeout(within):
            chunks = []
            while chunk := await content.readany():
                chunks.append(_hold(request, load, chunk, limit))
            return b"".join(chunks)
    except TimeoutError:
        raise Ended(Reason.BODY_TIMEOUT) from None
    except HttpProcessingError:
        raise Ended(Reason.HTTP_MALFORMED) from None
    except (OSError, RuntimeError):
        # OSError is how the connection was lost; RuntimeError is what aiohttp's stream raises when
        # asked to wait on a lost connection.
        raise Ended(Reason.BODY_INCOMPLETE) from None


def take_body(request: Request, load: Load, *, limit: int) -> bytes:
    """Return a body all of which is here; as `read_body`.

    Raises:
        Ended: `body_too_large`, `body_incomplete`, `http_malformed` or `overloaded`.
    """
    try:
        return _hold(request, load, request.content.read_nowait(), limit)
    except HttpProcessingError:
        raise Ended(Reason.HTTP_MALFORMED) from None
    except (OSError, RuntimeError):
        raise Ended(Reason.BODY_INCOMPLETE) from None


def _hold(request: Request, load: Load, chunk: bytes, limit: int) -> bytes:
    load.hold(request, len(chunk))
    if request.held > limit:
        raise Ended(Reason.BODY_TOO_LARGE, f"more than {limit} bytes arrived")
    return chunk
