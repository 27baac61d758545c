"""Promises: what is proved of the chart's objects, whichever Helm brought them."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cluster.control import ZONES, Plane
from tests.cluster.custom import SCHEMAS, schemas
from tests.cluster.releases import Release, namespace
from tests.helm.chart import CASES, HELM, NEEDED, case, merged, of_kind, render
from tests.waiting import wait_until

__all__ = ["PROMISES", "Promise"]

Promise = Callable[[Plane], str]


def strict(plane: Plane) -> str:
    """The server takes every object of every case, unknown keys forbidden, without one warning."""
    into, count = namespace(plane, "strict"), 0
    for name in CASES:
        for one in render(case(name)):
            if one["metadata"].get("namespace") in {None, "hooks"}:
                one["metadata"]["namespace"] = into
            answer = plane.api.create(one, into, dry=True)
            assert answer.status == 201, answer.body
            assert answer.warnings == [], answer.warnings
            count += 1
    return f"{count} objects"


def restricted(plane: Plane) -> str:
    """The namespaces do refuse: a pod as `helm create` makes for `helm test` is not let in."""
    container = {"name": "wget", "image": "busybox", "command": ["wget"]}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "test-connection"},
        "spec": {"containers": [container], "restartPolicy": "Never"},
    }
    answer = plane.api.create(pod, namespace(plane, "restricted"))
    assert answer.status == 403, answer.body
    assert "violates PodSecurity" in answer.body["message"]
    return "403 by the server"


def disruption(plane: Plane) -> str:
    """A drain of nodes takes one replica; the second is refused until the first is back."""
    release = Release(plane, "helm4", namespace(plane, "disruption"))
    release.install(merged(NEEDED, {"replicaCount": 3, "minReadySeconds": 0}), "--wait")
    first, second, _ = (pod["metadata"]["name"] for pod in release.pods())
    _cordon(plane, closed=True)  # so that what replaces the first has to wait
    answers = [_evicted(release, first), _evicted(release, second)]
    _cordon(plane, closed=False)
    assert answers == [201, 429], answers
    wait_until(lambda: _evicted(release, second) == 201)
    return "201, then 429; with its replacement ready, 201"


def _cordon(plane: Plane, *, closed: bool) -> None:
    for zone in ZONES:
        path, wish = f"/api/v1/nodes/node-{zone}", {"spec": {"unschedulable": closed}}
        answer = plane.api.ask("PATCH", path, wish, kind="merge-patch+json")
        assert answer.status == 200, answer.body


def _evicted(release: Release, pod: str) -> int:
    wish = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod}}
    path = f"/api/v1/namespaces/{release.namespace}/pods/{pod}/eviction"
    return release.plane.api.ask("POST", path, wish).status


def operators(plane: Plane) -> str:
    """What an operator would not understand is refused by its definition."""
    into = namespace(plane, "operators")
    spoilt: list[tuple[str, Callable[[Any], None]]] = [
        ("PrometheusRule", lambda spec: spec["groups"][0]["rules"][0].update({"for": "a while"})),
        ("ScaledObject", lambda spec: spec.pop("triggers")),
        ("HTTPRoute", lambda spec: spec["rules"][0]["matches"][0].update({"method": "PSOT"})),
        ("ServiceMonitor", lambda spec: spec["endpoints"][0].update({"interval": "often"})),
    ]
    objects = render(case("everything"))
    for kind, spoil in spoilt:
        thing = next(of_kind(objects, kind))
        thing["metadata"]["namespace"] = into
        spoil(thing["spec"])
        answer = plane.api.create(thing, dry=True)
        assert answer.status == 422, answer.body
    return ", ".join(kind for kind, _ in spoilt)


def handed_over(plane: Plane) -> str:
    """A release of Helm 3 is upgraded, rolled back and uninstalled by Helm 4."""
    into = namespace(plane, "handed-over")
    values = merged(NEEDED, {"minReadySeconds": 0})
    Release(plane, "helm3", into).install(values, "--wait")
    release = Release(plane, "helm4", into)
    release.upgrade(merged(values, {"replicaCount": 4}), "--wait")
    assert len(release.pods()) == 4
    release.well("rollback", "gateway", "1", "--wait")
    release.well("uninstall", "gateway", "--wait")
    return "2 to 4 replicas and back"


def readme(plane: Plane) -> str:
    """helm-docs writes the README that `make docs` writes."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(HELM, Path(folder) / "helm"))
        (copy / "README.md").unlink()
        command = [str(plane.binaries / "helm-docs"), "--sort-values-order=file"]
        subprocess.run(command, cwd=copy, check=True, capture_output=True)  # noqa: S603 - ours
        assert (copy / "README.md").read_text() == (HELM / "README.md").read_text()
    return "to the letter"


def light_schemas(plane: Plane) -> str:
    """The schemas of custom resources that the fast tests use are those of the operators."""
    assert schemas() == SCHEMAS.read_text()
    version: str = plane.api.get("/version")["gitVersion"]
    return f"{len(schemas().splitlines()) - 2} kinds; the server is {version}"


PROMISES: tuple[Promise, ...] = (
    *(strict, restricted, disruption, operators, handed_over, readme, light_schemas),
)
"""What is proved once, in this order."""
