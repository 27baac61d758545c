"""`python -m deploy.wheel`: dist/*.whl, the path of a delivery compiled, for this Python.

The build leaves what it compiles beside its source, where it would stand in the way of every later
change; so it is given a copy. What is compiled is said in pyproject.toml; why, in decision 13.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import zipfile
from pathlib import Path

__all__ = ["NO_COMPILER", "WheelError", "build", "compiled_modules", "compiler", "unpacked"]

ROOT = Path(__file__).parents[1]
NO_COMPILER = (
    "The wheel needs a C compiler and Python's own headers, and they are not here: on Debian,"
    " `apt install gcc python3-dev`. The gateway runs without, interpreted."
)

_SOURCES = ("LICENSE", "README.md", "pyproject.toml")
_ENABLED = {"HATCH_BUILD_HOOK_ENABLE_MYPYC": "1"}


class WheelError(Exception):
    """The wheel could not be built; says why."""


def compiler() -> str | None:
    """Return the C compiler, where it and Python's headers are here."""
    named = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    headers = Path(sysconfig.get_path("include")) / "Python.h"
    return shutil.which(named) if headers.exists() else None


def compiled_modules() -> list[str]:
    """Return the modules that are compiled, whose files pyproject.toml names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    files: list[str] = wheel["hooks"]["mypyc"]["include"]
    return [file.strip("/").removesuffix(".py").replace("/", ".") for file in files]


def build(into: Path) -> Path:
    """Build the wheel; return it.

    Raises:
        WheelError: there is no compiler, or the build failed.
    """
    if compiler() is None:
        raise WheelError(NO_COMPILER)
    with tempfile.TemporaryDirectory() as copy, tempfile.TemporaryDirectory() as made:
        _copy(Path(copy))
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
        done = subprocess.run(  # noqa: S603 - our own source
            [*command, "--no-build-isolation", "--wheel-dir", made, copy],
            env={**os.environ, **_ENABLED},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise WheelError(f"The wheel could not be built:\n{done.stdout}{done.stderr}".strip())
        (wheel,) = Path(made).glob("*.whl")
        into.mkdir(parents=True, exist_ok=True)
        return Path(shutil.move(wheel, into / wheel.name))


def unpacked() -> Path:
    """Build what is compiled of the source as it is, where nobody has; return its package's folder.

    It stays beside the wheels, one for each state of the source.

    Raises:
        WheelError: as `build`.
    """
    kept = ROOT / "dist"
    kept.mkdir(exist_ok=True)
    folder = kept / f"compiled-{_state()}"
    with (kept / "compiling.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests at once want it, and it takes minutes
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=kept) as made:
                with zipfile.ZipFile(build(Path(made))) as packed:
                    packed.extractall(Path(made) / "whole")
                shutil.move(Path(made) / "whole", folder)  # at once: never half of it
    return folder


def _state() -> str:
    digest = hashlib.sha256()
    for path in (ROOT / "pyproject.toml", *sorted((ROOT / "gateway").rglob("*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _copy(into: Path) -> None:
    for name in _SOURCES:
        shutil.copy2(ROOT / name, into)
    shutil.copytree(ROOT / "gateway", into / "gateway", ignore=shutil.ignore_patterns("*.so"))


def main() -> None:
    """Build it into dist/."""
    try:
        wheel = build(ROOT / "dist")
    except WheelError as failure:
        sys.exit(str(failure))
    sys.stdout.write(f"{wheel.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
