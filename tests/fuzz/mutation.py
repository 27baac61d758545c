"""Mutation: an event of cStar's, changed in its structure, then byte by byte."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from gateway.simulator.samples import VARIANTS, sample
from tests.fuzz.grammar import NAMES, any_value

__all__ = ["any_body"]

_EVENTS = tuple(
    json.dumps(
        sample(
            kind, event_id="evt_1", team_id="t", created_at="2026-04-27T18:42:11Z", variant=variant
        )
    )
    for kind, variants in VARIANTS.items()
    for variant in variants
)
_HOLE = "\x00hole\x00"
_TOKENS = (
    *(
        b'"',
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\x00",
        b"\xff",
        b"\xc0\x80",
        b"\xed\xa0\x80",
    ),
    *(
        b"\\u",
        b"\\ud800",
        b"\xef\xbb\xbf",
        b"\xf4\x90\x80\x80",
        b"null",
        b"1e999",
        b"\r\n",
        b"\x1f",
    ),
    *(b'"id":"evt_2",', b'"flat":{},', b'"data":{},', b'"fl\\u0061t":1,', b'"\\u0069d":"evt_3",'),
    *(b'"type":"x",', b'"team_id":"t2",', b" " * 64, b'"a":' + b"[" * 200, b"-", b"0", b".", b"e"),
)


def any_body(rng: Random) -> bytes:
    """Return a body: mostly an event in which something is wrong."""
    kind = rng.random()
    if kind < 0.002:
        return _large(rng).encode()
    if kind < 0.03:
        return rng.randbytes(rng.randrange(80))
    if kind < 0.12:
        return any_value(rng, 40).encode()
    text = _restructured(rng) if kind < 0.7 else _composed(rng)
    body = text.encode()
    if rng.random() < 0.4:
        body = _scratched(rng, body)
    return body


def _large(rng: Random) -> str:
    """Write an event near the caps: of many leaves, or of long names above many leaves."""
    leaves = ",".join(f'"k{number}":{number}' for number in range(rng.randrange(1900, 2100)))
    name = "n" * rng.randrange(1, 600)
    return f'{{"id":"evt_1","type":"x","team_id":"t","data":{{"{name}":{{{leaves}}}}}}}'


def _restructured(rng: Random) -> str:
    """Take an event apart at one to three places, and put any value in."""
    event = json.loads(rng.choice(_EVENTS))
    values = []
    for _ in range(rng.randrange(4)):
        holder = rng.choice(list(_objects(event)))
        name = rng.choice(list(holder)) if holder and rng.random() < 0.7 else rng.choice(NAMES)
        if name in holder and rng.random() < 0.2:
            del holder[name]
            continue
        holder[name] = _HOLE
        values.append(any_value(rng))
    indent = 1 if rng.random() < 0.1 else None
    text = json.dumps(event, ensure_ascii=rng.random() < 0.5, indent=indent)
    hole = json.dumps(_HOLE)
    for value in values:
        text = text.replace(hole, value, 1)
    return text.replace(hole, "0")


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _objects(value)


def _composed(rng: Random) -> str:
    """Write an envelope around any data, its fields in any order, some twice or missing."""
    fields = [
        f'"id":{_of(rng, chr(34) + "evt_1" + chr(34))}',
        f'"type":{_of(rng, rng.choice(_TYPES))}',
        f'"team_id":{_of(rng, chr(34) + "t" + chr(34))}',
        f'"created_at":{_of(rng, chr(34) + "2026-04-27T18:42:11Z" + chr(34))}',
        f'"data":{{"x":{any_value(rng)},"y":{any_value(rng)}}}',
    ]
    if rng.random() < 0.3:
        fields.append(f'"{rng.choice(NAMES)}":{any_value(rng)}')
    if rng.random() < 0.1:
        fields.append(rng.choice(fields))
    if rng.random() < 0.1:
        fields.pop(rng.randrange(len(fields)))
    rng.shuffle(fields)
    return "{" + ",".join(fields) + "}"


_TYPES = ('"ticket.created"', '"customer.deleted"', '"boss.spawned"', '"invoice.paid"', '"x"')


def _of(rng: Random, usual: str) -> str:
    return usual if rng.random() < 0.9 else any_value(rng, 3)


def _scratched(rng: Random, body: bytes) -> bytes:
    """Flip bits, cut, put in and double bytes, at one to four places."""
    scratched = bytearray(body)
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(len(scratched) + 1)
        kind = rng.random()
        if kind < 0.3 and at < len(scratched):
            scratched[at] ^= 1 << rng.randrange(8)
        elif kind < 0.5:
            del scratched[at : at + rng.randrange(1, 9)]
        elif kind < 0.8:
            scratched[at:at] = rng.choice(_TOKENS)
        elif kind < 0.9:
            scratched[at:at] = scratched[at : at + rng.randrange(1, 40)]
        else:
            scratched[at : at + 1] = rng.randbytes(rng.randrange(1, 5))
    return bytes(scratched)
