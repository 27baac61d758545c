"""What is sent is what cStar would send."""

from itertools import islice

from benchmarks.deliveries import Mix, deliveries
from gateway.events.catalogue import CATALOGUE
from gateway.events.contract import check
from gateway.pipeline.envelope import read_envelope
from gateway.simulator import DEV_SECRET
from gateway.simulator.signing import sign


def test_all_types_signed_and_distinct() -> None:
    """Every type by turns, each id once, each signed over its own bytes, none against the rules."""
    sent = [*islice(deliveries(Mix(teams=2)), 140)]
    envelopes = [read_envelope(each.body) for each in sent]
    assert {each.type for each in envelopes} == set(CATALOGUE)
    assert len({each.id for each in envelopes}) == 140
    for each, envelope in zip(sent, envelopes, strict=True):
        signature = each.headers["X-Signature"]
        at = int(signature.partition(",")[0].removeprefix("t="))
        assert signature == sign(each.body, DEV_SECRET, at)
        assert not check(envelope.type, each.body)
        assert each.request().endswith(each.body)


def test_mixes() -> None:
    """Teams, topics and bytes are as many as asked for."""
    few = [read_envelope(each.body) for each in islice(deliveries(Mix(teams=3, topics=2)), 300)]
    assert len({each.team_id for each in few}) == 3
    assert {CATALOGUE[each.type].category for each in few} == {"tickets", "customers"}
    large = next(deliveries(Mix(types="one", size=5000)))
    assert 5000 <= len(large.body) < 5100
    assert not check("ticket.created", large.body)
