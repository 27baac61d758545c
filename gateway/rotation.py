"""Rotation: secrets in files, read anew while the gateway runs.

New content goes live within a look; content that will not do never takes the place of content that
does. May live here: looking, deciding what goes live, telling it. May not: what a secret must be
(`config.secrets`), what is made of secrets (`parts`).
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping
from threading import Thread
from typing import NamedTuple, TypeVar

import structlog

from gateway.config import Config, Secret, cautions
from gateway.config.faults import Problem
from gateway.metrics.secrets import SecretMeter

__all__ = ["LOOK_SECONDS", "Place", "Rotation", "decide"]

LOOK_SECONDS = 1.0
"""How long after one look at the files the next one comes."""

_T = TypeVar("_T")

_log = structlog.get_logger(__name__)


class Place(NamedTuple):
    """A secret's place in the configuration, which stays whatever is put there.

    Attributes:
        webhook: its name.
        number: among the webhook's secrets, from 0.
    """

    webhook: str
    number: int


class Decision(NamedTuple):
    """What follows from a look.

    Attributes:
        live: the secret of each place.
        problems: of what was found and did not go live.
    """

    live: dict[Place, Secret]
    problems: dict[Place, Problem]


def decide(live: Mapping[Place, Secret], found: Mapping[Place, Secret | Problem]) -> Decision:
    """Return what is live once `found` was seen, where `live` was live before.

    A secret tells whose a delivery is. So one that another place holds does not go live, as the
    gateway would not start with it.
    """
    after, problems = dict(live), {}
    for place, what in found.items():
        if isinstance(what, Problem):
            problems[place] = what
        else:
            after[place] = what
    while doubled := dict(_doubled(live, after)):
        for place, owner in doubled.items():
            problems[place] = Problem(
                f"{after[place]} is the secret that webhook {owner.webhook} has in {after[owner]}",
                "put each secret into one place",
            )
        after |= {place: live[place] for place in doubled}
    return Decision(after, problems)


def _doubled(
    before: Mapping[Place, Secret], after: Mapping[Place, Secret]
) -> Iterator[tuple[Place, Place]]:
    """Yield each place whose secret is new there, and another place that holds it too."""
    holders: dict[Secret, list[Place]] = {}
    for place, secret in after.items():
        holders.setdefault(secret, []).append(place)
    for place, secret in after.items():
        others = [holder for holder in holders[secret] if holder != place]
        if others and secret != before[place]:
            yield place, others[0]


class Rotation:
    """Looks at the files that secrets lie in, and has a renewed configuration taken.

    Args:
        config: with the secrets that are live now.
        take: is given the configuration whenever a secret of it changed.
        meter: counts.
        interval: seconds between two looks.
    """

    def __init__(
        self,
        config: Config,
        take: Callable[[Config], None],
        meter: SecretMeter,
        interval: float = LOOK_SECONDS,
    ) -> None:
        self._config = config
        self._take = take
        self._meter = meter
        self._interval = interval
        self._live = {
            Place(webhook.name, number): secret
            for webhook in config.webhooks
            for number, secret in enumerate(webhook.secrets)
        }
        self._watched = {place: secret for place, secret in self._live.items() if secret.lasting}
        self._problems: dict[Place, str] = {}
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin looking, where there is a file to look at."""
        if self._watched:
            self._looking = asyncio.create_task(self._look_on())

    def stop(self) -> None:
        """Look no more; what is live stays so."""
        if self._looking is not None:
            self._looking.cancel()

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            await self.look()

    async def look(self) -> None:
        """Read every file, and take what is new."""
        live, problems = decide(self._live, await self._find())
        if any(self._problems.get(place) != one.problem for place, one in problems.items()):
            # A file may have been met while it was written, a mount while it changed.
            await asyncio.sleep(self._interval / 10)
            live, problems = decide(self._live, await self._find())
        before, self._live = self._live, live
        if live != before:
            self._renew()
        for place in self._watched:
            self._tell(place, problems.get(place), changed=live[place] != before[place])

    async def _find(self) -> dict[Place, Secret | Problem]:
        """Read every file in a thread of its own, which neither the loop nor an exit waits for.

        A mount that hangs would hold up both: threads of the loop's executor are joined at its end.
        """
        loop = asyncio.get_running_loop()
        found: asyncio.Future[dict[Place, Secret | Problem]] = loop.create_future()

        def read() -> None:
            read_now = self._read()
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(_settle, found, read_now)

        try:
            Thread(target=read, name="rotation", daemon=True).start()
        except RuntimeError as error:  # there may be a thread to be had at the next look
            problem = Problem(f"cannot be looked at: {error}", "give the process more threads")
            return dict.fromkeys(self._watched, problem)
        return await found

    def _read(self) -> dict[Place, Secret | Problem]:
        """Read all of every file: a few are read in less time than it takes to be wrong.

        The times of a file tell less than its content: a second change within one tick of the file
        system's clock leaves them as they are, and a mounted Secret changes by a link to another
        folder.
        """
        return {place: _reread(secret) for place, secret in self._watched.items()}

    def _renew(self) -> None:
        """Have the live secrets taken; warn of what is seldom meant, as at the start."""
        known = cautions(self._config)
        self._config = _renewed(self._config, self._live)
        self._take(self._config)
        for caution in cautions(self._config):
            if caution not in known:
                _log.warning(
                    "configuration", key=caution.key, problem=caution.message, fix=caution.fix
                )

    def _tell(self, place: Place, problem: Problem | None, *, changed: bool) -> None:
        """Tell what became of a place, once for each time it changes."""
        log = _log.bind(
            webhook=place.webhook, secret=place.number, reference=str(self._watched[place])
        )
        told = self._problems.pop(place, None)
        if problem is not None:
            self._problems[place] = problem.problem
            if told != problem.problem:
                self._meter.failed(*place)
                log.error(
                    "secret not reloaded, its last good content stays live",
                    problem=problem.problem,
                    fix=problem.fix,
                )
        elif told is not None:
            self._meter.healed(*place)
            log.info("secret can be read again")
        if changed:
            self._meter.reloaded(*place)
            log.info("secret reloaded")


def _reread(secret: Secret) -> Secret | Problem:
    try:
        return secret.reread()
    except Problem as problem:
        return problem
    except Exception as error:  # noqa: BLE001 - the looking must outlive what nobody foresaw
        return Problem(f"{secret} cannot be read: {type(error).__name__}", "see to the machine")


def _settle(future: asyncio.Future[_T], value: _T) -> None:
    if not future.done():  # it was cancelled when the looking was stopped
        future.set_result(value)


def _renewed(config: Config, live: Mapping[Place, Secret]) -> Config:
    """Return the configuration with the secrets that are live."""
    webhooks = [
        webhook.model_copy(
            update={"secrets": tuple(live[Place(webhook.name, at)] for at in range(count))}
        )
        for webhook, count in ((one, len(one.secrets)) for one in config.webhooks)
    ]
    return config.model_copy(update={"webhooks": tuple(webhooks)})
