"""The documents are true: what is generated is current, what is linked is there."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from docs.generate import PARTS, Part, renewed
from gateway.simulator.samples import sample

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("part", PARTS, ids=lambda part: f"{part.page}:{part.name}")
def test_generated_parts_are_current(part: Part) -> None:
    """`make docs` would change nothing."""
    text = (ROOT / part.page).read_text()
    assert renewed(text, part) == text, "run: make docs"


def test_a_page_that_lost_its_marks_is_refused() -> None:
    """A page without marks is refused rather than written over."""
    with pytest.raises(ValueError, match="lacks the marks of reasons"):
        renewed("# Something else", PARTS[0])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Each link to a file of the repository leads to one, and to a heading that is there."""
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text()):
        name, _, anchor = target.partition("#")
        linked = page.parent / name if name else page
        assert linked.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", linked.read_text(), re.MULTILINE)
            assert anchor in {slug(heading) for heading in headings}, target


def slug(heading: str) -> str:
    """Return a heading's anchor as repository hosts make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


WORDS = "install run test check audit fuzz bench faults cluster image format docs lock clean"


@pytest.mark.parametrize(
    "word",
    WORDS.split(),
)
def test_make_words_of_the_documents_exist(word: str) -> None:
    """`make help` lists every word that the documents speak of."""
    listed = subprocess.run(
        ["make", "help"],  # noqa: S607 - whichever make is there
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert f"make {word} " in listed


def test_importing_the_catalogue_needs_nothing_of_the_gateway() -> None:
    """Consumers import `gateway.events` with msgspec alone."""
    code = "import sys, gateway.events; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"aiohttp", "aiokafka", "pydantic", "structlog", "prometheus_client"} & set(loaded)


EXAMPLES = [
    pytest.param(code, id=f"{page.relative_to(ROOT)}-{number}")
    for page in PAGES
    for number, code in enumerate(re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL))
]


@pytest.mark.parametrize("code", EXAMPLES)
def test_examples_in_python_run(code: str) -> None:
    """What consumers copy runs, and reaches its own code with a record of the type it names."""
    made = datetime(2026, 4, 27, 18, 42, 11, tzinfo=UTC)
    event = sample("ticket.created", event_id="e", team_id="t", created_at=made)
    record = SimpleNamespace(value=json.dumps(event).encode())
    told: list[object] = []

    def tell(*words: object) -> None:
        told.extend(words)

    exec(code, {"record": record, "consumer": [record], "print": tell, "greet": tell})  # noqa: S102
    assert {"t", "Cannot reset password"} & set(told)


def test_every_header_is_documented() -> None:
    """Every header that a record may have stands in the consumers' guide."""
    middle = [f"pipeline/{name}.py" for name in ("building", "headers", "quarantined")]
    places = (*middle, "cli/lease.py")
    source = "".join((ROOT / "gateway" / place).read_text() for place in places)
    page = (ROOT / "docs/consumers.md").read_text()
    names = set(re.findall(r'"((?:ce_|cstar-|content-|trace)[a-z_-]+)"', source))
    assert len(names) >= 22
    assert {name for name in names if f"`{name}`" not in page} == set()
