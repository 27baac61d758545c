"""`stages`: each step of the path, alone."""

from benchmarks import show
from benchmarks.cli.options import CONSOLE, Name, Seed, Short, tell
from benchmarks.contenders import shipped
from benchmarks.deliveries import Mix
from benchmarks.result import head, keep
from benchmarks.stages import NAMES, Stage, StagePlan, Stages
from benchmarks.task import ask

__all__ = ["stages"]

_REPEATS = 20


def stages(*, seed: Seed = 1, name: Name = "", short: Short = False) -> None:
    """Time and memory of each step of the path, alone, each in a fresh process."""
    began, gateway, found = head(), shipped(), []
    with CONSOLE.status("measuring each step alone"):
        for step in NAMES:
            plan = StagePlan(name=step, mix=Mix(seed=seed), repeats=1 if short else _REPEATS)
            found.append(ask("stages", plan, Stage, gateway.folder()))
    result = Stages(head=began, stages=found, server=gateway.name)
    keep(result, name or ("short-stages" if short else "stages"))
    tell(show.stages(result))
