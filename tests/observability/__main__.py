"""`python -m tests.observability`: every fault and its alerts, every panel, and their pictures."""

import asyncio
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.observability.pictures import Line, draw
from docs.generate import PARTS
from docs.generate import write as write_part
from tests.observability.acts import ACTS
from tests.observability.boards import BOARDS, panels
from tests.observability.looking import empty, line_of, shown
from tests.observability.play import Seen, missing, play, quiet
from tests.observability.result import write
from tests.observability.stage import Stage, staged

_console = Console(stderr=True, highlight=False)

_PEACE = 75.0  # seconds without a fault, more than an hour of the rules' time
_PICTURES = Path(__file__).parents[2] / "docs/pictures"
_STEP, _WINDOW = 2.0, "12s"  # of the pictures


async def _run(only: set[str]) -> bool:
    async with staged() as stage:
        begin = time.time()
        noise = await quiet(stage, 5.0 if only else _PEACE)
        _console.print(f"in peace: {', '.join(sorted(noise)) or 'quiet'}")
        chosen = [act for act in ACTS if not only or only & {*act.alerts}]
        seen, holes = [], []
        for act in chosen:
            if act is ACTS[-1]:
                holes = await _look(stage, begin)  # while there still is something to see
            seen.append(await play(stage, act))
            _show(seen[-1])
    good = not (noise or holes or missing(seen))
    if good and not only:
        write(seen, peace=_PEACE, panels=sum(len([*panels(each)]) for each in BOARDS.values()))
        write_part(next(part for part in PARTS if part.name == "alerts"))
    return good


async def _look(stage: Stage, begin: float) -> list[str]:
    """Look at every panel: return those that are empty, and draw all."""
    end = time.time()
    holes = []
    for name, board in BOARDS.items():
        holes += await empty(board, stage.prometheus, begin, end)
        lines: dict[int, list[Line]] = {}
        asked = shown(board, stage.prometheus, begin, end, step=_STEP, window=_WINDOW)
        async for one in asked:
            found = [line_of(one.target, answer) for answer in one.answers]
            lines.setdefault(one.panel["id"], []).extend(found)
        draw(board, lines, _PICTURES / f"{name}.png", begin=begin, end=end)
    for hole in holes:
        _console.print("[red]empty[/]", hole, markup=True)
    return holes


def _show(seen: Seen) -> None:
    _console.print(seen.fault)
    for name, after in seen.fired.items():
        told = "[red]silent[/]" if after is None else f"fired after {after:.1f} s"
        _console.print(f"    {name}: {told}")


def main(only: Annotated[str, typer.Option(help="Alerts, with commas between.")] = "") -> None:
    """Show every alert its fault, and look at every panel."""
    chosen = {f"CstarGateway{name}" for name in only.split(",") if name}
    raise typer.Exit(0 if asyncio.run(_run(chosen)) else 1)


if __name__ == "__main__":
    typer.run(main)
