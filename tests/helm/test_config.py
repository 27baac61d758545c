"""`config` becomes the file the gateway reads: every key, and what it means."""

import re
import tomllib
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from deploy.chart.settings import quantity
from gateway.config import load
from gateway.config.keys import KEYS, Key
from gateway.config.model import Config
from gateway.engine import FLUSH_SECONDS
from gateway.idempotency import journal
from gateway.parts import kafka_settings, topic_specs
from gateway.sink.topics import create_configs
from tests.certificates import Authority
from tests.helm.chart import CASES, HELM, NEEDED, case, merged, of_kind, only, render


def toml(values: Mapping[str, Any]) -> str:
    """Return the configuration that the gateway's pods get."""
    objects = render(values)
    (deployment,) = of_kind(objects, "Deployment")
    text: str = only(objects, "ConfigMap", deployment["metadata"]["name"])["data"]["gateway.toml"]
    return text


def loaded(values: Mapping[str, Any], folder: Path) -> Config:
    """Return what the gateway makes of it, with a file at each place that it refers to."""
    text = toml(values)
    for number, place in enumerate(sorted(set(re.findall(r"/run/secrets/[^\"]+", text)))):
        path = folder / place.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"whsec_{number:032}")
    for place in {path.parent for path in folder.rglob("*.crt")}:
        authority = Authority(place)
        pair = authority.sign("gateway")
        for path in place.glob("*.crt"):
            path.write_bytes(pair.certificate.read_bytes())
        for path in place.glob("*.key"):
            path.write_bytes(pair.key.read_bytes())
    file = folder / "gateway.toml"
    file.write_text(text.replace("/run/secrets", str(folder / "run/secrets")))
    return load(file, {"SURVEYS_SECRET": "whsec_" + "s" * 32})


@pytest.mark.parametrize("name", CASES)
def test_the_gateway_takes_every_case(name: str, tmp_path: Path) -> None:
    """Each file of helm/ci renders to a configuration that the gateway has no fault to find in."""
    assert loaded(case(name), tmp_path).kafka.bootstrap_servers


def test_defaults_are_the_gateways(tmp_path: Path) -> None:
    """What values.yaml sets by default is what the gateway does by default, in a container."""
    config = loaded(NEEDED, tmp_path)
    plain = Config()
    assert config.model_copy(update=dict.fromkeys(("kafka", "webhooks", "admin"))) == (
        plain.model_copy(update=dict.fromkeys(("kafka", "webhooks", "admin")))
    )
    assert config.kafka.model_copy(update={"bootstrap_servers": ()}) == plain.kafka
    assert config.admin.host == "0.0.0.0"
    assert config.admin.port == plain.admin.port


def other(key: Key) -> Any:
    """Return a value of a key's kind that is not its default."""
    annotation: Any = key.field.annotation
    read = quantity(key)
    if read is not None:
        return read.write(read.least) if read.kind != "whole number" else max(1, int(read.least))
    if annotation is bool:
        return not key.field.default
    if "secret" in key.path[-1] or key.path[-1] == "password":
        return ["env:SOME"] if key.path[-1] == "secrets" else "env:SOME"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return [*annotation][-1].value
    choices = [one for one in get_args(annotation) if isinstance(one, str)]
    choices += [it for one in get_args(annotation) for it in get_args(one) if isinstance(it, str)]
    if choices:
        return choices[-1]
    return ["some"] if "Listed" in str(key.field.metadata) or "tuple" in str(annotation) else "some"


def test_every_key_can_be_reached() -> None:
    """No key of the gateway's configuration is out of reach of values, at its own place."""
    wanted: dict[str, Any] = {}
    for key in KEYS.values():
        if key.kind == "value":
            node = wanted
            for part in key.path[:-1]:
                node = node.setdefault(part, {})
            node[key.path[-1]] = other(key)
    for name in ("webhooks", "routes"):
        wanted[name] = [wanted[name]["*"]]
    wanted["admin"]["port"] = 2
    wanted["ingress"] |= {"drain_delay": "1s", "shutdown_timeout": "1s"}
    wanted["idempotency"]["store"] = "kafka"
    assert tomllib.loads(toml(merged(NEEDED, {"config": wanted}))) == wanted


def test_texts_come_out_as_they_went_in() -> None:
    """Quotes, backslashes and letters of any script survive the way into TOML."""
    text = 'a "b" \\ <c> & é 漢\n#'
    over = {"config": {"kafka": {"security": {"username": text}}}}
    assert tomllib.loads(toml(merged(NEEDED, over)))["kafka"]["security"]["username"] == text


def test_numbers_come_out_as_they_went_in() -> None:
    """A size in bytes stays a whole number, a duration with a fraction keeps it."""
    wanted = {"max_in_flight_bytes": 67_108_864, "body_timeout": 2.5, "keepalive_timeout": 60}
    written = tomllib.loads(toml(merged(NEEDED, {"config": {"ingress": wanted}})))["ingress"]
    assert {key: written[key] for key in wanted} == wanted
    assert type(written["max_in_flight_bytes"]) is int


