"""Checks: each promise that is proved with either Helm on a real control plane."""

from collections.abc import Callable
from typing import Any

import yaml

from tests.cluster.build import KUBERNETES
from tests.cluster.control import ZONES, Plane
from tests.cluster.releases import Release, namespace
from tests.helm.chart import CASES, HELM, NEEDED, case, merged, render

__all__ = ["CHECKS", "Check"]

Check = Callable[[Plane, str], str]
_THREE = merged(NEEDED, {"replicaCount": 3, "minReadySeconds": 0})
_LOUDER = merged(_THREE, {"config": {"log": {"level": "debug"}}})


def life(plane: Plane, helm: str) -> str:
    """Install, upgrade, roll back, `helm test` and uninstall, without one warning."""
    release = Release(plane, helm, namespace(plane, f"{helm}-life"))
    took = {"install": release.install(_THREE, "--wait").seconds}
    first = release.deployment()["spec"]["template"]
    places = sorted(pod["spec"]["nodeName"] for pod in release.pods())
    assert places == [f"node-{zone}" for zone in ZONES], places
    took["upgrade"] = release.upgrade(_LOUDER, "--wait").seconds
    assert release.deployment()["spec"]["template"] != first
    took["rollback"] = release.well("rollback", "gateway", "1", "--wait").seconds
    assert release.deployment()["spec"]["template"] == first
    took["test"] = release.well("test", "gateway").seconds
    history = yaml.safe_load(release.well("history", "gateway", "--output", "yaml").said)
    assert [one["revision"] for one in history] == [1, 2, 3]
    took["uninstall"] = release.well("uninstall", "gateway", "--wait").seconds
    left = [*release.items("apps/v1", "Deployment"), *release.items("v1", "Service")]
    assert left == []
    return ", ".join(f"{what} {seconds:.1f} s" for what, seconds in took.items())


def every_case(plane: Plane, helm: str) -> str:
    """Every file of helm/ci installs and uninstalls, without one warning; topics stay."""
    kept = 0
    for name in CASES:
        release = Release(plane, helm, namespace(plane, f"{helm}-{name}"))
        values = _apart(case(name), release.namespace)
        release.install(values)
        release.well("uninstall", "gateway")
        version = values.get("strimzi", {}).get("apiVersion", "kafka.strimzi.io/v1")
        there = plane.api.items(version, "KafkaTopic", _kafka(values) or release.namespace)
        kept += len(there)
        assert bool(there) is ("strimzi" in values), name
        for topic in there:
            path = plane.api.path_of(topic, topic["metadata"]["namespace"])
            plane.api.ask("DELETE", f"{path}/{topic['metadata']['name']}")
    return f"{len(CASES)} cases; {kept} KafkaTopics stayed, as they should"


def _kafka(values: dict[str, Any]) -> str:
    found: str = values.get("strimzi", {}).get("namespace", "")
    return found


def _apart(values: dict[str, Any], into: str) -> dict[str, Any]:
    """Give a case a node port of its own: the uninstalled one's may not be free again at once."""
    port = 30000 + sum(into.encode()) % 2767
    return merged(values, {"service": {"nodePort": port}}) if "nodePort" in str(values) else values


def preflight(plane: Plane, helm: str) -> str:
    """A preflight that fails stops the upgrade before anything is replaced; a good one does not."""
    release = Release(plane, helm, namespace(plane, f"{helm}-preflight"))
    checked = merged(_THREE, {"preflight": {"enabled": True}})
    release.install(checked, "--wait")
    before = release.deployment()["metadata"]["generation"]
    refused = merged(checked, {"image": {"tag": "refused"}})
    ran = release.helm("upgrade", "gateway", str(HELM), values=refused)
    assert ran.code != 0
    assert "pre-upgrade hooks failed" in ran.complained, ran.complained
    assert release.deployment()["metadata"]["generation"] == before
    (job,) = release.items("batch/v1", "Job")
    assert job["metadata"]["name"].endswith("-preflight")
    release.upgrade(merged(checked, {"config": {"log": {"level": "debug"}}}), "--wait")
    return f"stopped after {ran.seconds:.1f} s; its Job stays, to be read"


def refusals(plane: Plane, helm: str) -> str:
    """A typo and values that do not fit are refused, with words, before anything is installed."""
    release = Release(plane, helm, namespace(plane, f"{helm}-refusals"))
    both = {"autoscaling": {"enabled": True}, "keda": {"enabled": True}}
    for over, told in (
        ({"replicaCoutn": 1}, "replicaCoutn"),
        (both, "would fight over the replicas"),
        ({"terminationGracePeriodSeconds": 5}, "but a drain may take 30"),
    ):
        ran = release.helm("install", "gateway", str(HELM), values=merged(NEEDED, over))
        assert ran.code != 0
        assert told in ran.complained, ran.complained
    old = ("template", "gateway", str(HELM), "--kube-version", "1.29.9")
    ran = release.helm(*old, values=NEEDED)
    assert "incompatible with Kubernetes v1.29.9" in ran.complained, ran.complained
    assert release.items("v1", "Service") == release.items("v1", "Secret") == []
    return "a typo, HPA with KEDA, too short a grace period, Kubernetes 1.29"


def same_text(plane: Plane, helm: str) -> str:
    """`helm template` and `helm lint --strict` agree with the library that the fast tests use."""
    release = Release(plane, helm, "hooks")
    for name in CASES:
        # Helm from the Go proxy does not know which Kubernetes it was made for.
        on = ("--kube-version", KUBERNETES)
        ran = release.helm("template", "gateway", str(HELM), *on, values=case(name))
        assert ran.code == 0, ran.complained
        ours, theirs = (
            sorted(yaml.safe_dump(one) for one in objects if one)
            for objects in (render(case(name)), yaml.load_all(ran.said, yaml.CSafeLoader))
        )
        assert ours == theirs, name
        linted = release.helm("lint", str(HELM), "--strict", *on, values=case(name))
        assert linted.code == 0, linted.said
    return f"{len(CASES)} cases, object by object"


CHECKS: tuple[Check, ...] = (life, every_case, preflight, refusals, same_text)
"""What each Helm is put through, in this order."""
