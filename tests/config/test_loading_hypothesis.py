"""Laws of loading: whatever a file or the environment holds, the answer is a Config or faults."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.config import Config, ConfigError, load
from gateway.config.faults import variable
from gateway.config.keys import KEYS
from tests.config.files import ENVIRON

_LEAVES = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=20)
    | st.sampled_from(
        ["env:A", "file:/none", "ticket.*", "33h", "1MiB", "[", "a,b", "SSL", "SASL_SSL"]
    )
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", min_size=1), inner),
    max_leaves=4,
)
_PATHS = st.sampled_from([key.path for key in KEYS.values()])


def _toml(value: Any) -> str:
    """Write a value as TOML does; its strings, booleans and numbers are JSON's but for DEL."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value).replace("\x7f", "\\u007f")


@given(st.lists(st.tuples(_PATHS, _VALUES), max_size=6))
def test_any_file_gives_a_config_or_faults(settings: list[tuple[tuple[str, ...], Any]]) -> None:
    """No file makes anything else happen than a Config or a ConfigError with its faults."""
    text = "".join(
        f"{'.'.join('0' if part == '*' else part for part in path)} = {_toml(value)}\n"
        for path, value in settings
    )
    with tempfile.NamedTemporaryFile(suffix=".toml") as file:
        file.write(text.encode())
        file.flush()
        _holds(Path(file.name), ENVIRON)


@given(st.dictionaries(_PATHS, _VALUES, max_size=6))
def test_any_environment_gives_a_config_or_faults(settings: dict[tuple[str, ...], Any]) -> None:
    """No set of variables makes anything else happen."""
    environ = {
        variable(tuple(0 if part == "*" else part for part in path)): str(value)
        for path, value in settings.items()
    }
    _holds(None, ENVIRON | environ)


def _holds(path: Path | None, environ: dict[str, str]) -> None:
    outcome: Config | ConfigError
    try:
        outcome = load(path, environ)
    except ConfigError as error:
        outcome = error
    if isinstance(outcome, ConfigError):
        assert outcome.faults
        assert all(fault.key and fault.problem and fault.fix for fault in outcome.faults)
        assert len(outcome.faults) == len(set(outcome.faults))
