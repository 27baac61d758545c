"""Sender: cStar's side of a delivery, seen from the far end."""

import re
from datetime import datetime

import pytest
from multidict import CIMultiDict

from gateway.simulator import DEV_SECRET, DEV_WEBHOOK
from gateway.simulator.occurrence import happen
from gateway.simulator.sender import RETRY_DELAYS, Sender
from gateway.simulator.tamper import Tamper
from tests.signing import sign, sign_legacy
from tests.simulator.receiver import Received, Receiver

PACE = 1e6  # 31 hours in a tenth of a second


def time_of(received: Received) -> int:
    """Return the `t` of a delivery's signature."""
    found = re.match(r"t=(\d+),", received.headers["X-Signature"])
    assert found
    return int(found[1])


async def test_a_delivery_is_cstars() -> None:
    """Every header of cStar's documentation is there, and the signature is over these bytes."""
    event = happen("ticket.created")
    with Receiver(202, answer='{"status":"accepted","id":"evt_1"}') as receiver:
        async with Sender(receiver.url, DEV_SECRET) as sender:
            sent = await sender.send(event)
    (request,) = receiver.received
    assert request.body == event.body
    headers = CIMultiDict(request.headers)
    assert headers["X-Signature"] == sign(event.body, time_of(request), DEV_SECRET)
    assert abs(time_of(request) - request.at) < 60
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"] == "cStar-Webhooks/1.0"
    assert headers["X-Event-Type"] == "ticket.created"
    assert headers["X-Event-ID"] == event.id
    assert headers["X-Webhook-ID"] == DEV_WEBHOOK
    assert headers["X-Delivery-Attempt"] == "1"
    assert headers["x-cstar-request-id"]
    assert datetime.fromisoformat(headers["X-Timestamp"]).tzinfo is not None
    assert sent.last.succeeded
    assert (sent.last.status, sent.last.answer["status"]) == (202, "accepted")


def test_the_schedule_is_cstars() -> None:
    """Six retries: seven deliveries over 31 h 12 m 30 s."""
    assert len(RETRY_DELAYS) == 6
    assert sum(RETRY_DELAYS) == 31 * 3600 + 12 * 60 + 30


async def test_a_failure_is_retried_freshly_signed_until_it_succeeds() -> None:
    """503, no answer and a redirect are failures; each attempt has its number and its own time."""
    times = iter(range(1_800_000_000, 1_800_000_100))
    with Receiver(503, 0, 307, 202) as receiver:
        async with Sender(
            receiver.url, DEV_SECRET, retries=6, time_scale=PACE, clock=lambda: next(times)
        ) as sender:
            sent = await sender.send(happen("ticket.closed"))
    assert [attempt.status for attempt in sent.attempts] == [503, None, 307, 202]
    assert "the connection broke" in sent.attempts[1].error
    assert [one.headers["X-Delivery-Attempt"] for one in receiver.received] == ["1", "2", "3", "4"]
    assert len({time_of(one) for one in receiver.received}) == 4
    for one in receiver.received:
        assert one.headers["X-Signature"] == sign(one.body, time_of(one), DEV_SECRET)
    assert len({one.body for one in receiver.received}) == 1


async def test_after_seven_failures_cstar_gives_up() -> None:
    """A receiver that always refuses sees seven deliveries of one event and no more."""
    with Receiver(400) as receiver:
        async with Sender(receiver.url, DEV_SECRET, retries=6, time_scale=PACE) as sender:
            sent = await sender.send(happen("ticket.closed"))
    assert len(receiver.received) == len(sent.attempts) == 7
    assert not sent.last.succeeded


async def test_without_retries_one_failure_is_the_end() -> None:
    """A sender told to make no retries makes none."""
    with Receiver(503) as receiver:
        async with Sender(receiver.url, DEV_SECRET) as sender:
            sent = await sender.send(happen("ticket.closed"))
    assert len(receiver.received) == len(sent.attempts) == 1


async def test_a_rotated_secret_signs_from_then_on() -> None:
    """After a rotation deliveries are signed with the new secret."""
    with Receiver() as receiver:
        async with Sender(receiver.url, "whsec_old") as sender:
            await sender.send(happen("ticket.closed"))
            assert sender.rotate("whsec_new") == "whsec_old"
            await sender.send(happen("ticket.closed"))
    for one, secret in zip(receiver.received, ("whsec_old", "whsec_new"), strict=True):
        assert one.headers["X-Signature"] == sign(one.body, time_of(one), secret)


async def test_the_older_form_is_signed_on_wish() -> None:
    """A legacy sender writes `sha256=` over the body alone."""
    with Receiver() as receiver:
        async with Sender(receiver.url, DEV_SECRET, legacy=True) as sender:
            await sender.send(happen("ticket.closed"))
    (one,) = receiver.received
    assert one.headers["X-Signature"] == sign_legacy(one.body, DEV_SECRET)


@pytest.mark.parametrize("tamper", Tamper)
async def test_each_way_of_spoiling_spoils_that_and_nothing_else(tamper: Tamper) -> None:
    """A wrong secret, changed bytes, or an old time; the rest of the delivery is in order."""
    event = happen("ticket.closed")
    with Receiver(401) as receiver:
        async with Sender(receiver.url, DEV_SECRET, tamper=tamper) as sender:
            await sender.send(event)
    (one,) = receiver.received
    claimed = one.headers["X-Signature"]
    assert (one.body == event.body) == (tamper is not Tamper.BODY)
    assert (claimed == sign(one.body, time_of(one), DEV_SECRET)) == (tamper is Tamper.STALE)
    assert (claimed == sign(event.body, time_of(one), DEV_SECRET)) == (
        tamper is not Tamper.SIGNATURE
    )
    assert (one.at - time_of(one) > 300) == (tamper is Tamper.STALE)


async def test_nobody_there_is_told_in_words() -> None:
    """A refused connection is an attempt without a status, and says so."""
    with Receiver() as receiver:
        url = receiver.url
    async with Sender(url, DEV_SECRET) as sender:
        sent = await sender.send(happen("ticket.closed"))
    assert sent.last.status is None
    assert "nobody listens there" in sent.last.error


@pytest.mark.parametrize("answer", ["", "<html>", "[1]", '"x"'])
async def test_an_answer_of_any_form_is_an_answer(answer: str) -> None:
    """The sender looks at the status alone; a body that is no JSON object is no trouble."""
    with Receiver(200, answer=answer) as receiver:
        async with Sender(receiver.url, DEV_SECRET) as sender:
            sent = await sender.send(happen("ticket.closed"))
    assert sent.last.succeeded
    assert sent.last.answer == {}


async def test_it_is_used_in_its_block() -> None:
    """Outside `async with` there is no connection to send on, and that is said."""
    with pytest.raises(RuntimeError, match="async with"):
        await Sender("http://127.0.0.1:1/", DEV_SECRET).send(happen("ticket.closed"))
