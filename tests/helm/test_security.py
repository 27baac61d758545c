"""Pods meet the restricted Pod Security profile without a value being set."""

from typing import Any

import pytest

from tests.helm import restricted
from tests.helm.chart import CASES, NEEDED, case, merged, of_kind, render


@pytest.mark.parametrize("name", CASES)
def test_every_pod_is_restricted(name: str) -> None:
    """The gateway, the preflight and the test's pod break no rule of the restricted profile."""
    pods = dict(restricted.pods(render(case(name))))
    assert len(pods) >= 2
    assert {pod: told for pod, spec in pods.items() if (told := restricted.complaints(spec))} == {}


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ({"securityContext": {"allowPrivilegeEscalation": None}}, "may escalate"),
        ({"securityContext": {"capabilities": {"drop": []}}}, "keeps capabilities"),
        ({"securityContext": {"capabilities": {"add": ["NET_ADMIN"]}}}, "adds capabilities"),
        ({"securityContext": {"runAsUser": 0}}, "is root"),
        ({"securityContext": {"privileged": True}}, "is privileged"),
        ({"securityContext": {"seccompProfile": {"type": "Unconfined"}}}, "has no seccomp"),
        ({"extraVolumes": [{"name": "host", "hostPath": {"path": "/"}}]}, "volume host"),
    ],
)
def test_the_check_knows_the_rules(over: dict[str, Any], told: str) -> None:
    """What the profile forbids is found where values bring it about."""
    specs = dict(restricted.pods(render(merged(NEEDED, over))))
    assert told in str(restricted.complaints(specs["gateway-cstar-gateway"]))


def test_nothing_but_its_secrets_is_within_reach() -> None:
    """A read-only root, no token, no links to other Services, secrets for the group alone."""
    for name, spec in restricted.pods(render(NEEDED)):
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["enableServiceLinks"] is False, name
        for container in spec["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
        for volume in spec.get("volumes", []):
            assert volume.get("secret", {}).get("defaultMode", 0o440) == 0o440


@pytest.mark.parametrize("name", CASES)
def test_no_config_map_holds_a_secret(name: str) -> None:
    """Configuration refers to secrets; their values are in Secrets alone."""
    for one in of_kind(render(case(name)), "ConfigMap"):
        assert "whsec_" not in str(one.get("data", {}).get("gateway.toml", ""))
