"""Laws of the payload forms."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.pipeline.envelope import read_envelope
from gateway.pipeline.flat import encode_flat, flatten
from gateway.pipeline.payload import Content
from gateway.pipeline.routes import Payload
from tests.pipeline.test_flat_hypothesis import DATA, VALUES

ENVELOPE = {"id": "e1", "type": "ticket.created", "team_id": "m"}
EXTRAS = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6).filter(
        lambda name: name not in {*ENVELOPE, "data", "flat", "created_at"}
    ),
    VALUES,
    max_size=3,
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
