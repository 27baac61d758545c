"""Document: every byte of a body decoded, strictly. What passes is UTF-8 JSON from end to end."""

from typing import Any, Final

import msgspec
from msgspec import Raw

from gateway.pipeline.reasons import Ended, Reason

__all__ = ["decode_document"]


def _lexeme(number: str) -> Raw:
    """Keep a float as the sender wrote it: `1.10` stays `1.10`, and no digit is lost."""
    return Raw(number.encode())


_decode: Final = msgspec.json.Decoder(float_hook=_lexeme).decode


def decode_document(body: bytes | Raw) -> Any:
    """Decode a body, or what stands for one value in it.

    Integers are exact; floats are kept as `msgspec.Raw` digits, since all we do with them is to
    write them down again. Refused beyond the grammar: lone surrogates, and integers of more than
    4,300 digits.

    Raises:
        Ended: `body_not_json` or `nesting_too_deep`.
    """
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Ended(Reason.BODY_NOT_JSON, str(error)) from None
    except RecursionError:
        raise Ended(Reason.NESTING_TOO_DEEP) from None
