"""`trigger` sends what it is told to, tells what was answered, and ends with what that means."""

import json
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner, Result

from gateway.cli.commands import app
from gateway.events.catalogue import CATALOGUE
from gateway.simulator import DEV_SECRET
from tests.signing import sign, sign_legacy
from tests.simulator.receiver import Receiver

ACCEPTED = '{"status":"accepted","id":"evt_1"}'
MISMATCH = (
    '{"type":"about:blank","title":"The signature does not match the body.","status":401,'
    '"reason":"signature_mismatch","retriable":false}'
)


def trigger(*arguments: str) -> Result:
    """Run the command; its standard error comes with its output."""
    return CliRunner(env={"CSTAR_GATEWAY_SECRET": "", "COLUMNS": "200"}).invoke(
        app, ["trigger", *arguments]
    )


def bodies(receiver: Receiver) -> list[dict[str, Any]]:
    """Return the events a receiver got."""
    return [msgspec.json.decode(one.body) for one in receiver.received]


def is_signed(receiver: Receiver, secret: str) -> bool:
    """Tell whether every delivery was signed with this secret."""
    return all(
        one.headers["X-Signature"]
        == sign(one.body, one.headers["X-Signature"].partition(",")[0][2:], secret)
        for one in receiver.received
    )


def test_one_event_is_signed_and_sent() -> None:
    """The development secret signs it; the answer is told in a line; success is 0."""
    with Receiver(answer=ACCEPTED) as receiver:
        result = trigger("ticket.created", "--url", receiver.url)
    assert result.exit_code == 0
    (event,) = bodies(receiver)
    assert event["type"] == "ticket.created"
    assert is_signed(receiver, DEV_SECRET)
    for word in ("202", "accepted", "ticket.created", event["id"]):
        assert word in result.output


def test_all_is_every_type_once() -> None:
    """35 events, 35 types, and their sum."""
    with Receiver(answer=ACCEPTED) as receiver:
        result = trigger("all", "--url", receiver.url)
    assert result.exit_code == 0
    assert sorted(event["type"] for event in bodies(receiver)) == sorted(CATALOGUE)
    assert "35 sent  35 accepted" in result.output


def test_the_event_is_changed_as_told() -> None:
    """`--set` reaches the body before it is signed: ids, teams, and anything in data."""
    changes = ["data.ticket.title=Printer on fire", "data.ticket.size=3", "team_id=t1", "id=evt_9"]
    options = [word for change in changes for word in ("--set", change)]
    with Receiver(answer=ACCEPTED) as receiver:
        assert trigger("ticket.created", "--url", receiver.url, *options).exit_code == 0
    (event,) = bodies(receiver)
    assert (event["id"], event["team_id"]) == ("evt_9", "t1")
    assert (event["data"]["ticket"]["title"], event["data"]["ticket"]["size"]) == (
        "Printer on fire",
        3,
    )
    assert receiver.received[0].headers["X-Event-ID"] == "evt_9"
    assert is_signed(receiver, DEV_SECRET)


@pytest.mark.parametrize("given", ["option", "environment"])
def test_another_secret_signs(given: str) -> None:
    """`--secret` or CSTAR_GATEWAY_SECRET takes the place of the development secret."""
    secret = "whsec_of_staging"
    options = ["--secret", secret] if given == "option" else []
    env = {"CSTAR_GATEWAY_SECRET": secret} if given == "environment" else {}
    with Receiver(answer=ACCEPTED) as receiver:
        CliRunner(env=env).invoke(
            app, ["trigger", "ticket.closed", "--url", receiver.url, *options]
        )
    assert len(receiver.received) == 1
    assert is_signed(receiver, secret)


def test_the_same_event_again_and_again() -> None:
    """`--repeat 3` delivers the same id and bytes three times, numbered as attempts."""
    with Receiver(answer=ACCEPTED) as receiver:
        assert trigger("ticket.closed", "--url", receiver.url, "--repeat", "3").exit_code == 0
    assert len({one.body for one in receiver.received}) == 1
    assert [one.headers["X-Delivery-Attempt"] for one in receiver.received] == ["1", "2", "3"]


def test_so_many_at_such_a_rate() -> None:
    """`--count` of `all` goes round the types."""
    with Receiver(answer=ACCEPTED) as receiver:
        result = trigger("all", "--count", "40", "--rate", "500", "--url", receiver.url)
    assert result.exit_code == 0
    assert len(receiver.received) == 40


