"""The documentation of the configuration is true: every key has its row, the examples load."""

import re
from pathlib import Path

import pytest

from gateway.config import load
from gateway.config.faults import PREFIX
from gateway.config.keys import KEYS
from gateway.config.table import render

_PAGE = Path("docs/configuration.md")
_SECRETS = {
    "CSTAR_SECRET": "whsec_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "CSTAR_SECRET_OLD": "whsec_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    "CSTAR_SURVEYS_SECRET": "whsec_cccccccccccccccccccccccccccccccc",
    "KAFKA_PASSWORD": "correct horse",
}


@pytest.fixture
def page(request: pytest.FixtureRequest) -> str:
    """The page as it is in the repository."""
    return (request.config.rootpath / _PAGE).read_text(encoding="utf-8")


def test_every_key_and_variable_has_its_row() -> None:
    """Whatever may be set can be looked up by either name."""
    table = render()
    rows = re.findall(r"^\| `(\w+)`<br>`(\w+)` \|", table, re.MULTILINE)
    assert len(rows) == sum(key.kind == "value" for key in KEYS.values())
    assert all(name.startswith(PREFIX) for _, name in rows)


def test_every_example_loads(page: str, tmp_path: Path) -> None:
    """What people copy works; the full example names every key there is."""
    examples = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert len(examples) == 2
    path = tmp_path / "gateway.toml"
    for example in examples:
        path.write_text(example, encoding="utf-8")
        load(path, _SECRETS)
    for key in KEYS.values():
        rare = key.path[-1].endswith("_file") or key.path[-1] in {
            "allow_plaintext_password",
            "legacy_signature",
        }
        assert rare or re.search(rf"\b{key.path[-1]}\b", examples[1]), key.path


def test_every_variable_the_page_names_exists(page: str) -> None:
    """The examples of variables are keys of the model."""
    known = {key.path for key in KEYS.values()}
    for name in re.findall(rf"{PREFIX}(\w+)=", page):
        path = tuple("*" if part.isdecimal() else part for part in name.lower().split("__"))
        assert path in known, name
