"""Webhook: each step in its order, each request answered once and counted once."""

import asyncio
import logging
from typing import cast

import pytest

from gateway.ingress.connection import Connection
from gateway.pipeline.reasons import ENDINGS, Outcome, Reason
from gateway.pipeline.verdict import Subject, Verdict
from gateway.publication import Pending
from tests.ingress.fakes import ACCEPTED, Listening, Sender, ledger, listening, post
from tests.waiting import until


@pytest.mark.parametrize("reason", Reason)
async def test_every_verdict_is_answered_and_counted(reason: Reason) -> None:
    """However a delivery ends, its sender gets the table's status and the ledger its line."""
    ending = ENDINGS[reason]
    async with listening() as gateway:
        gateway.intake.verdict = Verdict(reason, "evt_9", "ticket.closed", "why")
        answer = await gateway.exchange(post())
        assert answer.status == ending.status
        if ending.outcome in {Outcome.REJECTED, Outcome.UNAVAILABLE}:
            assert (answer.reason, answer.json["detail"]) == (reason, "why")
        else:
            assert answer.json == {"status": ending.outcome, "id": "evt_9"}
        assert ended(gateway, reason, "ticket.closed") == 1
        assert ledger(gateway.telemetry)[ending.outcome] == 1


def ended(gateway: Listening, reason: Reason, event_type: str) -> float | None:
    """Return how many ended so."""
    return gateway.value(
        "cstar_gateway_deliveries_total",
        outcome=ENDINGS[reason].outcome,
        reason=reason,
        event_type=event_type,
    )


@pytest.mark.parametrize(
    ("attempt", "reason", "lost"),
    [
        (7, Reason.PUBLISH_TIMEOUT, 1),
        (7, Reason.ACKED, 0),
        (7, Reason.DATA_NOT_OBJECT, 0),
        (6, Reason.PUBLISH_TIMEOUT, 0),
    ],
)
async def test_an_event_that_does_not_come_again_is_counted(
    attempt: int, reason: Reason, lost: int
) -> None:
    """A 503 to attempt 7 loses the event, and no other answer to no other attempt does."""
    async with listening() as gateway:
        gateway.intake.verdict = Verdict(reason, "evt_9", "ticket.closed")
        await gateway.exchange(post(headers=(f"X-Delivery-Attempt: {attempt}",)))
        assert gateway.value("cstar_gateway_last_attempts_failed_total") == lost


@pytest.mark.parametrize("signature", ["t=1,v1=ab", None])
async def test_a_trace_is_kept_of_what_is_proved_alone(signature: str | None) -> None:
    """A signed delivery's traceparent is its latency's exemplar; a stranger's is not kept."""
    trace = f"traceparent: 00-{'a' * 32}-{'b' * 16}-01"
    async with listening() as gateway:
        await gateway.exchange(post(headers=(trace,), signature=signature))
        kept = [
            sample.exemplar
            for family in gateway.telemetry.collectors.collect()
            for sample in family.samples
            if sample.exemplar is not None
        ]
        assert len(kept) == (0 if signature is None else 1)


async def test_a_refused_signature_tells_nothing_of_the_request() -> None:
    """Who cannot sign hears why, and not a byte of what was sent."""
    async with listening() as gateway:
        answer = await gateway.exchange(
            post(b'{"id":"evt_secret"}', target="/webhooks/cstar?evt_secret", signature=None)
        )
        assert (answer.status, answer.reason) == (401, "signature_missing")
        assert b"evt_secret" not in answer.raw
        assert gateway.untouched


@pytest.mark.parametrize("reason", [Reason.STARTING, Reason.DRAINING])
async def test_an_unready_gateway_refuses_before_it_reads(reason: Reason) -> None:
    """While deliveries cannot be taken, each gets 503 at once, whatever its body."""
    async with listening(body_timeout=60) as gateway:
        gateway.unready = reason
        answer = await gateway.exchange(post(b"", length=1000))
        assert (answer.status, answer.reason) == (503, reason)
        assert answer.closes
        assert not gateway.intake.proved
        gateway.unready = None
        assert (await gateway.exchange(post())).status == 202


async def test_what_is_no_delivery_is_told_so_even_while_unready() -> None:
    """A wrong path stays a wrong path: a 503 would promise that it might do later."""
    async with listening() as gateway:
        gateway.unready = Reason.STARTING
        assert (await gateway.exchange(post(target="/"))).status == 404