def test_for_so_long() -> None:
    """`--duration` ends by itself, having sent something."""
    with Receiver(answer=ACCEPTED) as receiver:
        result = trigger("all", "--duration", "0.3", "--rate", "100", "--url", receiver.url)
    assert result.exit_code == 0
    assert 1 <= len(receiver.received) <= 40


def test_retries_are_cstars_on_a_fast_clock() -> None:
    """With `--retry` failures are retried; the last attempt decides."""
    with Receiver(503, 503, 202, answer=ACCEPTED) as receiver:
        result = trigger(
            "ticket.closed", "--retry", "--time-scale", "1000000", "--url", receiver.url
        )
    assert result.exit_code == 0
    assert len(receiver.received) == 3
    assert "attempt 3" in result.output


def test_a_refusal_is_a_failure() -> None:
    """An answer that is not 2xx ends with 1, and its reason is told with what to do."""
    with Receiver(401, answer=MISMATCH) as receiver:
        result = trigger("ticket.closed", "--url", receiver.url)
    assert result.exit_code == 1
    for word in ("401", "rejected", "signature_mismatch", "--secret"):
        assert word in result.output


@pytest.mark.parametrize("tamper", ["signature", "body", "stale"])
def test_what_is_spoiled_must_be_refused(tamper: str) -> None:
    """With `--tamper` a refusal is success, and being taken in is failure."""
    with Receiver(401, answer=MISMATCH) as receiver:
        refused = trigger("ticket.closed", "--tamper", tamper, "--url", receiver.url)
    with Receiver(202, answer=ACCEPTED) as receiver:
        taken = trigger("ticket.closed", "--tamper", tamper, "--url", receiver.url)
    assert (refused.exit_code, taken.exit_code) == (0, 1)


def test_nobody_there_is_told() -> None:
    """Without a gateway it says where it looked and how to start one; ends with 1, also spoiled."""
    with Receiver() as receiver:
        url = receiver.url
    for options in ([], ["--tamper", "body"]):
        result = trigger("ticket.closed", "--url", url, *options)
        assert result.exit_code == 1
        for word in ("no answer", "nobody listens there", url, "cstar-gateway dev"):
            assert word in result.output


def test_the_older_form_on_wish() -> None:
    """`--legacy` signs the body alone."""
    with Receiver(answer=ACCEPTED) as receiver:
        trigger("ticket.closed", "--legacy", "--url", receiver.url)
    (one,) = receiver.received
    assert one.headers["X-Signature"] == sign_legacy(one.body, DEV_SECRET)


def test_for_machines() -> None:
    """With `--json` each event is one object on one line, every attempt in it."""
    with Receiver(503, 202, answer=ACCEPTED) as receiver:
        result = trigger(
            "ticket.closed", "--json", "--retry", "--time-scale", "1e6", "--url", receiver.url
        )
    told = json.loads(result.output)
    assert told["type"] == "ticket.closed"
    assert told["succeeded"] is True
    assert [attempt["status"] for attempt in told["attempts"]] == [503, 202]
    assert told["attempts"][1]["outcome"] == "accepted"


def test_a_type_misspelt_is_met_with_the_nearest() -> None:
    """An unknown type is not sent; the nearest names and the way to send it all the same are."""
    with Receiver() as receiver:
        result = trigger("tiket.create", "--url", receiver.url)
        assert result.exit_code == 2
        for word in ("ticket.created", "--any-type"):
            assert word in result.output
        assert not receiver.received
        assert trigger("survey.reopened", "--any-type", "--url", receiver.url).exit_code == 0
    assert bodies(receiver)[0]["type"] == "survey.reopened"


def test_what_is_no_change_is_bad_usage() -> None:
    """A `--set` without path and value is refused before anything is sent."""
    with Receiver() as receiver:
        result = trigger("ticket.created", "--set", "nope", "--url", receiver.url)
    assert result.exit_code == 2
    assert "PATH=VALUE" in result.output
    assert not receiver.received


def test_past_a_lists_end_is_bad_usage() -> None:
    """A place in a list that is not there is told with the type it is not in; nothing is sent."""
    with Receiver() as receiver:
        result = trigger(
            "customer.created", "--set", "data.customer.tags.9=x", "--url", receiver.url
        )
    assert result.exit_code == 2
    assert "the list has" in result.output
    assert not receiver.received


def test_types_are_completed() -> None:
    """The shell offers the types that begin so, each with its sentence."""
    from gateway.cli.trigger import _complete  # noqa: PLC0415 - what the shell calls

    assert {name for name, _ in _complete("boss.")} == {
        "boss.spawned",
        "boss.damaged",
        "boss.defeated",
    }
    assert len(_complete("")) == 36
    assert all(text for _, text in _complete(""))
