"""What the chart renders is what Kubernetes and its operators take, and holds together."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.helm import kubernetes
from tests.helm.chart import CASES, HELM, NEEDED, case, helm, merged, of_kind, only, render

MONITORS = {"ServiceMonitor": "endpoints", "PodMonitor": "podMetricsEndpoints"}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("version", [kubernetes.OLDEST, kubernetes.NEWEST])
def test_kubernetes_takes_every_object(name: str, version: str) -> None:
    """Each file of helm/ci renders to objects that the oldest and the newest version take."""
    objects = render(case(name))
    assert len(objects) >= 7
    assert [*(wrong for one in objects for wrong in kubernetes.complaints(one, version))] == []


def test_the_schemas_do_find_what_is_wrong() -> None:
    """A misspelt key is a complaint, in Kubernetes' own objects and in an operator's."""
    objects = render(case("production"))
    for kind in ("Deployment", "HTTPRoute", "ServiceMonitor", "PrometheusRule"):
        thing = next(of_kind(objects, kind))
        assert kubernetes.complaints(thing, kubernetes.NEWEST) == []
        thing["spec"]["seletcor"] = {}
        (told,) = kubernetes.complaints(thing, kubernetes.NEWEST)
        assert "seletcor" in told


@pytest.mark.parametrize("name", CASES)
def test_helm_lint_has_nothing_to_say(name: str) -> None:
    """`helm lint --strict` passes with each file of helm/ci."""
    found = helm.lint(HELM, case(name), strict=True)
    assert [one for one in found["messages"] if "icon is recommended" not in str(one)] == []


@pytest.mark.parametrize("name", CASES)
def test_names_and_selectors_hold_together(name: str) -> None:
    """What selects the gateway's pods selects them and no other; no name is there twice."""
    objects = render(case(name))
    (deployment,) = of_kind(objects, "Deployment")
    pod = deployment["spec"]["template"]["metadata"]["labels"]
    others = [
        one.get("spec", {}).get("template", one)["metadata"]["labels"]
        for one in objects
        if one["kind"] in {"Job", "Pod"}
    ]
    selectors = [deployment["spec"]["selector"]["matchLabels"]]
    selectors += [one["spec"]["selector"] for one in of_kind(objects, "Service")]
    selectors += [
        one["spec"]["selector"]["matchLabels"] for one in of_kind(objects, "PodDisruptionBudget")
    ]
    for selector in selectors:
        assert selector.items() <= pod.items()
        assert not [labels for labels in others if selector.items() <= labels.items()]
    names = [(one["kind"], one["metadata"]["name"]) for one in objects]
    assert len(names) == len(set(names))


def test_the_longest_release_name_still_fits() -> None:
    """Names stay within the 63 letters of a label, whatever a release is called."""
    values = merged(case("production"), {"fullnameOverride": "x" * 80})
    free = {"ConfigMap", "Secret"}  # 253 letters
    names = [one["metadata"]["name"] for one in render(values) if one["kind"] not in free]
    assert max(len(name) for name in names) <= 63


@pytest.mark.parametrize("kind", MONITORS)
def test_a_monitor_finds_what_it_scrapes(kind: str) -> None:
    """A monitor's labels, port and path lead to the metrics of the admin listener."""
    key = kind[0].lower() + kind[1:]
    labels = {"release": "prometheus"}
    wanted = {key: {"enabled": True, "additionalLabels": labels}}
    objects = render(merged(NEEDED, {"metrics": wanted}))
    monitor = only(objects, kind)
    found = {
        "ServiceMonitor": only(objects, "Service", "gateway-cstar-gateway-admin"),
        "PodMonitor": only(objects, "Deployment")["spec"]["template"],
    }[kind]
    assert monitor["spec"]["selector"]["matchLabels"].items() <= found["metadata"]["labels"].items()
    assert labels.items() <= monitor["metadata"]["labels"].items()
    (endpoint,) = monitor["spec"][MONITORS[kind]]
    assert (endpoint["port"], endpoint["path"]) == ("admin", "/metrics")


@pytest.mark.parametrize("name", ["ingress", "httproute"])
def test_only_deliveries_are_published(name: str) -> None:
    """Ingress and HTTPRoute show one path, and never the admin listener."""
    for one in render(case(name)):
        if one["kind"] in {"Ingress", "HTTPRoute"}:
            paths = re.findall(r"'(?:path|value)': '(/[^']*)'", str(one["spec"]))
            assert set(paths) == {"/webhooks/cstar"}
            assert "'type': 'Prefix" not in str(one["spec"])
            assert "admin" not in str(one["spec"])


def test_a_digest_wins_over_a_tag() -> None:
    """An image is named by registry, repository, and digest where there is one."""
    digest = "sha256:" + "a" * 64
    image = {"registry": "r.example", "repository": "x/gateway", "tag": "9"}
    with_tag = only(render(merged(NEEDED, {"image": image})), "Deployment")
    pinned = only(render(merged(NEEDED, {"image": {**image, "digest": digest}})), "Deployment")
    assert container(with_tag)["image"] == "r.example/x/gateway:9"
    assert container(pinned)["image"] == f"r.example/x/gateway@{digest}"


def container(deployment: dict[str, Any]) -> dict[str, Any]:
    """Return the gateway's container."""
    found: dict[str, Any] = deployment["spec"]["template"]["spec"]["containers"][0]
    return found