async def test_an_unforeseen_fault_is_a_503_and_one_line_of_log(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Never 500, never a traceback: the fault's kind and place are logged, its words are not."""
    caplog.set_level(logging.DEBUG)
    async with listening() as gateway:
        gateway.intake.fault = ValueError("evt_private is odd")
        sender = await gateway.connect()
        await sender.send(post(b'{"id":"evt_private"}'))
        answer = await sender.answer()
        assert (answer.status, answer.reason) == (503, "internal_error")
        assert b"evt_private" not in answer.raw
        assert ended(gateway, Reason.INTERNAL_ERROR, "none") == 1
        gateway.intake.fault = None
        await sender.send(post())
        assert (await sender.answer()).status == 202
    said = "".join(capfd.readouterr()) + caplog.text
    assert said.count("unexpected fault") == 1
    assert "ValueError" in said
    assert "Traceback" not in said
    assert "evt_private" not in said


async def test_deliveries_on_many_connections_are_taken_together() -> None:
    """A delivery that waits for Kafka holds up no other connection."""
    async with listening() as gateway:
        gateway.intake.open.clear()
        exchanges = [asyncio.create_task(gateway.exchange(post())) for _ in range(50)]
        await until(lambda: len(gateway.intake.taken) == 50)
        gateway.intake.open.set()
        assert [(await exchange).status for exchange in exchanges] == [202] * 50


GOOD = Subject("evt_1", "ticket.created")


async def _three_waiting(
    gateway: Listening, monkeypatch: pytest.MonkeyPatch, *subjects: Subject
) -> tuple[list[Sender], "asyncio.Future[Reason]"]:
    """Return three senders whose deliveries have been taken, and the word that all wait for."""
    word: asyncio.Future[Reason] = asyncio.Future()
    brought = iter(subjects)
    monkeypatch.setattr(
        gateway.intake,
        "begin",
        lambda _: Pending(word, Reason.ACKED, next(brought), asyncio.Future()),
    )
    senders = [await gateway.connect() for _ in range(3)]
    for number, sender in enumerate(senders, start=1):
        await sender.send(post())
        await until(lambda: len(gateway.intake.proved) == number)  # noqa: B023 - awaited here
    return senders, word


async def test_a_word_that_cannot_be_told_is_a_503(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """One word of Kafka's answers many; whose event cannot make a verdict of it gets a 503."""
    async with listening() as gateway:
        untold = cast("Subject", None)
        senders, word = await _three_waiting(gateway, monkeypatch, untold, GOOD, GOOD)
        word.set_result(Reason.ACKED)
        assert [(await sender.answer()).status for sender in senders] == [503, 202, 202]
    assert "".join(capfd.readouterr()).count("unexpected fault") == 1


async def test_an_answer_that_fails_keeps_none_of_its_batch_waiting(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """One word of Kafka's answers many; a fault in one of the answers is not the others'."""
    async with listening() as gateway:
        senders, word = await _three_waiting(gateway, monkeypatch, GOOD, GOOD, GOOD)
        gateway.server.retire()  # so that each has its connection seen to behind its answer
        serve, fails = Connection.serve, iter([True, False, False])
        monkeypatch.setattr(
            Connection, "serve", lambda *args: 1 / 0 if next(fails) else serve(*args)
        )
        word.set_result(Reason.ACKED)
        assert [(await sender.answer()).status for sender in senders] == [202] * 3
        await senders[0].close()
    assert "".join(capfd.readouterr()).count("unexpected fault") == 1


async def test_requests_are_measured_by_their_opentelemetry_labels() -> None:
    """Method, status and route are OpenTelemetry's, and what is not known is not named."""
    async with listening() as gateway:
        await gateway.exchange(post())
        await gateway.exchange(post(method="GET"))
        await gateway.exchange(post(method="PURGE", target="/private/path"))
        await gateway.exchange(b"\x00junk\r\n\r\n")
        for method, status, route in (
            ("POST", "202", "/webhooks/cstar"),
            ("GET", "405", "/webhooks/cstar"),
            ("_OTHER", "404", ""),
            ("_OTHER", "400", ""),
        ):
            assert (
                gateway.value(
                    "http_server_request_duration_seconds_count",
                    http_request_method=method,
                    http_response_status_code=status,
                    http_route=route,
                )
                == 1
            )


async def test_the_ledger_balances_under_all_that_is_bad() -> None:
    """Received is the sum of the outcomes at every moment at rest, whatever was sent."""
    bad = [
        post(target="/"),
        post(method="GET"),
        post(signature=None),
        post(b"x" * 2000),
        post(headers=("Content-Encoding: gzip",)),
        post(headers=("Content-Type: text/plain",)),
        post(headers=("Expect: x",)),
        post(b"", length=10),
        b"junk\r\n\r\n",
        b"POST /" + b"a" * 9000,
    ]
    async with listening(max_body_bytes=1000, body_timeout=0.1) as gateway:
        for number, request in enumerate(bad, start=1):
            assert (await gateway.exchange(request)).status >= 400
            counts = ledger(gateway.telemetry)
            assert counts.pop("received") == sum(counts.values()) == number
        gateway.intake.verdict = ACCEPTED
        await gateway.exchange(post())
        assert ledger(gateway.telemetry)["accepted"] == 1
        assert ledger(gateway.telemetry)["rejected"] == len(bad)


async def test_a_scrape_balances_at_any_moment() -> None:
    """Received is ended and in flight, also while deliveries wait for Kafka."""
    async with listening() as gateway:
        gateway.intake.open.clear()
        for _ in range(3):
            await (await gateway.connect()).send(post())
        await until(lambda: len(gateway.intake.taken) == 3)
        counts = ledger(gateway.telemetry)
        assert counts.pop("received") == 3
        assert sum(counts.values()) == 0
        assert gateway.value("cstar_gateway_in_flight_deliveries") == 3
