"""Body: a request's body as it arrives, within a time and a size."""

import asyncio

from aiohttp import StreamReader
from aiohttp.http_exceptions import HttpProcessingError

from gateway.ingress.load import Share
from gateway.pipeline.reasons import Ended, Reason

__all__ = ["read_body", "take_body"]


async def read_body(content: StreamReader, share: Share, *, limit: int, within: float) -> bytes:
    """Return the whole body; where all of it is here already, without waiting.

    Args:
        content: aiohttp's stream of it.
        share: of the load, which holds its bytes.
        limit: most bytes.
        within: seconds it may still take to arrive.

    Raises:
        Ended: `body_too_large`, `body_timeout`, `body_incomplete`, `http_malformed` (its chunks are
            not well formed) or `overloaded`.
    """
    if content.is_eof():
        return take_body(content, share, limit=limit)
    try:
        async with asyncio.timeout(within):
            chunks = []
            while chunk := await content.readany():
                chunks.append(_hold(chunk, share, limit))
            return b"".join(chunks)
    except TimeoutError:
        raise Ended(Reason.BODY_TIMEOUT) from None
    except HttpProcessingError:
        raise Ended(Reason.HTTP_MALFORMED) from None
    except (OSError, RuntimeError):
        # OSError is how the connection was lost; RuntimeError is what aiohttp's stream raises when
        # asked to wait on a lost connection.
        raise Ended(Reason.BODY_INCOMPLETE) from None


def take_body(content: StreamReader, share: Share, *, limit: int) -> bytes:
    """Return a body all of which is here.

    Raises:
        Ended: `body_too_large`, `body_incomplete`, `http_malformed` or `overloaded`.
    """
    try:
        return _hold(content.read_nowait(), share, limit)
    except HttpProcessingError:
        raise Ended(Reason.HTTP_MALFORMED) from None
    except (OSError, RuntimeError):
        raise Ended(Reason.BODY_INCOMPLETE) from None


def _hold(chunk: bytes, share: Share, limit: int) -> bytes:
    share.hold(len(chunk))
    if share.size > limit:
        raise Ended(Reason.BODY_TOO_LARGE, f"more than {limit} bytes arrived")
    return chunk
