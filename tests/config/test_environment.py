"""Environment: variables laid over the file, and those that cannot be."""

from pathlib import Path

import pytest

from gateway.config.environment import overlay
from tests.config.files import MINIMAL, faults_of, loaded


def test_a_variable_wins_over_the_file(tmp_path: Path) -> None:
    """The file holds what all replicas share, the environment what one deployment changes."""
    config = loaded(
        tmp_path,
        MINIMAL + "[log]\nlevel = 'debug'\nformat = 'console'",
        CSTAR_GATEWAY__LOG__LEVEL="error",
        CSTAR_GATEWAY__KAFKA__SECURITY__ALLOW_PLAINTEXT_PASSWORD="true",
    )
    assert config.log.level == "error"
    assert config.log.format == "console"
    assert config.kafka.security.allow_plaintext_password


def test_a_number_picks_a_table_of_the_list(tmp_path: Path) -> None:
    """An index that is there changes that table; the next one adds a table."""
    config = loaded(
        tmp_path,
        MINIMAL,
        CSTAR_GATEWAY__WEBHOOKS__0__NAME="main",
        CSTAR_GATEWAY__WEBHOOKS__1__SECRETS="env:B",
        CSTAR_GATEWAY__WEBHOOKS__1__TEAMS='["team_1", "team_2"]',
        CSTAR_GATEWAY__WEBHOOKS__1__FLAT="no",
    )
    first, second = config.webhooks
    assert (first.name, str(first.secrets[0])) == ("main", "env:A")
    assert (second.teams, second.flat) == (("team_1", "team_2"), False)


def test_tables_may_come_whole_as_json(tmp_path: Path) -> None:
    """A list of tables replaces the file's, single keys go over it; a table is laid over."""
    config = loaded(
        tmp_path,
        MINIMAL + "[log]\nlevel = 'debug'",
        CSTAR_GATEWAY__WEBHOOKS='[{"name": "x", "secrets": ["env:B"]}]',
        CSTAR_GATEWAY__WEBHOOKS__0__NAME="y",
        CSTAR_GATEWAY__WEBHOOKS__1='{"name": "z", "secrets": "env:A"}',
        CSTAR_GATEWAY__LOG='{"format": "console"}',
    )
    assert [webhook.name for webhook in config.webhooks] == ["y", "z"]
    assert (config.log.level, config.log.format) == ("debug", "console")


def test_ten_tables_keep_their_order() -> None:
    """The tenth comes after the ninth, though its name sorts before the second's."""
    tree: dict[str, object] = {}
    names = [f"CSTAR_GATEWAY__ROUTES__{number}__TOPIC" for number in range(12)]
    _, faults = overlay(tree, {name: name.split("__")[2] for name in reversed(names)})
    assert not faults
    assert tree == {"routes": [{"topic": str(number)} for number in range(12)]}


@pytest.mark.parametrize(
    ("name", "value", "key", "problem"),
    [
        ("KAFKA__BOOTSTRAP_SERVER", "x", "kafka.bootstrap_server", "no such key"),
        ("KAFKA__ACKS__X", "all", "kafka.acks.x", "no such key"),
        ("WEBHOOKS__FIRST__NAME", "x", "webhooks.first.name", "no such key"),
        ("WEBHOOKS__0", "x", "webhooks[0]", "is not a JSON object"),
        ("WEBHOOKS__0__", "x", "webhooks[0].", "no such key"),
        ("WEBHOOKS__2__NAME", "x", "webhooks[2].name", "leaves a hole: there are 1 before it"),
        ("WEBHOOKS", '{"a": 1}', "webhooks", "is not a JSON array of objects"),
        ("KAFKA", "[]", "kafka", "is not a JSON object"),
        ("LOG__0", "x", "log[0]", "no such key"),
        ("", "x", "", "no such key"),
    ],
)
def test_a_variable_that_cannot_be_used_is_a_fault(
    tmp_path: Path, name: str, value: str, key: str, problem: str
) -> None:
    """Nothing that begins with our prefix is passed over."""
    found = faults_of(tmp_path, MINIMAL, **{f"CSTAR_GATEWAY__{name}": value})
    assert found[key].problem == problem
    assert found[key].source == "environment"
    assert found[key].variable == f"CSTAR_GATEWAY__{name}"


def test_other_variables_are_none_of_ours(tmp_path: Path) -> None:
    """Kubernetes sets CSTAR_GATEWAY_PORT and the like for a service of our name."""
    loaded(tmp_path, MINIMAL, CSTAR_GATEWAY_PORT="tcp://10.0.0.1:80", CSTAR_GATEWAY_CONFIG="x")


def test_the_file_keeps_its_mistakes(tmp_path: Path) -> None:
    """A variable below something that is no table leaves the fault to be told as the file's."""
    found = faults_of(
        tmp_path,
        "kafka = 5\nwebhooks = 'x'",
        CSTAR_GATEWAY__KAFKA__ACKS="all",
        CSTAR_GATEWAY__WEBHOOKS__0__NAME="x",
    )
    assert found["kafka"].problem == "is not a table"
    assert found["webhooks"].problem == "is not a list of tables"
