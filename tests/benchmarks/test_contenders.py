"""Every server that is measured takes deliveries and does the whole of its work."""

import asyncio
import http.client
import json
from collections.abc import Sequence
from itertools import islice

import pytest

from benchmarks import compiled
from benchmarks.contenders import (
    COMPARED,
    COMPILED,
    CONTENDERS,
    GATEWAY,
    LESS,
    Contender,
    left_out,
    shipped,
)
from benchmarks.deliveries import Mix, Signed, deliveries
from benchmarks.failure import BenchFailed
from benchmarks.run import Demand, run
from benchmarks.serving import place, serving
from gateway.embedded import Kafka
from gateway.pipeline.envelope import read_envelope
from gateway.pipeline.payload import Content
from gateway.pipeline.routes import Payload, Topics
from tests.kafka_reading import read_topics

HERE = [name for name in CONTENDERS if name not in left_out()]
WHOLE = [name for name in COMPARED if name in HERE and CONTENDERS[name].writes]
LOOK = Demand(seconds=0.4, warm_up=0.3, connections=8)


@pytest.mark.parametrize("name", ["bare", "documented", f"{LESS}metrics", f"{LESS}kafka"])
def test_a_server_is_measured(kafka: Kafka, name: str) -> None:
    """A bare server, or the gateway less a stage, answers 2xx and writes each event once."""
    found = run(kafka, CONTENDERS[name], LOOK)
    assert found.events > 0
    assert found.cpu_seconds >= 0
    assert found.records == (found.answers if CONTENDERS[name].writes else None)


@pytest.mark.timeout(900)  # minutes of compiling, where that was not done yet
@pytest.mark.parametrize("name", WHOLE)
def test_by_hand_or_not_the_work_is_the_same(kafka: Kafka, name: str) -> None:
    """Of each of the 35 types the same record is written: key, and value with its flat form."""
    sent = _one_of_each_type()
    with place(kafka, CONTENDERS[name], partitions=2) as of:
        with serving(CONTENDERS[name], of) as servers:
            answers = _send([*sent, sent[0]], servers[0].port)
        records = asyncio.run(read_topics(of.servers, Topics(of.prefix).categories))
    assert answers == [202] * len(sent) + [200]
    written = {record.key: json.loads(record.value or b"") for record in records}
    assert len(records) == len(sent)
    expected = {
        read_envelope(each.body).team_id.encode(): json.loads(
            Content(each.body, read_envelope(each.body), flat=True).value(Payload.EVENT)
        )
        for each in sent
    }
    assert written == expected
    assert run(kafka, CONTENDERS[name], LOOK).records


@pytest.mark.parametrize(
    ("stage", "body", "signature", "expected"),
    [
        ("signature", None, "t=1,v1=00", [202, 200]),
        ("claims", None, None, [202, 202]),
        ("everything", b"no JSON", "t=1,v1=00", [202, 202]),
    ],
)
def test_what_is_left_out_is_not_done(
    kafka: Kafka, stage: str, body: bytes | None, signature: str | None, expected: list[int]
) -> None:
    """Without the signature a false one is taken; without claims, a twin; without all, anything."""
    contender = CONTENDERS[f"{LESS}{stage}"]
    sent = next(deliveries(Mix()))
    headers = {**sent.headers, "X-Signature": signature or sent.headers["X-Signature"]}
    sent = sent._replace(body=body or sent.body, headers=headers)
    with place(kafka, contender) as of, serving(contender, of) as servers:
        assert _send([sent, sent], servers[0].port) == expected


@pytest.mark.parametrize(("available", "expected"), [(True, COMPILED), (False, GATEWAY)])
def test_what_is_shipped_is_measured(
    monkeypatch: pytest.MonkeyPatch, *, available: bool, expected: Contender
) -> None:
    """The gateway that is measured is the compiled one wherever it can be built."""
    monkeypatch.setattr(compiled, "available", lambda: available)
    assert shipped() == expected


def test_a_server_that_does_not_start_says_why(kafka: Kafka) -> None:
    """A bench that cannot run says what the server said."""
    gateway = CONTENDERS["gateway"]
    with (
        pytest.raises(BenchFailed, match=r"did not start:[^?]*partitions"),
        place(kafka, gateway, partitions=-1) as of,
        serving(gateway, of),
    ):
        pass


def _one_of_each_type() -> list[Signed]:
    """Return an event of each type, each of a team of its own."""
    found: dict[str, Signed] = {}
    teams: set[str] = set()
    for each in islice(deliveries(Mix()), 35 * 64):
        envelope = read_envelope(each.body)
        if envelope.type not in found and envelope.team_id not in teams:
            found[envelope.type] = each
            teams.add(envelope.team_id)
    assert len(found) == 35
    return [*found.values()]


def _send(signed: Sequence[Signed], port: int) -> list[int]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    statuses = []
    for each in signed:
        connection.request("POST", "/webhooks/cstar", each.body, each.headers)
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()
    return statuses
