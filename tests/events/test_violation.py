"""msgspec's words: should a release of it speak otherwise, these tests say so."""

from typing import Any

import msgspec
import pytest

from gateway.events import TicketUpdated
from gateway.events.violation import Violation, read_violation

HEAD = '"id": "e", "type": "ticket.updated", "team_id": "t", "created_at": "2026-04-27T18:42:11Z"'
TICKET = '"ticket": {"id": "k", "prefixed_id": "C-1", "status": "open", "priority": "low"}'


@pytest.mark.parametrize(
    ("body", "violation"),
    [
        (f"{{{HEAD}}}", Violation("data", "missing", missing=True)),
        (f'{{{HEAD}, "data": {{{TICKET}}}}}', Violation("data.changes", "missing", missing=True)),
        (
            f'{{{HEAD}, "data": {{"ticket": {{"id": "k"}}}}}}',
            Violation("data.ticket.prefixed_id", "missing", missing=True),
        ),
        (
            f'{{{HEAD}, "data": {{"ticket": {{"id": 7}}}}}}',
            Violation("data.ticket.id", "expected str, got int", missing=False),
        ),
        (
            f'{{{HEAD}, "data": {{{TICKET}, "changes": {{"tags": 1}}}}}}',
            Violation("data.changes[*]", "expected object, got int", missing=False),
        ),
        (
            f'{{{HEAD.replace("2026", "MMXX")}, "data": {{}}}}',
            Violation("created_at", "invalid RFC3339 encoded datetime", missing=False),
        ),
        (
            f'{{{HEAD.replace("updated", "` - at `$.x")}, "data": {{}}}}',
            Violation("type", "invalid value", missing=False),
        ),
        ("[]", Violation("$", "expected object, got array", missing=False)),
    ],
)
def test_read_violation(body: str, violation: Violation) -> None:
    """A violation has a path of the struct's names and a problem without the event's values."""
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(body.encode(), type=TicketUpdated)
    assert read_violation(caught.value) == violation


@pytest.mark.parametrize("kind", [tuple[str, ...], dict[str, str]])
def test_free_form(kind: Any) -> None:
    """Keys and indexes of free-form areas are `[*]`: no name off the wire gets into a path."""
    value = [1] if kind == tuple[str, ...] else {"secret": 1}
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(value, kind)
    assert read_violation(caught.value).path == "$[*]"
