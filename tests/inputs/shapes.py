"""Shapes: signed JSON that is no event, half an event, or one of the odd but true ones of cStar."""

from typing import Any

from tests.ingress.fakes import post
from tests.inputs.case import MARK, SIGNATURE, Case, event

__all__ = ["CASES"]

_GOOD = "202 accepted"
_INVALID = "202 quarantined envelope_invalid"
_NO_DATA = "202 quarantined data_not_object"
_MOMENT = "2026-04-27T18:42:11Z"


def _signed(name: str, answer: str, body: bytes, *headers: str) -> Case:
    return Case(name, post(body, headers=headers, signature=SIGNATURE), answer, body)


def _made(name: str, answer: str, *headers: str, **fields: Any) -> Case:
    return _signed(name, answer, event(**{"event_id": f"evt_shape_{name}"} | fields), *headers)


def _null(field: str) -> bytes:
    body = event("evt_null", **{field: "@"})
    return body.replace(b'"@"', b"null")


_WRONG: dict[str, Any] = {
    "missing": None,
    "a number": 7,
    "empty": "",
    "64 kB": "x" * 65_536,
    "with a line end": "evt\r\nX-Junk: 1",
    "with a NUL": "evt\0",
}


def _envelopes() -> list[Case]:
    cases = []
    for field in ("id", "type", "team_id"):
        cases += [
            _signed(f"{field} {how}", _INVALID, event("evt_wrong", **{field: value}))
            for how, value in _WRONG.items()
        ]
        cases.append(_signed(f"{field} null", _INVALID, _null(field)))
    return cases


_TYPES = {
    "an unknown type": ("ticket.merged", "tickets"),
    "an unknown category": ("invoice.paid", "other"),
    "a type without a verb": ("ticket.", "tickets"),
    "a type that is a path": ("../x", "other"),
    "a type of one word": ("ticket", "other"),
    "a type in capitals": ("TICKET.CREATED", "other"),
    "a type with a Cyrillic letter": ("ti\u0441ket.created", "other"),
    "a type that names a topic": ("quarantine", "other"),
    "cStar's older name of a type": ("achievement.unlocked", "other"),
}

_TRUE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "ticket.deleted, its id prefixed": ("tickets", "ticket.deleted", {"id": "CST-1024"}),
    "customer.deleted, an id alone": ("customers", "customer.deleted", {"id": "cus_1"}),
    "customer_group.deleted, not as it is created": (
        "customers",
        "customer_group.deleted",
        {"customer_group": {"id": "grp_1"}},
    ),
    "community_post.deleted without a title": (
        "community",
        "community_post.deleted",
        {"id": "post_1"},
    ),
    "ticket.message_added without a customer": (
        "tickets",
        "ticket.message_added",
        {"ticket": {"id": "t"}, "message": {"id": "m"}},
    ),
    "ticket.assigned, nobody before": (
        "tickets",
        "ticket.assigned",
        {"ticket": {"id": "t"}, "previous_assignee": None},
    ),
    "customer.updated, a part of one": (
        "customers",
        "customer.updated",
        {"customer": {"id": "c"}, "changes": {"x": {"from": None, "to": [1, {"y": 2}]}}},
    ),
}

CASES = (
    *_envelopes(),
    _made("type of 300 characters", _INVALID, type="ticket." + "x" * 293),
    *(_made(name, f"{_GOOD} {topic}", type=kind) for name, (kind, topic) in _TYPES.items()),
    *(
        _made(name, f"{_GOOD} {topic}", type=kind, data=data | {"note": MARK})
        for name, (topic, kind, data) in _TRUE.items()
    ),
    _made("data missing", _NO_DATA, data=None),
    _made("data a list", _NO_DATA, data=[]),
    _made("data empty", f"{_GOOD} customers", data={}),
    _made("created_at without milliseconds", f"{_GOOD} customers", created_at=_MOMENT),
    _made("created_at in words", f"{_GOOD} customers", created_at="yesterday"),
    _made("X-Event-ID not the body's", f"{_GOOD} customers", "X-Event-ID: evt_other"),
    _made("X-Event-Type not the body's", f"{_GOOD} customers", "X-Event-Type: ticket.created"),
    _made("X-Webhook-ID of nobody", f"{_GOOD} customers", "X-Webhook-ID: whk_nobody"),
    _made("X-Delivery-Attempt of a word", f"{_GOOD} customers", "X-Delivery-Attempt: first"),
    _made("no hint well formed", f"{_GOOD} customers", "X-Event-ID: \xe9", "traceparent: x"),
)