@pytest.mark.parametrize("name", ["strimzi", "everything"])
def test_strimzi_makes_the_topics_the_gateway_would_make(name: str, tmp_path: Path) -> None:
    """Every topic of the closed set and of the routes, as the gateway itself would create it."""
    values = case(name)
    config = loaded(values, tmp_path)
    settings = kafka_settings(config)
    made = {one["spec"]["topicName"]: one for one in of_kind(render(values), "KafkaTopic")}
    specs = {spec.name: spec for spec in topic_specs(config)}
    assert set(made) == set(specs)
    ours = {"compression.type", "min.insync.replicas"}
    for topic, spec in specs.items():
        found = made[topic]["spec"]
        configs = {key: str(held) for key, held in found["config"].items() if key not in ours}
        assert configs == create_configs(spec, settings)
        assert found["partitions"] == (spec.partitions or config.kafka.partitions)
        assert made[topic]["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    assert config.kafka.create_topics is False


@pytest.mark.parametrize("name", ["strimzi", "everything"])
def test_strimzis_user_may_do_what_the_gateway_needs_and_no_more(name: str, tmp_path: Path) -> None:
    """The permissions of docs/security.md on every topic; the log-in that goes with the user."""
    values = case(name)
    config = loaded(values, tmp_path)
    (user,) = of_kind(render(values), "KafkaUser")
    granted = user["spec"]["authorization"]["acls"]
    for spec in topic_specs(config):
        assert any(covers(acl["resource"], spec.name) for acl in granted), spec.name
    allowed = {"Describe", "DescribeConfigs", "Read", "Write"}
    assert all(set(acl["operations"]) == allowed for acl in granted)
    security = config.kafka.security
    if name == "strimzi":
        assert (security.protocol, security.sasl_mechanism) == ("SASL_SSL", "SCRAM-SHA-512")
        assert security.username == user["metadata"]["name"]
    else:
        assert (security.protocol, security.sasl_mechanism) == ("SSL", None)


def covers(resource: dict[str, str], topic: str) -> bool:
    """Return whether a permission reaches a topic."""
    if resource["patternType"] == "prefix":
        return topic.startswith(resource["name"])
    return topic == resource["name"]


def test_probes_mean_what_they_say() -> None:
    """Startup waits as long as the journal may; only readiness asks for Kafka."""
    spec = only(render(NEEDED), "Deployment")["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    probes = {name: container[f"{name}Probe"] for name in ("startup", "liveness", "readiness")}
    paths = {name: probe["httpGet"]["path"] for name, probe in probes.items()}
    assert paths == {"startup": "/livez", "liveness": "/livez", "readiness": "/readyz"}
    startup = probes["startup"]
    waits = startup["periodSeconds"] * startup["failureThreshold"]
    assert waits >= journal._READY_WITHIN
    assert spec["progressDeadlineSeconds"] > waits + spec["minReadySeconds"]


def test_the_flush_is_the_gateways() -> None:
    """The 10 s that the grace period counts for the flush are the engine's."""
    template = (HELM / "templates/_faults.tpl").read_text()
    assert f"$delay $answers {FLUSH_SECONDS}" in template


def test_the_preflight_checks_what_will_run() -> None:
    """The preflight brings the same configuration, and its own copy of a Secret that is to come."""
    values = merged(case("sasl"), {"preflight": {"enabled": True}})
    objects = render(values)
    name = "gateway-cstar-gateway"
    for kind, key in (("ConfigMap", "data"), ("Secret", "stringData")):
        ours, theirs = only(objects, kind, name), only(objects, kind, f"{name}-preflight")
        assert ours[key] == theirs[key]
        assert theirs["metadata"]["annotations"]["helm.sh/hook-weight"] == "-5"
    job = only(objects, "Job", f"{name}-preflight")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    volumes = job["spec"]["template"]["spec"]["volumes"]
    mounted = {
        one["name"]: one.get("configMap", {}).get("name") or one["secret"]["secretName"]
        for one in volumes
        if one["name"] in {"config", "secrets"}
    }
    assert mounted == dict.fromkeys(("config", "secrets"), f"{name}-preflight")
    (container,) = job["spec"]["template"]["spec"]["containers"]
    (gateway,) = only(objects, "Deployment")["spec"]["template"]["spec"]["containers"]
    assert container["args"] == ["check"]
    assert (container["env"], container["image"]) == (gateway["env"], gateway["image"])
    assert container["volumeMounts"] == gateway["volumeMounts"]


def test_values_can_be_read_as_they_are_shown() -> None:
    """values.yaml holds the whole configuration, table by table."""
    held = yaml.safe_load((HELM / "values.yaml").read_text())["config"]
    for key in KEYS.values():
        node = held
        for part in key.path if "*" not in key.path else ():
            node = node[part]
