"""Answers: the bytes that say how a delivery ended."""

import json
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import pytest

from gateway import __version__
from gateway.ingress.answers import RETRY_AFTER, Answers
from gateway.pipeline.reasons import ENDINGS, Outcome, Reason
from gateway.pipeline.verdict import Verdict

NOW = 1_777_315_331.9
PROBLEMS = {Outcome.REJECTED, Outcome.UNAVAILABLE}


def wire(verdict: Verdict) -> tuple[str, dict[str, str], bytes]:
    """Return status line, fields and body of a rendered verdict."""
    head, _, body = Answers(lambda: NOW).render(verdict).on_wire(b"").partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    return first, dict(field.split(": ", 1) for field in fields), body


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_whole_answer(reason: Reason) -> None:
    """Each row of the table renders as valid HTTP with a length, a date and JSON that agrees."""
    ending = ENDINGS[reason]
    first, fields, body = wire(Verdict(reason, "evt_1"))
    assert first == f"HTTP/1.1 {ending.status} {HTTPStatus(ending.status).phrase}"
    assert int(fields["Content-Length"]) == len(body)
    assert parsedate_to_datetime(fields["Date"]).timestamp() == int(NOW)
    said = json.loads(body)
    if ending.outcome in PROBLEMS:
        assert fields["Content-Type"] == "application/problem+json"
        assert said == {
            "type": f"urn:cstar-gateway:reason:{reason}",
            "title": ending.title,
            "status": ending.status,
            "reason": reason,
            "detail": ending.title,
            "retriable": ending.retriable,
        }
    else:
        assert fields["Content-Type"] == "application/json"
        assert said == {"status": ending.outcome, "id": "evt_1"}


def test_fields_that_statuses_demand_are_there() -> None:
    """503 says when to come back, 401 challenges, 405 and 415 say what would do."""
    for reason, ending in ENDINGS.items():
        fields = wire(Verdict(reason))[1]
        assert fields.get("Retry-After") == (str(RETRY_AFTER) if ending.status == 503 else None)
        assert ("WWW-Authenticate" in fields) == (ending.status == 401)
        assert ("Allow" in fields) == (ending.status == 405)
        assert "Server" not in fields


def test_a_detail_is_told() -> None:
    """What was found is said to people, beside the reason that says it to machines."""
    body = json.loads(wire(Verdict(Reason.SIGNATURE_STALE, detail="signed 400 s ago"))[2])
    assert body["detail"] == "signed 400 s ago"


@pytest.mark.parametrize(
    "event_id",
    ["", 'a"b\\c', "\r\nSet-Cookie: a=b", "\x00\x1f\x7f", "é€😀", "\ud800", "a" * 70_000],
)
def test_an_id_cannot_break_out_of_the_answer(event_id: str) -> None:
    """Whatever an id holds, the answer's body is JSON that means it."""
    first, fields, body = wire(Verdict(Reason.ACKED, event_id))
    assert first == "HTTP/1.1 202 Accepted"
    assert int(fields["Content-Length"]) == len(body)
    assert b"\n" not in body
    assert json.loads(body)["id"] == event_id


def test_an_unreadable_id_is_null() -> None:
    """A quarantined body without an id is answered all the same."""
    assert json.loads(wire(Verdict(Reason.BODY_NOT_JSON))[2]) == {
        "status": "quarantined",
        "id": None,
    }


def test_the_date_goes_with_the_clock() -> None:
    """Prepared heads are prepared anew each second."""
    now = NOW
    answers = Answers(lambda: now)
    before = answers.render(Verdict(Reason.ACKED, "a")).head
    now += 0.05
    assert answers.render(Verdict(Reason.ACKED, "b")).head is before
    now += 1
    assert answers.render(Verdict(Reason.ACKED, "a")).head != before


def test_the_body_can_be_left_out() -> None:
    """HEAD is told the length and not sent the body."""
    whole = Answers(lambda: NOW).render(Verdict(Reason.METHOD_NOT_ALLOWED))
    assert whole.on_wire(b"", bodiless=True) + whole.body == whole.on_wire(b"")


FIELDS = {
    *("content-type", "content-length", "date", "connection"),
    *("allow", "accept", "accept-encoding", "www-authenticate", "retry-after"),
}


@pytest.mark.parametrize("reason", Reason)
def test_answers_tell_nothing_of_what_answers(reason: Reason) -> None:
    """No answer has a field beyond these; none names the server, its version or a library."""
    answered, fields, body = wire(Verdict(reason))
    assert {field.lower() for field in fields} <= FIELDS
    told = (answered + str(fields)).encode() + body
    for word in (b"aiohttp", b"python", b"uvloop", __version__.encode()):
        assert word not in told.lower()
