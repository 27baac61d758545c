"""Loading: a file and the environment make a Config, or every fault is told at once."""

from pathlib import Path

import pytest

from gateway.config import ConfigError, load
from tests.config.files import ENVIRON, MINIMAL, faults_of, loaded


def test_two_keys_are_enough(tmp_path: Path) -> None:
    """Brokers and a secret make a configuration; all else has a default."""
    config = loaded(tmp_path, MINIMAL)
    assert config.kafka.bootstrap_servers == ("127.0.0.1:9092",)
    assert config.webhooks[0].secrets[0].reveal() == ENVIRON["A"].encode()
    assert config.ingress.port == 8080
    assert config.kafka.retention == 604_800.0
    assert config.idempotency.window == 118_800.0


def test_variables_alone_are_enough() -> None:
    """No file is needed."""
    config = load(
        None,
        {
            **ENVIRON,
            "CSTAR_GATEWAY__KAFKA__BOOTSTRAP_SERVERS": "kafka-0,kafka-1:9093",
            "CSTAR_GATEWAY__WEBHOOKS__0__SECRETS": "env:A,env:B",
        },
    )
    assert config.kafka.bootstrap_servers == ("kafka-0:9092", "kafka-1:9093")
    assert [str(secret) for secret in config.webhooks[0].secrets] == ["env:A", "env:B"]


def test_the_configuration_is_frozen(tmp_path: Path) -> None:
    """Nothing changes a setting once it is read."""
    config = loaded(tmp_path, MINIMAL)
    with pytest.raises(ValueError, match="frozen"):
        config.ingress.port = 1  # type: ignore[misc]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """Unknown keys, bad values, broken references and broken rules come in one list, in order."""
    found = faults_of(
        tmp_path,
        """
        [ingress]
        prot = 1
        body_timeout = "5s"
        [admin]
        port = 8080
        [kafka]
        bootstrap_servers = "a:9092"
        compression = "zip"
        [kafka.security]
        protocol = "SASL_SSL"
        [[webhooks]]
        secrets = ["env:A", "env:NONE"]
        [[webhooks]]
        name = "two"
        [[routes]]
        match = "ticket.*"
        topic = "cstar.tickets"
        [idempotency]
        window = "24h"
        """,
        CSTAR_GATEWAY__LOG__LEVEL="loud",
        CSTAR_GATEWAY__LOGS__LEVEL="info",
    )
    assert list(found) == [
        "logs.level",
        "ingress.prot",
        "admin.port",
        "webhooks[0].secrets[1]",
        "webhooks[1].secrets",
        "kafka.compression",
        "kafka.publish_timeout",
        "kafka.security.sasl_mechanism",
        "kafka.security.username",
        "kafka.security.password",
        "routes[0].topic",
        "idempotency.window",
        "log.level",
    ]


def test_a_fault_names_key_variable_source_problem_and_fix(tmp_path: Path) -> None:
    """Nothing must be guessed: where it stands, how else it is set, what is wrong, what to do."""
    found = faults_of(tmp_path, MINIMAL + "[log]\nlevel = 'loud'", CSTAR_GATEWAY__ADMIN__PORT="x")
    level = found["log.level"]
    assert level.variable == "CSTAR_GATEWAY__LOG__LEVEL"
    assert level.source == str(tmp_path / "gateway.toml")
    assert level.problem == "'loud' is not offered"
    assert level.fix == "write 'debug', 'info', 'warning' or 'error'"
    assert found["admin.port"].source == "environment"
    assert str(found["admin.port"]) == (
        "admin.port (CSTAR_GATEWAY__ADMIN__PORT): 'x' is not a whole number; write a whole number"
    )


def test_a_rule_is_silent_about_keys_that_are_faulty_themselves(tmp_path: Path) -> None:
    """One mistake gives one fault: no rule judges a default put in a faulty value's place."""
    found = faults_of(
        tmp_path, MINIMAL + "[ingress]\nmax_body_bytes = '63MiB'\nmax_in_flight_bytes = 'many'"
    )
    assert list(found) == ["ingress.max_in_flight_bytes", "kafka.max_record_bytes"]


@pytest.mark.parametrize(
    ("text", "key", "problem", "fix"),
    [
        ("kafka = 5", "kafka", "is not a table", "write [kafka] and its keys below it"),
        ("[webhooks]\nname = 'x'", "webhooks", "is not a list of tables", "[[webhooks]]"),
        ("webhooks = ['x']", "webhooks[0]", "is not a table", "write [webhooks]"),
        ("[kafka]\ncreate_topics = 'si'", "kafka.create_topics", "'si' is not true or false", ""),
        ("[kafka]\nacks = 1", "kafka.acks", "1 is not offered", "write 'all'"),
        ("[kafka.security]\nusername = 5", "kafka.security.username", "is not a text", "quotes"),
        ("[[webhooks]]\nevents = 5", "webhooks[0].events", "is not a list", '["a", "b"]'),
        ("[[routes]]\npayload = 'x'", "routes[0].payload", "'x' is not offered", "'event'"),
        ("[idempotency]\nstore = 'redis'", "idempotency.store", "redis", "'memory'"),
    ],
)
def test_each_kind_of_mistake_has_its_own_words(
    tmp_path: Path, text: str, key: str, problem: str, fix: str
) -> None:
    """No message of the validation library reaches people."""
    found = faults_of(tmp_path, text)
    assert problem in found[key].problem
    assert fix in found[key].fix


