"""Laws of the payload forms."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.events import CATALOGUE
from gateway.events.contract import made_at
from gateway.pipeline.envelope import read_envelope
from gateway.pipeline.flat import encode_flat, flatten
from gateway.pipeline.payload import Content
from gateway.pipeline.reasons import Ended
from gateway.pipeline.routes import Payload
from gateway.simulator.samples import sample
from tests.pipeline.test_flat_hypothesis import DATA, VALUES

ENVELOPE = {"id": "e1", "type": "ticket.created", "team_id": "m"}
EXTRAS = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6).filter(
        lambda name: name not in {*ENVELOPE, "data", "flat", "created_at"}
    ),
    VALUES,
    max_size=3,
)
# What may be anywhere in a body: good in some places, not JSON in others.
SCRAPS = st.sampled_from(
    [
        *(b" ", b"\n", b"\t", b"0", b"1e400", b"-", b"null", b"{}", b"[1.10]", b'"', b"\\", b"}"),
        *(
            b"\xff",
            b"\xed\xa0\x80",
            b"\xc3\xa9",
            b"\\ud800",
            b"\\u00e9",
            b"\x00",
            b"NaN",
            b"9" * 4301,
        ),
        *(b'"flat":null,', b'"flat":{"a":[1.0]},', b'"flat":{"a":NaN},', b'"flat":{"\xff":1},'),
        *(b'"id":"e2",', b'"data":{},', b'"created_at":"2026-04-27T18:42:11.5+02:00",'),
    ]
)
SPACING = st.sampled_from(["", " ", "\n", "\t ", "\r\n"])


@given(DATA, EXTRAS, st.sampled_from([None, 2]), SPACING, SPACING, st.booleans())
def test_the_output_is_the_input_plus_flat(
    data: dict[str, Any],
    extras: dict[str, Any],
    indent: int | None,
    before: str,
    after: str,
    ascii_only: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    """The event form parses, and equals the input plus `flat`; the input's bytes are all there."""
    sent = ENVELOPE | extras | {"data": data}
    text = json.dumps(sent, indent=indent, ensure_ascii=ascii_only)
    body = (before + text + after).encode()
    value = Content(body, read_envelope(body), flat=True).value(Payload.EVENT)
    flat = json.loads(encode_flat(flatten(json.loads(text)["data"])))
    assert json.loads(value) == sent | {"flat": flat}
    end = body.rindex(b"}")
    assert value.startswith(body[:end])
    assert value.endswith(body[end:])


@given(DATA)
def test_the_flat_form_loses_nothing(data: dict[str, Any]) -> None:
    """The flat form has the envelope's fields and every flat value, under its name or `data_…`."""
    body = json.dumps(ENVELOPE | {"data": data}).encode()
    value = json.loads(Content(body, read_envelope(body), flat=True).value(Payload.FLAT))
    flat = json.loads(encode_flat(flatten(data)))
    assert value.items() >= ENVELOPE.items()
    assert len(value) == len(ENVELOPE) + len(flat)


@given(
    st.sampled_from(sorted(CATALOGUE)),
    st.lists(st.tuples(st.just(1) | st.integers(0, 400), st.integers(0, 2), SCRAPS), max_size=3),
)
def test_what_the_catalogue_names_throughout_is_json_throughout(
    event_type: str, scraps: list[tuple[int, int, bytes]]
) -> None:
    """A body without drift is JSON to its last byte, and decoding its data alone is enough."""
    event = sample(event_type, event_id="e", team_id="t", created_at="2026-04-27T18:42:11Z")
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    for at, over, scrap in scraps:
        body = body[:at] + scrap + body[at + over :]
    try:
        envelope = read_envelope(body)
    except Ended:
        return
    made = made_at(envelope.type, body)
    if made is None:
        return
    assert json.loads(body)["id"] == envelope.id
    whole = Content(body, envelope, flat=True)
    alone = Content(body, envelope, flat=True, made=made)
    assert alone.created_at == whole.created_at
    assert [alone.value(form) for form in Payload] == [whole.value(form) for form in Payload]
