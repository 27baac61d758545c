"""Ingest run: the steps of one ingest: dry run, ask; or become ready, then file after file.

May live here: the order of the steps, what is kept between them, and how a run is ended early. May
not: the steps.
"""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import typer
from aiokafka.errors import KafkaError

from gateway import parts
from gateway.cli.checkpoint import (
    Checkpoint,
    CheckpointFailed,
    Keeping,
    Mark,
    Unkept,
    resume,
)
from gateway.cli.ground import DryGround, Ground, KafkaGround, wanting
from gateway.cli.held import Sums
from gateway.cli.ingesting import Ingesting
from gateway.cli.inspection import why
from gateway.cli.readiness import ready
from gateway.cli.report import Report, Total
from gateway.cli.source import STDIN, Chunk, Feed, Source, SourceFailed
from gateway.config import Config
from gateway.pipeline.webhook import Webhook

__all__ = ["Wish", "run"]

_TURNS = 20  # chunks a second, where there is a rate: so evenly it is kept
_MOST_LINES = 1024  # of a chunk
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_AGAIN = "run it again for the rest: what is published is not published twice"
_INTERRUPTED = "interrupted"
_FORGETFUL = (
    'idempotency.store is "memory": what was accepted before is not known here, and what is '
    "accepted here will not be known to others"
)


class Wish(NamedTuple):
    """What was asked for.

    Attributes:
        files: of events, or `STDIN`.
        webhook: under whose rules they go.
        sure: ingest without asking; False: a dry run; None: ask where there is somebody.
        rate: most events a second; None: as many as can be.
        checkpoints: a folder for them; None: beside each file.
        afresh: begin at the beginning, whatever they say.
    """

    files: Sequence[Path]
    webhook: Webhook
    sure: bool | None = None
    rate: float | None = None
    checkpoints: Path | None = None
    afresh: bool = False


async def run(config: Config, wish: Wish, report: Report) -> int:
    """Do what was asked for; return the process's exit code."""
    servers = parts.kafka_settings(config).servers
    try:
        return await _Run(config, wish, report).run()
    except CheckpointFailed as failed:
        report.problem(str(failed), failed.fix)
    except asyncio.CancelledError:
        report.problem("Interrupted.", _AGAIN)
    except (KafkaError, OSError, TimeoutError) as error:
        told = str(error) if type(error) in {TimeoutError, ConnectionError} else why(error)
        report.problem(f"Kafka at {servers}: {told}", f"cstar-gateway check says more; {_AGAIN}")
    return 1


class _Run:
    """One run over all files."""

    def __init__(self, config: Config, wish: Wish, report: Report) -> None:
        self._config = config
        self._wish = wish
        self._report = report
        self._into = f"{parts.kafka_settings(config).servers} {config.topics.prefix}"
        self._sums = Sums()
        self._before = self._bad_before = 0
        self._stop: Callable[[], None] | None = None
        self._stopped = False

    async def run(self) -> int:
        for path in self._wish.files:  # a fault of one is told before anything is done
            self._unkept(path)
        if self._wish.sure:
            return await self._ingest()
        code = await self._dry_run()
        if self._wish.sure is None and self._sums.counts and not self._stopped:
            if not sys.stdin.isatty() or not sys.stdout.isatty():
                self._report.note("→ --yes ingests them", "green")
            elif typer.confirm("Ingest them?", err=True):
                self._sums, self._before, self._bad_before = Sums(), 0, 0
                return await self._ingest()
        return code

    async def _dry_run(self) -> int:
        """Tell what an ingest would do; reach no Kafka, write nothing."""
        began, ground = time.monotonic(), DryGround(self._config)
        with self._stoppable():
            unfinished = await self._go_through(ground, self._unkept)
        return self._sum_up(began, unfinished, dry=True, noticed=ground.noticed.counts)

    async def _ingest(self) -> int:
        if self._config.idempotency.store == "memory":
            self._report.note(_FORGETFUL, "yellow")
        with self._stoppable():
            async with ready(self._config, self._report, wanting, in_order=True) as engine:
                began = time.monotonic()
                unfinished = await self._go_through(KafkaGround(engine), self._kept)
        return self._sum_up(began, unfinished)

    def _unkept(self, path: Path) -> Unkept:
        """Return the mark of a file, to be read only."""
        if path == STDIN:
            return Unkept(Mark(into=self._into))
        kept = Checkpoint.of(path, self._wish.checkpoints)
        return Unkept(Checkpoint.peek(kept, self._into, afresh=self._wish.afresh))

    def _kept(self, path: Path) -> Checkpoint | Unkept:
        """Return the mark of a file, to be kept; nobody could go back in standard input."""
        if path == STDIN:
            return Unkept(Mark(into=self._into))
        kept = Checkpoint.of(path, self._wish.checkpoints)
        return Checkpoint(kept, self._into, afresh=self._wish.afresh)

    async def _go_through(self, ground: Ground, keep: Callable[[Path], Checkpoint | Unkept]) -> int:
        """Ingest file after file; return how many of them are not done."""
        failed = 0
        for number, path in enumerate(self._wish.files):
            lost: str | None = _INTERRUPTED
            try:
                if not self._stopped:
                    with Source(path) as source, keep(path) as kept:
                        lost = await self._file(ground, source, kept)
            except SourceFailed as fault:
                self._report.problem(str(fault), "what could be read of it is done")
                failed += 1
                continue
            if lost is not None:
                self._report.problem(f"Given up: {lost}", _AGAIN)
                return failed + len(self._wish.files) - number
        return failed

    async def _file(self, ground: Ground, source: Source, kept: Checkpoint | Unkept) -> str | None:
        """Ingest a file from where it came; return why the rest of it is given up."""
        begun, rate = kept.mark, self._wish.rate
        await asyncio.to_thread(resume, source, begun)
        self._before += begun.lines
        self._bad_before += begun.bad
        most = _MOST_LINES if rate is None else max(1, min(_MOST_LINES, int(rate / _TURNS)))
        longest = self._config.ingress.max_body_bytes
        feed = Feed(source.chunks(end=begun.end, line=begun.lines, longest=longest, most=most))
        keeping = Keeping(kept)
        with self._report.progress(source.name, source.size) as passed:

            def done(chunk: Chunk, bad: int) -> None:
                keeping.done(chunk, bad)
                passed(chunk.passed, keeping.mark.lines - begun.lines)

            ingesting = Ingesting(
                ground,
                self._wish.webhook,
                sums=self._sums,
                done=done,
                tell=lambda bad: self._report.bad(source.name, bad),
                rate=rate,
            )

            def stop() -> None:
                ingesting.stop(_INTERRUPTED)
                feed.close()

            self._stop = stop
            try:
                await ingesting.run(feed.chunks())
            finally:
                self._stop = None
                feed.close()
                keeping.flush()
        return ingesting.lost

    @contextlib.contextmanager
    def _stoppable(self) -> Iterator[None]:
        """Have the first signal end the run in order, and the second at once."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101 - we are one

        def heed() -> None:
            if self._stop is None or self._stopped:
                task.cancel()
            else:
                self._stop()
            self._stopped = True

        for number in _SIGNALS:
            loop.add_signal_handler(number, heed)
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    def _sum_up(
        self,
        began: float,
        unfinished: int,
        *,
        dry: bool = False,
        noticed: Mapping[str, int] | None = None,
    ) -> int:
        total = Total(
            self._sums,
            seconds=time.monotonic() - began,
            dry=dry,
            before=self._before,
            bad_before=self._bad_before,
            unfinished=unfinished,
            noticed=noticed or {},
        )
        self._report.sum_up(total)
        return 0 if total.well else 1
