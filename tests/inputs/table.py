"""The table of docs/inputs.md: every group, how many cases it has, and their answers."""

from collections import Counter
from collections.abc import Iterable

from gateway.pipeline.reasons import ENDINGS
from tests.inputs.groups import GROUPS
from tests.inputs.macs import VECTORS
from tests.inputs.manners import MANNERS
from tests.inputs.stories import STORIES
from tests.json_suite import FREE, INVALID, VALID

__all__ = ["render"]


_TESTS = {
    "inputs": "`tests/e2e/test_inputs.py`",
    "macs": "`tests/pipeline/test_delivery.py`",
    "suite": "`tests/e2e/test_json_suite.py`",
    "stories": "`tests/e2e/test_inputs_idempotency.py`",
    "manners": "`tests/e2e/test_inputs_connections.py`",
}


def render() -> str:
    """Return the table."""
    rows = [
        (name, len(cases), _counted(_spoken(c.answer) for c in cases), "inputs")
        for name, cases in GROUPS.items()
    ]
    whole = sum(vector.true and len(vector.tag) == 32 for vector in VECTORS)
    rows += [
        (
            "HMAC-SHA256 tags",
            len(VECTORS),
            f"proved ({whole}); 401 ({len(VECTORS) - whole})",
            "macs",
        ),
        (
            "JSON at its edge, each in three places",
            len(VALID) + len(INVALID) + len(FREE),
            "202 `accepted` where it is in an event and JSON, else 202 `quarantined`",
            "suite",
        ),
        ("one id more than once", len(STORIES), _told(), "stories"),
        (
            "connections",
            len(MANNERS),
            _counted(_spoken(m.answer) for m in MANNERS.values()),
            "manners",
        ),
    ]
    lines = [
        f"| {name} | {count} | {answers} | {_TESTS[where]} |"
        for name, count, answers, where in rows
    ]
    head = "| group | cases | answers | test |\n|---|---|---|---|"
    total = f"| all | {sum(row[1] for row in rows)} | | |"
    return "\n".join([head, *lines, total])


def _told() -> str:
    steps = (step for story in STORIES.values() for step in story.steps)
    reasons = (reason for step in steps for reason in step.answers)
    return _counted(f"{ENDINGS[reason].status} `{reason}`" for reason in reasons)


def _spoken(answer: str) -> str:
    """Return an answer as the table has it: without the topic of what was accepted."""
    status, *words = answer.split()
    if words[:1] == ["quarantined"]:
        return f"{status} quarantined: `{words[1]}`"
    return f"{status} `{words[0]}`" if words else status


def _counted(answers: Iterable[str]) -> str:
    counts = Counter(answers)
    return "; ".join(
        answer if count == 1 else f"{answer} ({count})" for answer, count in sorted(counts.items())
    )
