"""Bombs: signed JSON made to break a reader: depth, size, numbers, names, what is not UTF-8."""

from tests.ingress.fakes import post
from tests.inputs.case import MARK, SIGNATURE, Case

__all__ = ["CASES", "body_of"]

_GOOD = "202 accepted customers"
_DEEP = "202 quarantined nesting_too_deep"
_MANY = "202 quarantined flat_too_many_keys"
_LARGE = "202 quarantined flat_too_large"
_NO_JSON = "202 quarantined body_not_json"


def _lists(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def _objects(depth: int, name: bytes = b"k", inner: bytes = b"0") -> bytes:
    return b'{"%b":' % name * depth + inner + b"}" * depth


def _members(names: list[str]) -> bytes:
    return b"{%b}" % b",".join(b'"%b":0' % name.encode() for name in names)


_VALUES: dict[str, tuple[str, bytes]] = {
    # as the value of one field of data, which is 2 deep itself
    "33 lists": (_GOOD, _lists(33)),
    "900 lists": (_GOOD, _lists(900)),
    "998 lists": (_DEEP, _lists(998)),
    "999 lists": (_DEEP, _lists(999)),
    "100,000 lists": (_DEEP, _lists(100_000)),
    "31 objects": (_GOOD, _objects(31)),
    "33 objects": (_DEEP, _objects(33)),
    "998 objects": (_DEEP, _objects(998)),
    "999 objects": (_DEEP, _objects(999)),
    "100,000 objects": (_DEEP, _objects(100_000)),
    "305 kB that flatten to 45 MB": (
        _LARGE,
        _objects(30, b"n" * 10_000, _members([f"k{number}" for number in range(150)])),
    ),
    "150,000 objects": (_GOOD, b"[%b]" % b",".join([b"{}"] * 150_000)),
    "key of 500 kB": (_GOOD, b'{"%b":0}' % (b"k" * 500_000)),
    "key of 1 MB": (_GOOD, b'{"%b":0}' % (b"k" * 1_048_000)),
    "2,001 keys": (_MANY, _members([f"k{number}" for number in range(2001)])),
    "50,000 keys": (_MANY, _members([f"k{number}" for number in range(50_000)])),
    "a key 5,000 times": (_GOOD, _members(["k"] * 5000)),
    "2^63": (_GOOD, b"9223372036854775808"),
    "2^64": (_GOOD, b"18446744073709551616"),
    "400 digits": (_GOOD, b"7" * 400),
    "5,000 digits": (_NO_JSON, b"7" * 5000),
    "1e400": (_GOOD, b"[1e400,-1e400]"),
    "minus zero": (_GOOD, b"[-0,-0.0]"),
    "the least double": (_GOOD, b"5e-324"),
    "escaped NUL": (_GOOD, b'"a\\u0000b"'),
    "lone surrogate": (_NO_JSON, b'"\\ud800"'),
    "names that collide": (_GOOD, b'{"a_b":1,"a":{"b":2,"b_c":3},"a_b_c":4}'),
    "empty key": (_GOOD, b'{"":{"":1}}'),
    "prototypes": (_GOOD, b'{"__proto__":{"x":1},"constructor":2,"__class__":3}'),
}


def body_of(name: str, value: bytes) -> bytes:
    """Return an event with a value in its data."""
    head = b'{"id":"evt_bomb_%b","type":"customer.deleted","team_id":"team_1"' % name.encode()
    data = b'{"id":"cus_1","note":"%b","x":%b}' % (MARK.encode(), value)
    return b'%b,"created_at":"2026-04-27T18:42:11Z","data":%b}' % (head, data)


def _signed(name: str, answer: str, body: bytes) -> Case:
    return Case(name, post(body, signature=SIGNATURE), answer, body)


_IDS = {
    "id twice": b'{"id":"evt_first","id":"evt_bomb_second"',
    "id twice, escaped the second time": b'{"id":"evt_first","\\u0069d":"evt_bomb_escaped"',
    "flat under an escaped name": b'{"fl\\u0061t":{"kept":1},"id":"evt_bomb_flat"',
}
_REST = b',"type":"customer.deleted","team_id":"team_1","data":{"id":"cus_1"}}'

CASES = (
    *(_signed(name, answer, body_of(name, value)) for name, (answer, value) in _VALUES.items()),
    *(_signed(name, _GOOD, head + _REST) for name, head in _IDS.items()),
    _signed("UTF-16", _NO_JSON, body_of("UTF-16", b"0").decode().encode("utf-16")),
    _signed("byte order mark", _NO_JSON, b"\xef\xbb\xbf" + body_of("mark", b"0")),
)
