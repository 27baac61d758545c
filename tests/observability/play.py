"""Play: acts on a stage, with what each alert said before, while and after."""

import asyncio
import time
from collections.abc import Sequence
from typing import NamedTuple

from tests.observability.acts import Act
from tests.observability.stage import Stage

__all__ = ["Seen", "missing", "play", "quiet"]

_QUIET_WITHIN = 420.0  # seconds: the longest short window, 6 h, at sixty times the speed, and some
_FIRED_WITHIN = 40.0  # seconds after an act that its alerts may still come
_LOOK = 0.25


class Seen(NamedTuple):
    """What an act came to.

    Attributes:
        fault: in words.
        fired: seconds from its begin to each of its alerts; None where it did not fire.
    """

    fault: str
    fired: dict[str, float | None]


async def quiet(stage: Stage, seconds: float) -> set[str]:
    """Leave the stage alone; return the alerts that fired all the same."""
    found: set[str] = set()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found |= await stage.prometheus.firing()
        await asyncio.sleep(_LOOK)
    return found


async def play(stage: Stage, act: Act) -> Seen:
    """Wait until its alerts are quiet, do it, and wait until each has fired."""
    wanted = {*act.alerts}
    async with asyncio.timeout(_QUIET_WITHIN):
        while wanted & await stage.prometheus.firing():  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(_LOOK)
    began = time.monotonic()
    fired: dict[str, float | None] = dict.fromkeys(act.alerts)
    playing = asyncio.ensure_future(act.play(stage))
    ended: float | None = None
    while None in fired.values():
        for name in wanted & await stage.prometheus.firing():
            if fired[name] is None:
                fired[name] = time.monotonic() - began
        if playing.done():
            ended = ended or time.monotonic()
            if time.monotonic() > ended + _FIRED_WITHIN:
                break
        await asyncio.sleep(_LOOK)
    await playing
    return Seen(act.fault, fired)


def missing(seen: Sequence[Seen]) -> list[str]:
    """Return the alerts that did not fire for what they are for."""
    return [name for one in seen for name, after in one.fired.items() if after is None]
