"""Build: the plane's binaries, into the user's cache; minutes the first time, then nothing."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from gateway.embedded.jars import cache_folder

__all__ = ["HELMS", "KUBERNETES", "BuildError", "built", "stages"]

KUBERNETES = "1.34.2"
HELMS = ("helm3", "helm4")
_PLANE = Path(__file__).with_name("plane")
_PARTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
_KWOK = "sigs.k8s.io/kwok@v0.8.0"
_TOOLS: Mapping[str, str] = {
    "helm3": "helm.sh/helm/v3/cmd/helm@v3.22.0",
    "helm4": "helm.sh/helm/v4/cmd/helm@v4.3.1",
    "helm-docs": "github.com/norwoodj/helm-docs/cmd/helm-docs@v1.14.2",
    "kwok": _KWOK.replace("@", "/cmd/kwok@"),
}
# Without a version in it, a chart's kubeVersion has nothing sane to compare with.
_VERSION = "k8s.io/component-base/version"
_FLAGS = " ".join(
    [
        f"-X {_VERSION}.gitVersion=v{KUBERNETES}",
        f"-X {_VERSION}.gitMajor={KUBERNETES.split('.', maxsplit=1)[0]}",
        f"-X {_VERSION}.gitMinor={KUBERNETES.split('.')[1]}",
        "-s -w",
    ]
)


class BuildError(Exception):
    """The plane cannot be built here; says why."""


def built() -> Path:
    """Return the folder with every binary, built where it is not there yet.

    Raises:
        BuildError: Go is not there, or refuses.
    """
    sources = [_PLANE / "go.mod", _PLANE / "go.sum", *sorted(_PLANE.glob("*/main.go"))]
    text = b"".join(path.read_bytes() for path in sources) + json.dumps(_TOOLS).encode()
    folder = cache_folder() / "cluster" / hashlib.sha256(text).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    for name in _PARTS:
        if not (folder / name).exists():
            into = str(folder / name)
            command = ["build", "-trimpath", "-ldflags", _FLAGS, "-o", into, f"./{name}"]
            _go(name, command, _PLANE)
    for name, package in _TOOLS.items():
        if not (folder / name).exists():
            _install(name, package, folder)
    return folder


def stages() -> list[Path]:
    """Return kwok's own account of how nodes and pods live."""
    told = _go("kwok's stages", ["mod", "download", "-json", _KWOK], _PLANE)
    folder = Path(json.loads(told)["Dir"]) / "kustomize/stage"
    return sorted(
        path
        for place in ("node/fast", "node/heartbeat-with-lease", "pod/fast")
        for path in (folder / place).glob("*.yaml")
        if path.name != "kustomization.yaml"
    )


def _install(name: str, package: str, folder: Path) -> None:
    """Install a command under a name of our own: both Helms are called `helm`."""
    staging = folder / f".{name}"
    command = ["install", "-trimpath", "-ldflags", "-s -w", package]
    _go(name, command, _PLANE.parent, GOBIN=str(staging))
    (made,) = staging.iterdir()
    made.rename(folder / name)
    staging.rmdir()


def _go(what: str, arguments: Sequence[str], folder: Path, **environ: str) -> str:
    go = shutil.which("go")
    if go is None:
        raise BuildError("Go is not installed; the plane is built from Go modules.")
    sys.stderr.write(f"go: {what}\n")
    ran = subprocess.run(  # noqa: S603 - arguments of ours
        ["nice", "-n", "19", go, *arguments],  # noqa: S607 - whichever nice is there
        cwd=folder,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise BuildError(f"Go cannot build {what}:\n{ran.stderr[-2000:]}")
    return ran.stdout
