"""Answers: no id and no detail can make an answer that is not one."""

import json

from hypothesis import given
from hypothesis import strategies as st

from gateway.ingress.answers import Answers
from gateway.pipeline.reasons import Reason
from gateway.pipeline.verdict import Verdict

TEXT = st.text(alphabet=st.characters(), max_size=200)


@given(reason=st.sampled_from(Reason), event_id=TEXT, detail=st.text(max_size=200))
def test_an_answer_is_one_head_and_one_json_body(
    reason: Reason, event_id: str, detail: str
) -> None:
    """The head ends where the body begins, the length is the body's, and the body is JSON."""
    answer = Answers(lambda: 0.0).render(Verdict(reason, event_id, "other", detail))
    head, _, body = answer.on_wire(b"Connection: close\r\n").partition(b"\r\n\r\n")
    assert b"\r\nContent-Length: %d\r\n" % len(body) in head
    assert body == answer.body
    said = json.loads(body)
    if "id" in said:
        assert said["id"] == event_id
    else:
        assert said["detail"] == (detail or said["title"])
