"""Secrets: how references are resolved, and that values never show."""

import copy
import pickle
from pathlib import Path

import pytest

from gateway.config.faults import Problem
from gateway.config.secrets import Secret, Surroundings, resolve
from tests.config.files import MINIMAL, loaded

_VALUE = "whsec_0123456789abcdef0123456789abcdef"


def _around(folder: Path, **environ: str) -> Surroundings:
    return Surroundings(environ, folder)


def test_a_variable_is_read_from_the_environment(tmp_path: Path) -> None:
    """env:NAME is the variable's value, and remembers where it came from."""
    secret = resolve("env:S", _around(tmp_path, S=_VALUE))
    assert secret.reveal() == _VALUE.encode()
    assert secret.reference == "env:S"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_file_loses_one_line_end(tmp_path: Path, end: str) -> None:
    """file:PATH is the file's bytes without the newline that editors add."""
    (tmp_path / "secret").write_bytes((_VALUE + end).encode())
    assert resolve("file:secret", _around(tmp_path)).reveal() == _VALUE.encode()
    absolute = f"file:{tmp_path / 'secret'}"
    assert resolve(absolute, _around(Path("/nowhere"))).reveal() == _VALUE.encode()


def test_only_one_line_end_is_dropped(tmp_path: Path) -> None:
    """A second newline may belong to the secret."""
    (tmp_path / "secret").write_bytes(b"a\n\n")
    assert resolve("file:secret", _around(tmp_path)).reveal() == b"a\n"


@pytest.mark.parametrize(
    ("reference", "problem"),
    [
        (_VALUE, "is not a reference"),
        (f"plain:{_VALUE}", "is not a reference"),
        ("", "is not a reference"),
        ("env:", "is not followed by the name"),
        (f"env:{_VALUE}", "is not followed by the name"),
        ("env:NONE", "NONE is not set"),
        ("env:EMPTY", "is empty"),
        ("file:", "is not followed by a path"),
        (f"file:{_VALUE}", "is not followed by a path"),
        ("file:none", "cannot be read: No such file"),
        ("file:.", "cannot be read: Is a directory"),
        ("file:a\0b", "cannot be read: the path cannot be used"),
        ("file:large", "is too large"),
        ("file:empty", "is empty"),
    ],
)
def test_a_reference_that_leads_nowhere_says_why(
    tmp_path: Path, reference: str, problem: str
) -> None:
    """Each way a reference fails has its own words, and none repeats a pasted secret."""
    (tmp_path / "large").write_bytes(b"x" * 70_000)
    (tmp_path / "empty").write_bytes(b"\n")
    with pytest.raises(Problem, match=problem) as refused:
        resolve(reference, _around(tmp_path, EMPTY=""))
    assert _VALUE not in str(refused.value)


def test_a_secret_never_shows_its_value() -> None:
    """str, repr, format and pickle give the reference or nothing."""
    secret = Secret("env:S", _VALUE.encode())
    assert str(secret) == f"{secret}" == "env:S"
    assert repr([secret]) == "[Secret(env:S)]"
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(secret)


def test_a_secret_is_never_doubled() -> None:
    """Copying what holds a secret shares it."""
    secret = Secret("env:S", _VALUE.encode())
    assert copy.deepcopy([secret])[0] is secret


def test_secrets_are_equal_by_value() -> None:
    """Two references to one value are one secret."""
    assert Secret("env:A", b"x") == Secret("file:/a", b"x") != Secret("env:A", b"y")
    assert len({Secret("env:A", b"x"), Secret("file:/a", b"x")}) == 1
    assert Secret("env:A", b"x") != "x"


def test_a_file_is_read_anew_under_the_same_rules(tmp_path: Path) -> None:
    """What a reference names now is judged as it was at the start, and may be read anew again."""
    file = tmp_path / "secret"
    file.write_text(_VALUE)
    (webhook,) = loaded(tmp_path, MINIMAL.replace("env:A", "file:secret")).webhooks
    (secret,) = webhook.secrets
    assert secret.lasting
    file.write_text("whsec_new_" + "0" * 24)
    again = secret.reread()
    assert (again.reference, again.reveal()) == ("file:secret", b"whsec_new_" + b"0" * 24)
    assert secret.reveal() == _VALUE.encode()
    for content, problem in (("short", "too few"), (f"{_VALUE} ", "white space"), ("", "is empty")):
        file.write_text(content)
        with pytest.raises(Problem, match=problem):
            again.reread()
    file.write_text(_VALUE)
    assert again.reread() == secret


def test_a_variable_stays_what_it_was(tmp_path: Path) -> None:
    """A process's environment does not change from outside: reading anew gives the same secret."""
    (webhook,) = loaded(tmp_path, MINIMAL).webhooks
    (secret,) = webhook.secrets
    assert not secret.lasting
    assert secret.reread() is secret
