"""Headers: what a record says beside its value, in order.

May live here: names of headers and how their values are written. May not: which marks an event has
(`building`).
"""

from typing import Any, Final, final
from urllib.parse import quote

from gateway.pipeline.delivery import Hints
from gateway.pipeline.envelope import Envelope
from gateway.pipeline.payload import Content

__all__ = ["Header", "Headers", "Team", "add_hints", "event_headers", "of_team"]

Header = Any
"""A name and its UTF-8 value, `tuple[str, bytes]`; called so, mypyc copied it at every step."""

Headers = list[Header]

_JSON: Final[Header] = ("content-type", b"application/json")
_SPECVERSION: Final[Header] = ("ce_specversion", b"1.0")
_MOST_TEAMS: Final = 8192
_MOST_WORDS: Final = 1024  # types, webhooks


def event_headers(hints: Hints, envelope: Envelope, content: Content, source: Header) -> Headers:
    """Return the CloudEvents 1.0 binary-mode headers (Kafka binding 3.2) and cStar's own."""
    headers: Headers = [
        _SPECVERSION,
        ("ce_id", envelope.id.encode()),
        source,
        _of_word(_types, "ce_type", envelope.type),
    ]
    made = content.created_at
    if made is not None:
        headers.append(("ce_time", made.text))
    headers.append(_JSON)
    add_hints(headers, hints)
    return headers


def add_hints(headers: Headers, hints: Hints) -> None:
    """Add what the sender claims, as far as it does."""
    webhook_id, attempt, request_id = hints.webhook_id, hints.attempt, hints.request_id
    if webhook_id is not None:
        headers.append(_of_word(_webhooks, "cstar-webhook-id", webhook_id))
    if attempt is not None:
        headers.append(_of_attempt(attempt))
    if request_id is not None:
        headers.append(("cstar-request-id", request_id.encode()))
    if hints.traceparent is not None:
        headers.append(("traceparent", hints.traceparent.encode()))


@final
class Team:
    """What a team's records have in common.

    Attributes:
        key: of each.
        source: the CloudEvents source, a URI reference.
    """

    __slots__ = ("key", "source")

    def __init__(self, team_id: str) -> None:
        self.key = team_id.encode()
        source = f"/cstar/teams/{quote(team_id, safe='')}"
        self.source: Header = ("ce_source", source.encode())


# Made once for what comes with many deliveries; what is beyond the room is made anew each time.
_teams: Final[dict[str, Team]] = {}
_types: Final[dict[str, Header]] = {}
_webhooks: Final[dict[str, Header]] = {}
_attempts: Final[dict[int, Header]] = {}


def of_team(team_id: str) -> Team:
    """Return what the records of a team have in common."""
    team = _teams.get(team_id)
    if team is None:
        team = Team(team_id)
        if len(_teams) < _MOST_TEAMS:
            _teams[team_id] = team
    return team


def _of_word(kept: dict[str, Header], name: str, word: str) -> Header:
    """Return a header of a word that comes with many deliveries."""
    header = kept.get(word)
    if header is None:
        header = (name, word.encode())
        if len(kept) < _MOST_WORDS:
            kept[word] = header
    return header


def _of_attempt(number: int) -> Header:
    header = _attempts.get(number)
    if header is None:  # of 1 to 999
        header = _attempts[number] = ("cstar-delivery-attempt", b"%d" % number)
    return header
