"""App: one gateway that serves. The composition root.

May live here: the listeners around the engine, the order of starting and of draining, readiness.
May not: rules of any part.

```
start   admin listener (alive, not ready), the engine in the background, public listener
ready   once Kafka has every topic and the marks are loaded; lost and regained without a restart
drain   unready, still serving → stop listening → answer what was begun → flush → close
```
"""

import asyncio
import platform
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version

import structlog

import gateway
from gateway import parts
from gateway.config import Config, Problem
from gateway.engine import FLUSH_SECONDS, Engine
from gateway.ingress.admin import AdminServer, Check
from gateway.ingress.server import IngressServer
from gateway.ingress.webhook import Intake
from gateway.metrics import labels
from gateway.readiness import Readiness
from gateway.rotation import Rotation

__all__ = ["Gateway"]

_RENEW_SECONDS = 1.0
_LIBRARIES = ("aiohttp", "aiokafka", "msgspec")

_log = structlog.get_logger(__name__)


class Gateway:
    """One gateway, built inside the running loop.

    Args:
        config: all of it.

    Attributes:
        port: of the public listener, once started.
        admin_port: of the admin listener, once started.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._draining = False
        self._engine = engine = Engine(config)
        self._tls = parts.listener_tls(config)
        self._renewables = [("kafka", what, one) for what, one in engine.renewables.items()]
        if self._tls is not None:
            self._renewables.append(("ingress", "certificates", self._tls))
        self._renewal: asyncio.TimerHandle | None = None
        self._readiness = Readiness(lambda: _all_hold(engine.checks()), engine.behind)
        unready = self._readiness.reason
        self._ingress = IngressServer(
            self._taking(), engine.telemetry, unready=unready, limits=parts.limits(config)
        )
        for check in labels.CHECK.values:
            engine.telemetry.watch("cstar_gateway_ready", partial(self._holds, check), check)
        self._admin = AdminServer(
            engine.telemetry.collectors, checks=self.checks, versions=_versions()
        )
        self._rotation = Rotation(config, self._renew, engine.telemetry.secrets)
        self.port = 0
        self.admin_port = 0

    async def start(self) -> None:
        """Listen and begin connecting; return though Kafka may be down.

        Raises:
            OSError: an address cannot be bound; says which.
        """
        config = self._config
        self.admin_port = await self._admin.start(config.admin.host, config.admin.port)
        await self._engine.start()
        try:
            self.port = await self._ingress.start(
                config.ingress.host, config.ingress.port, tls=self._tls
            )
        except OSError:
            await self.abort()
            raise
        self._rotation.start()
        self._engine.telemetry.loop.start()
        self._renew_on()
        _log.info("listening", port=self.port, admin_port=self.admin_port)

    async def drain(self) -> None:
        """Leave in order: see the top of this file. Cancelling it aborts what is left, hard."""
        config = self._config.ingress
        self._draining = True
        self._ingress.retire()
        _log.info("draining", serving_on_seconds=config.drain_delay)
        try:
            await asyncio.sleep(config.drain_delay)
            self._ingress.stop_listening()
            cut = await self._ingress.drain(config.shutdown_timeout)
            await self._engine.stop(FLUSH_SECONDS)
            _log.info("drained", requests_cut=cut)
        finally:
            await self.abort()

    async def abort(self) -> None:
        """Leave at once: nothing is written to Kafka after this returns."""
        self._draining = True
        self._rotation.stop()
        self._engine.telemetry.loop.stop()
        if self._renewal is not None:
            self._renewal.cancel()
        await self._ingress.drain(0)
        await self._engine.stop(0)
        await self._admin.stop()

    @property
    def ready(self) -> bool:
        """Whether deliveries can be taken."""
        return all(check.ok for check in self.checks())

    def checks(self) -> Sequence[Check]:
        """Return what must hold for the gateway to be ready."""
        ready = self._engine.checks()
        self._readiness.began = self._readiness.began or _all_hold(ready)
        serving = Check("serving", not self._draining, "shutting down" if self._draining else "")
        return (*ready, serving)

    def _holds(self, name: str) -> bool:
        return all(check.ok for check in self.checks() if check.name == name)

    def _renew(self, config: Config) -> None:
        """Take the secrets of a renewed configuration; deliveries on their way keep their proof."""
        self._engine.intake.keyring = parts.keyring(config)

    def _taking(self) -> Intake:
        """Return who takes deliveries: the engine's intake, in spans where those are asked for."""
        tracing, intake = self._engine.tracing, self._engine.intake
        scheme = "http" if self._tls is None else "https"
        return intake if tracing is None else tracing.intake(intake, scheme)

    def _renew_on(self) -> None:
        """Take up what connections are begun with anew; the last good serves until then."""
        for whose, what, renewable in self._renewables:
            try:
                if renewable.renew():
                    _log.info("credentials renewed", of=f"{whose} {what}")
            except Problem as found:
                of, problem, fix = f"{whose} {what}", found.problem, found.fix
                _log.error("credentials refused", of=of, problem=problem, fix=fix)
        loop = asyncio.get_running_loop()
        self._renewal = loop.call_later(_RENEW_SECONDS, self._renew_on)


def _all_hold(checks: Sequence[Check]) -> bool:
    return all(check.ok for check in checks)


def _versions() -> dict[str, str]:
    libraries = {name: version(name) for name in _LIBRARIES}
    return {"version": gateway.__version__, "python": platform.python_version(), **libraries}