def test_a_changed_configuration_is_a_rollout_and_a_changed_secret_is_not() -> None:
    """The pod's checksum follows `config`; Secrets are mounted as folders and read anew."""

    def template(values: dict[str, Any]) -> Any:
        return only(render(values), "Deployment")["spec"]["template"]

    some = merged(NEEDED, {"secrets": {"existingSecret": "", "values": {"current": "whsec_a"}}})
    rotated = merged(some, {"secrets": {"values": {"current": "whsec_b"}}})
    louder = merged(some, {"config": {"log": {"level": "debug"}}})
    assert template(some) == template(rotated)
    assert template(some)["metadata"] != template(louder)["metadata"]
    mounts = [mount for name in CASES for mount in container_mounts(name)]
    assert not [mount for mount in mounts if "subPath" in mount]


def container_mounts(name: str) -> list[dict[str, Any]]:
    """Return what the gateway mounts in a file of helm/ci."""
    (deployment,) = of_kind(render(case(name)), "Deployment")
    mounts: list[dict[str, Any]] = container(deployment)["volumeMounts"]
    return mounts


def test_scaling_leaves_the_replicas_alone() -> None:
    """With an HPA or KEDA the Deployment names no replicas: an upgrade would undo the scaling."""
    assert only(render(NEEDED), "Deployment")["spec"]["replicas"] == 2
    for name in ("hpa", "keda"):
        assert "replicas" not in only(render(case(name)), "Deployment")["spec"]


def test_an_alert_can_be_left_out() -> None:
    """`metrics.prometheusRule.disabled` removes alerts by name, and nothing else."""

    def alerts(**more: Any) -> set[str]:
        rule = only(render(merged(case("monitoring"), {"metrics": {"prometheusRule": more}})), kind)
        rules = [one for group in rule["spec"]["groups"] for one in group["rules"]]
        return {one.get("alert") or one["record"] for one in rules}

    kind = "PrometheusRule"
    everything = alerts()
    left_out = next(name for name in sorted(everything) if ":" not in name)
    assert alerts(disabled=[left_out]) == everything - {left_out}


def test_what_sres_hold_arrives_unchanged() -> None:
    """Alerts and dashboards are installed as they were written, each dashboard by itself."""
    objects = render(case("monitoring"))
    rules = yaml.safe_load((HELM / "files/rules.yaml").read_text())
    assert only(objects, "PrometheusRule")["spec"]["groups"] == rules["groups"]
    held: dict[str, str] = {}
    for one in of_kind(objects, "ConfigMap"):
        if "grafana_dashboard" in one["metadata"]["labels"]:
            assert len(one["data"]) == 1
            held |= one["data"]
    files = (HELM / "files/dashboards").glob("*.json")
    assert held == {path.name: path.read_text() for path in files} != {}


def test_the_chart_can_be_packaged(tmp_path: Path) -> None:
    """The archive renders what the folder does, without what only its makers need."""
    with helm.Chart.load(helm.package(HELM, destination=tmp_path)) as chart:
        packaged = chart.render(case("monitoring"), name="gateway", namespace="hooks")
        names = {one["name"] for one in chart.files}
    texts = [text for path, text in sorted(packaged.items()) if path.endswith(".yaml")]
    objects = [one for text in texts for one in yaml.load_all(text, yaml.CSafeLoader) if one]
    assert objects == render(case("monitoring"))
    assert not [name for name in names if name.startswith("ci/") or name.endswith(".gotmpl")]


def test_the_chart_can_be_a_part_of_another(tmp_path: Path) -> None:
    """As a dependency it takes its values under its name, and what is global."""
    above = tmp_path / "above"
    shutil.copytree(HELM, above / "charts/cstar-gateway")
    (above / "Chart.yaml").write_text("{apiVersion: v2, name: above, version: 1.0.0}")
    with helm.Chart.load(above) as chart:
        values = {"cstar-gateway": NEEDED, "global": {"region": "eu"}}
        chart.validate_schema(values)
        files = chart.render(values, name="all", namespace="hooks")
    deployment = yaml.safe_load(files["above/charts/cstar-gateway/templates/deployment.yaml"])
    assert deployment["metadata"]["name"] == "all-cstar-gateway"


def test_the_network_policy_knows_the_brokers_ports() -> None:
    """Egress goes to DNS, the ports of the brokers, and the gateway itself."""
    brokers = ["a:9093", "b:9093", "c:9192"]
    over = {"networkPolicy": {"enabled": True}, "config": {"kafka": {"bootstrap_servers": brokers}}}
    policy = only(render(merged(NEEDED, over)), "NetworkPolicy")
    dns, kafka, own = policy["spec"]["egress"]
    assert {port["port"] for port in dns["ports"]} == {53}
    assert [port["port"] for port in kafka["ports"]] == [9093, 9192]
    assert {port["port"] for port in own["ports"]} == {"http", "admin"}


def test_extra_objects_are_templates() -> None:
    """Tables and texts of `extraObjects` may use the chart's names."""
    names = {one["metadata"]["name"] for one in render(case("everything"))}
    assert {"gateway-hooks-beside", "gateway-text"} <= names


def test_recreate_leaves_the_rolling_update_out() -> None:
    """`strategy.type: Recreate` is enough, though the default has a rollingUpdate beside it."""
    spec = only(render(merged(NEEDED, {"strategy": {"type": "Recreate"}})), "Deployment")["spec"]
    assert spec["strategy"] == {"type": "Recreate"}
    assert "rollingUpdate" in only(render(NEEDED), "Deployment")["spec"]["strategy"]
