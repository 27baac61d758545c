"""Container: the image run by an OCI runtime, as locked down as Kubernetes' restricted profile.

May live here: the bundle and the runtime (runc). May not: what is expected of what runs.
"""

import json
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.serving import Served
from tests.image.building import inspect, run

__all__ = ["Container", "mounted", "running"]

_SHARED = {"network", "cgroup"}  # with the machine: Kafka is on its loopback
_SHELLS = ("/bin/sh", "/bin/dash", "/bin/bash", "/usr/bin/sh", "/usr/bin/dash", "/usr/bin/bash")


class Container(Served):
    """A container that runs, and the gateway in it.

    Attributes:
        name: the runtime's name for it.
    """

    name = ""

    def execute(self, *arguments: str) -> tuple[int, str]:
        """Run a command in it; return its exit code and what it wrote."""
        done = subprocess.run(  # noqa: S603 - runc, on our own container
            ["runc", "exec", self.name, *arguments],  # noqa: S607 - whichever runc is there
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def terminate(self) -> int:
        """End it as an engine does, by the image's signal; return its exit code."""
        run(["runc", "kill", self.name, "SIGTERM"])
        return self.process.wait(timeout=60)


@contextmanager
def mounted(image: str) -> Iterator[Path]:
    """Lay an image's files out in a folder."""
    container = run(["buildah", "from", "--pull-never", image])
    try:
        yield Path(run(["buildah", "mount", container]))
    finally:
        run(["buildah", "rm", container])


@contextmanager
def running(image: str, root: Path, variables: Mapping[str, str]) -> Iterator[Container]:
    """Run an image's own command on its files; kill it at the end.

    Args:
        image: says which command, as whom, with which variables.
        root: its files.
        variables: its configuration.
    """
    name = f"cstar-gateway-{uuid.uuid4().hex[:8]}"
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder)
        run(["runc", "spec", "--bundle", folder])
        spec = json.loads((bundle / "config.json").read_text(encoding="utf-8"))
        restricted = _restricted(spec, inspect(image)["config"], root, variables)
        (bundle / "config.json").write_text(json.dumps(restricted), encoding="utf-8")
        with (bundle / "log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - runc, on our own bundle
                ["runc", "run", "--bundle", folder, name],  # noqa: S607 - as above
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        container = Container(process, bundle / "log")
        container.name = name
        try:
            yield container
        finally:
            subprocess.run(["runc", "delete", "--force", name], check=False)  # noqa: S603, S607
            process.wait(timeout=30)


def _restricted(
    spec: dict[str, Any], config: dict[str, Any], root: Path, variables: Mapping[str, str]
) -> dict[str, Any]:
    """Return the runtime's own specification with the image's command, and nothing it may do."""
    user, group = map(int, config["User"].split(":"))
    command: Sequence[str] = [*config["Entrypoint"], *config["Cmd"]]
    spec["root"] = {"path": str(root), "readonly": True}
    spec["process"] |= {
        "terminal": False,
        "user": {"uid": user, "gid": group},
        "args": command,
        "cwd": config["WorkingDir"],
        "env": [*config["Env"], *(f"{key}={value}" for key, value in variables.items())],
        "capabilities": {},
        "noNewPrivileges": True,
    }
    linux = spec["linux"]
    linux["namespaces"] = [one for one in linux["namespaces"] if one["type"] not in _SHARED]
    shells = [shell for shell in _SHELLS if (root / shell.lstrip("/")).exists()]
    linux["maskedPaths"] = [*linux["maskedPaths"], *shells]  # a shell that is called is not there
    linux.pop("resources", None)
    return spec
