"""Stories: 14 ways in which one event comes more than once, and what each time it is told.

May live here: the steps, each with its literal answer. May not: how they are played
(tests/e2e/test_inputs_idempotency.py).
"""

from typing import Any, NamedTuple

from gateway.pipeline.reasons import Reason

__all__ = ["STORIES", "Step", "Story"]

_HOUR, _MINUTE = 3600.0, 60.0
_SCHEDULE = (0.0, 30.0, 120.0, 600.0, _HOUR, 6 * _HOUR, 24 * _HOUR)
"""Seconds before each of cStar's seven attempts."""


class Step(NamedTuple):
    """One moment of a story.

    Attributes:
        answers: the reasons given, one for each delivery that is sent at once.
        fields: of the event, where they are not the usual ones.
        later: seconds since the step before.
        kafka: `acks`, `holds` what it is given, or `fails` it; as it was where empty.
        webhook: whose secret signs.
    """

    answers: tuple[Reason, ...]
    fields: dict[str, Any] = {}  # noqa: RUF012 - read only
    later: float = 0.0
    kafka: str = ""
    webhook: str = "crm"


class Story(NamedTuple):
    """What happens to one id.

    Attributes:
        steps: in order.
        records: how many are in the category topic at the end.
        quarantined: how many are in the quarantine.
    """

    steps: tuple[Step, ...]
    records: int
    quarantined: int = 0


_FIRST = Step((Reason.ACKED,))
_AGAIN = Step((Reason.SEEN,))
_OTHER = {"data": {"id": "cus_2"}}

STORIES: dict[str, Story] = {
    "twice": Story((_FIRST, _AGAIN), 1),
    "100 times at once": Story((Step((Reason.ACKED, *[Reason.TWIN] * 99)),), 1),
    "with other data": Story(
        (_FIRST, Step((Reason.ACKED,), _OTHER), Step((Reason.SEEN,), _OTHER), _AGAIN), 2
    ),
    "of another team": Story(
        (
            _FIRST,
            Step((Reason.ACKED,), {"team_id": "team_2"}),
            Step((Reason.SEEN,), {"team_id": "team_2"}),
        ),
        2,
    ),
    "by another webhook, which may not speak for the team": Story(
        (Step((Reason.TEAM_NOT_ALLOWED,), webhook="billing"), _FIRST, _AGAIN), 1, 1
    ),
    "composed and decomposed": Story(
        (Step((Reason.ACKED,), {"id": "evt_\u00e9"}), Step((Reason.ACKED,), {"id": "evt_e\u0301"})),
        2,
    ),
    "in another case": Story((_FIRST, Step((Reason.ACKED,), {"id": "EVT_1"})), 2),
    "after 31 h 12 m 30 s": Story((_FIRST, _AGAIN._replace(later=31.2 * _HOUR + 30)), 1),
    "after the window of 33 h": Story((_FIRST, _FIRST._replace(later=33 * _HOUR + _MINUTE)), 2),
    "on cStar's whole schedule": Story(
        (_FIRST, *(_AGAIN._replace(later=wait) for wait in _SCHEDULE[1:])), 1
    ),
    "while the first is in flight": Story(
        (
            Step((Reason.PUBLISH_TIMEOUT,), kafka="holds"),
            Step((Reason.TWIN_FAILED,), later=30),
            _AGAIN._replace(later=120, kafka="acks"),
        ),
        1,
    ),
    "after Kafka refused it": Story(
        (Step((Reason.KAFKA_REFUSED,), kafka="fails"), _FIRST._replace(later=30, kafka="acks")), 1
    ),
    "after the quarantine": Story(
        (Step((Reason.DATA_NOT_OBJECT,), {"data": []}), Step((Reason.SEEN,), {"data": []}), _FIRST),
        1,
        1,
    ),
    "with an id of 64 kB": Story(
        (
            Step((Reason.ENVELOPE_INVALID,), {"id": "x" * 65_536}),
            Step((Reason.SEEN,), {"id": "x" * 65_536}),
        ),
        0,
        1,
    ),
}