def test_more_than_four_secrets_are_refused(tmp_path: Path) -> None:
    """Each secret costs an HMAC on every delivery."""
    found = faults_of(tmp_path, MINIMAL.replace('["env:A"]', '["env:A,env:A,env:A,env:A,env:A"]'))
    assert "webhooks[0].secrets[0]" in found
    found = faults_of(tmp_path, MINIMAL.replace('["env:A"]', '"env:A,env:A,env:A,env:A,env:A"'))
    assert found["webhooks[0].secrets"].fix == "keep at most 4"


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("short", "has 5 bytes, too few to be safe"),
        ("whsec_aaaaaaaaaaaaaaaaaaaaaaaaaa\n ", "begins or ends with white space"),
    ],
)
def test_a_weak_or_damaged_signing_secret_is_refused(
    tmp_path: Path, value: str, problem: str
) -> None:
    """A secret that proves nothing, or that no signature can match, is a fault now, not later."""
    found = faults_of(tmp_path, MINIMAL, A=value)
    assert problem in found["webhooks[0].secrets[0]"].problem


def test_paths_start_from_the_file(tmp_path: Path) -> None:
    """A configuration and its secrets can be moved together."""
    (tmp_path / "signing").write_text(ENVIRON["B"] + "\n")
    config = loaded(tmp_path, MINIMAL.replace("env:A", "file:signing"))
    assert config.webhooks[0].secrets[0].reveal() == ENVIRON["B"].encode()


def test_no_fault_shows_what_is_secret(tmp_path: Path) -> None:
    """A secret pasted anywhere it does not belong is refused unseen."""
    secret = "whsec_0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    error = _error(
        tmp_path,
        f"""
        webhooks = "{secret}"
        [log]
        level = "{secret}"
        [ingress]
        host = "{secret}"
        port = "{secret}"
        body_timeout = "{secret}"
        secret = "{secret}"
        [topics]
        prefix = "{secret}"
        [kafka]
        bootstrap_servers = "{secret}"
        create_topics = "{secret}"
        [kafka.security]
        password = "{secret}"
        ca_file = "{secret}"
        """,
        CSTAR_GATEWAY__WEBHOOKS=secret,
        CSTAR_GATEWAY__KAFKA__PASSWORD=secret,
    )
    assert len(error.faults) == 13
    assert secret not in f"{error} {error!r} {error.faults}"
    assert error.__cause__ is None
    assert error.__suppress_context__


@pytest.mark.parametrize(
    "text",
    ["[[webhooks]]\n{} = 1", "[{}]", "[kafka]\n{}.port = 1", "[{}]\n[{}]", '[log]\n"x {}" = 1'],
)
def test_a_secret_pasted_as_a_key_is_not_shown(tmp_path: Path, text: str) -> None:
    """Where a key or a variable's name is a secret, the fault does not repeat it."""
    secret = "whsec_0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    error = _error(
        tmp_path,
        text.replace("{}", secret),
        **{f"CSTAR_GATEWAY__{secret.upper()}": "1", f"CSTAR_GATEWAY__WEBHOOKS__{secret}": "1"},
    )
    assert "not shown" in str(error)
    assert "0f1e2d3c" not in f"{error} {error!r}".lower()


def _error(folder: Path, text: str, **environ: str) -> ConfigError:
    with pytest.raises(ConfigError) as refused:
        loaded(folder, text, **environ)
    return refused.value


def test_a_configuration_does_not_show_what_is_secret(tmp_path: Path) -> None:
    """repr, str and JSON of a Config give references."""
    config = loaded(tmp_path, MINIMAL)
    shown = f"{config} {config!r} {config.model_dump_json()}"
    assert ENVIRON["A"] not in shown
    assert "env:A" in shown


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"[webhooks\n", "is not valid TOML: "),
        (b"a = '\xff'", "is not UTF-8 text"),
        (b"a = 1\na = 2\n", "is not valid TOML: "),
    ],
)
def test_a_file_that_is_no_toml_says_where(tmp_path: Path, content: bytes, problem: str) -> None:
    """A broken file is one fault, named by the file."""
    path = tmp_path / "gateway.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        load(path, {})
    (fault,) = refused.value.faults
    assert fault.key == str(path)
    assert fault.problem.startswith(problem)


def test_a_file_that_cannot_be_read_is_one_fault(tmp_path: Path) -> None:
    """A missing file is told in the system's words."""
    with pytest.raises(ConfigError, match="cannot be read: No such file or directory"):
        load(tmp_path / "none.toml", {})
