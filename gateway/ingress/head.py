"""Head: what a request declares before its body, judged before a byte of the body is read.

May live here: method, path, length, encoding, type, expectation. May not: the signature, which
needs the body.
"""

import re
from functools import lru_cache

from aiohttp import hdrs
from aiohttp.http import HttpVersion10, HttpVersion11

from gateway.ingress.request import Head
from gateway.pipeline.reasons import Ended, Reason

__all__ = ["METHOD", "PATH", "check_head", "expects_continue", "is_route"]

METHOD = "POST"
PATH = "/webhooks/cstar"

_JSON = re.compile(r"application/(?:json|[!#$&^_.+a-z0-9-]{1,64}\+json)", re.IGNORECASE)


def is_route(head: Head) -> bool:
    """Tell whether the target is the one path deliveries go to.

    The path is compared as it came, not decoded and not normalised; a query is passed over. The
    absolute form, which RFC 9112 3.2.2 bids every server take, is compared by its path.
    """
    target: str = head.path
    if target == PATH:
        return True
    if target.startswith("/"):
        return target.partition("?")[0] == PATH
    return head.method != hdrs.METH_CONNECT and head.url.raw_path == PATH


def check_head(head: Head, max_body_bytes: int) -> None:
    """Refuse what its head alone tells is not a delivery.

    Args:
        head: of a request whose body is untouched.
        max_body_bytes: the largest body taken.

    Raises:
        Ended: `http_malformed`, `path_not_found`, `method_not_allowed`, `body_too_large`,
            `content_encoding`, `content_type` or `expectation`; details hold nothing of the
            request.
    """
    version = head.version
    if version is not HttpVersion11 and version != HttpVersion10:
        raise Ended(Reason.HTTP_MALFORMED)  # the parser lets HTTP/0.9 with fields pass
    if head.path != PATH and not is_route(head):
        raise Ended(Reason.PATH_NOT_FOUND)
    if head.method != METHOD:
        raise Ended(Reason.METHOD_NOT_ALLOWED)
    get = head.headers.get
    length = get(hdrs.CONTENT_LENGTH)
    # At most 20 digits, says the parser; a body may be declared that is never sent.
    if length is not None and int(length) > max_body_bytes:
        raise Ended(Reason.BODY_TOO_LARGE, f"it declares more than {max_body_bytes} bytes")
    encoding = get(hdrs.CONTENT_ENCODING)
    if encoding is not None and encoding.lower() != "identity":
        raise Ended(Reason.CONTENT_ENCODING)
    content_type = get(hdrs.CONTENT_TYPE)
    if content_type is not None and not _is_json(content_type):
        raise Ended(Reason.CONTENT_TYPE)
    expectation = get(hdrs.EXPECT)
    if expectation is not None and expectation.lower() != "100-continue":
        raise Ended(Reason.EXPECTATION)


def expects_continue(head: Head) -> bool:
    """Tell whether the sender waits for `100 Continue`; HTTP/1.0 cannot (RFC 9110 10.1.1)."""
    return head.headers.get(hdrs.EXPECT) is not None and head.version is HttpVersion11


@lru_cache(maxsize=64)
def _is_json(content_type: str) -> bool:
    return _JSON.fullmatch(content_type.partition(";")[0].strip()) is not None
