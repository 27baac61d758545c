"""Building: a base, and deploy/Dockerfile on it, with buildah; as root, without an engine.

May live here: what makes an image, and what an image says of itself. May not: running one
(`container`).
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gateway

__all__ = ["BASE", "TAG", "CannotBuildError", "base", "build", "inspect", "tools"]

ROOT = Path(__file__).parents[2]
BASE = "localhost/cstar-gateway-base:bookworm"
TAG = "localhost/cstar-gateway:check"

_TOOLS = ("buildah", "mmdebstrap", "runc")
_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"  # Ubuntu does not have them by itself
_GIT = ("git", "-c", "safe.directory=*", "-C", str(ROOT))  # sudo: another's repository
_LEFT_OUT = ("man", "doc", "locale")
# How this machine's pip reaches its index, if by anything but its own defaults.
_BORROWED = ("/etc/pip.conf", "/etc/ssl/certs")


class CannotBuildError(Exception):
    """A tool is missing, or failed; says which, and what it said."""


def run(arguments: Sequence[str]) -> str:
    """Return what a tool writes on standard output.

    Raises:
        CannotBuildError: it failed.
    """
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
        raise CannotBuildError(f"{' '.join(arguments[:3])} … ended with {done.returncode}:\n{said}")
    return done.stdout.strip()


def tools() -> None:
    """See to the tools: install what is missing.

    Raises:
        CannotBuildError: this is not root, or they cannot be installed.
    """
    if os.geteuid() != 0:
        raise CannotBuildError("images are built and run as root here: sudo make image")
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if not Path(_KEYS).exists():
        missing.append("debian-archive-keyring")
    if missing:
        run(["apt-get", "update", "--quiet"])
        run(["apt-get", "install", "--quiet", "--yes", "--no-install-recommends", *missing])


def base() -> None:
    """Make the base, unless it is there: Debian's essentials, Python and its venv."""
    if run(["buildah", "images", "--quiet", "--filter", f"reference={BASE}"]):
        return
    with tempfile.TemporaryDirectory() as folder:
        archive = f"{folder}/base.tar"
        excluded = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in _LEFT_OUT]
        included = "--include=python3,python3-venv,ca-certificates"
        run(["mmdebstrap", "--variant=minbase", included, *excluded, "bookworm", archive])
        made = run(["buildah", "from", "scratch"])
        run(["buildah", "add", "--quiet", made, archive, "/"])
        run(["buildah", "commit", "--quiet", "--rm", made, BASE])


def build(on: str, requirements: str, *, compiled: bool) -> None:
    """Build the image on a base, with one of the locks, and a compiler or none."""
    borrowed = [f"--volume={path}:{path}:ro" for path in _BORROWED if Path(path).exists()]
    arguments = {
        "BASE": on,
        "REQUIREMENTS": requirements,
        "COMPILED": str(int(compiled)),
        "VERSION": gateway.__version__,
        "REVISION": run([*_GIT, "rev-parse", "HEAD"]),
    }
    run(
        [
            *("buildah", "bud", "--isolation=chroot", "--format=docker", "--tag", TAG),
            *borrowed,
            *(f"--build-arg={name}={value}" for name, value in arguments.items()),
            *("--file", str(ROOT / "deploy/Dockerfile"), str(ROOT)),
        ]
    )


def inspect(image: str) -> dict[str, Any]:
    """Return what an image says of itself: its configuration, as an engine reads it."""
    found: dict[str, Any] = json.loads(run(["buildah", "inspect", "--type", "image", image]))
    described: dict[str, Any] = found["Docker"]
    return described
