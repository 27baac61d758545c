"""Launcher: the gateway's command with a fault built in: `python -m tests.faults.launcher … serve`.

The product knows nothing of faults: what is armed here is patched in before its `main` runs.

```
--kill=POINT --after=N   SIGKILL itself when it gets there the Nth time
--stop=POINT --after=N   SIGSTOP itself, likewise
--on-signal=FAULT        befalls it at SIGUSR1, and at each further one
```
"""

import os
import signal
import sys
from collections.abc import Callable

from gateway.cli import main
from tests.faults.mishaps import MISHAPS
from tests.faults.points import IN_REPLAY, POINTS

__all__ = ["launch"]


def launch(arguments: list[str]) -> None:
    """Arm what the arguments say, and run the command with the rest."""
    options = dict(one[2:].split("=", 1) for one in arguments if one.startswith("--"))
    for what, number in (("kill", signal.SIGKILL), ("stop", signal.SIGSTOP)):
        if point := options.get(what):
            {**POINTS, **IN_REPLAY}[point](_countdown(int(options["after"]), number))
    if mishap := options.get("on-signal"):
        MISHAPS[mishap]()
    sys.argv[1:] = [one for one in arguments if not one.startswith("--")]
    main()


def _countdown(times: int, number: int) -> Callable[[], None]:
    left = times

    def passed() -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), number)

    return passed


if __name__ == "__main__":
    launch(sys.argv[1:])
