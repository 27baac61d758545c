"""What a decoded body says."""

import json

import pytest

from gateway.pipeline.envelope import read_envelope
from gateway.pipeline.event import created_at, data_of
from gateway.pipeline.reasons import Ended, Reason


@pytest.mark.parametrize("data", [None, [], "x", 1, True])
def test_data_must_be_an_object(data: object) -> None:
    """Data of another type, or none, is `data_not_object`."""
    for whole in ({"data": data}, {}):
        with pytest.raises(Ended) as ended:
            data_of(whole)
        assert ended.value.reason is Reason.DATA_NOT_OBJECT


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        ("2026-04-27T18:42:11.000Z", 1777315331.0),
        ("2026-04-27T18:42:11Z", 1777315331.0),
        ("2026-04-27T20:42:11.5+02:00", 1777315331.5),
        ("2026-04-27T18:42:11", None),
        ("2026-04-27", None),
        ("yesterday", None),
        ("9999-99-99T00:00:00Z", None),
        ("0001-01-01T00:00:00+23:59", -62135683140.0),
        (1777315331, None),
        (None, None),
    ],
)
def test_event_time(sent: object, seconds: float | None) -> None:
    """Times with and without milliseconds are read; what is no time is no time, not a fault."""
    body = {"id": "e", "type": "t", "team_id": "x", "created_at": sent}
    moment = created_at(read_envelope(json.dumps(body).encode()))
    if moment is None:
        assert seconds is None
    else:
        assert (moment.text, moment.seconds) == (str(sent).encode(), seconds)


@pytest.mark.parametrize("sent", ["2026-04-27T20:42:11.5+02:00", "2026-04-27T18:42:11\\u005a"])
def test_a_time_that_was_read_before_keeps_its_text(sent: str) -> None:
    """Whoever knows the time already is told the same, escapes and all."""
    body = f'{{"id":"e","type":"t","team_id":"x","created_at":"{sent}"}}'.encode()
    envelope = read_envelope(body)
    moment = created_at(envelope)
    assert moment is not None
    assert created_at(envelope, moment.at) == moment
