"""Restricted: Kubernetes' Pod Security Standard of that name, rule by rule, for a pod's spec."""

from collections.abc import Iterator
from typing import Any

__all__ = ["complaints", "pods"]

_VOLUMES = {
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral"),
    *("persistentVolumeClaim", "projected", "secret"),
}
_SECCOMP = {"RuntimeDefault", "Localhost"}
_SYSCTLS = "sysctls"


def pods(objects: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the spec of every pod that the objects make."""
    for one in objects:
        spec = one.get("spec", {})
        if one["kind"] == "Pod":
            yield one["metadata"]["name"], spec
        elif "template" in spec and "containers" in spec["template"].get("spec", {}):
            yield one["metadata"]["name"], spec["template"]["spec"]


def complaints(spec: dict[str, Any]) -> list[str]:
    """Return what the restricted profile forbids and the spec has."""
    return [*_pod(spec), *_containers(spec)]


def _pod(spec: dict[str, Any]) -> Iterator[str]:
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            yield key
    context = spec.get("securityContext", {})
    if context.get("runAsUser") == 0:
        yield "the pod runs as root"
    if context.get(_SYSCTLS) or context.get("windowsOptions", {}).get("hostProcess"):
        yield "the pod asks the host for more"
    for volume in spec.get("volumes", []):
        if set(volume) - {"name"} - _VOLUMES:
            yield f"volume {volume['name']}"


def _containers(spec: dict[str, Any]) -> Iterator[str]:
    above = spec.get("securityContext", {})
    for container in [*spec.get("initContainers", []), *spec["containers"]]:
        context, name = container.get("securityContext", {}), container["name"]
        capabilities = context.get("capabilities", {})
        held = {
            "is privileged": context.get("privileged", False),
            "may escalate": context.get("allowPrivilegeEscalation") is not False,
            "keeps capabilities": capabilities.get("drop") != ["ALL"],
            "adds capabilities": set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"},
            "may be root": context.get("runAsNonRoot", above.get("runAsNonRoot")) is not True,
            "is root": context.get("runAsUser") == 0,
            "has no seccomp profile": _seccomp(context, above) not in _SECCOMP,
            "takes a port of the host": any("hostPort" in it for it in container.get("ports", [])),
            "unmasks /proc": context.get("procMount", "Default") != "Default",
        }
        yield from (f"{name} {what}" for what, is_so in held.items() if is_so)


def _seccomp(context: dict[str, Any], above: dict[str, Any]) -> str | None:
    profile = context.get("seccompProfile") or above.get("seccompProfile") or {}
    kind: str | None = profile.get("type")
    return kind
