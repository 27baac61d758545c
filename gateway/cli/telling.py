"""Telling: what a replay found and did, for people and for machines.

May live here: words, tables, progress. May not: what is done (`replaying`).
"""

import contextlib
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from gateway.cli.consuming import Passed
from gateway.cli.replaying import FAILED, Result
from gateway.cli.voice import EVERY_SECONDS, MOST_SHOWN, Voice
from gateway.logs import clean
from gateway.pipeline.reasons import Outcome

__all__ = ["Telling", "is_whole"]

_STYLES = {
    Outcome.ACCEPTED: "green",
    Outcome.DUPLICATE: "cyan",
    Outcome.FILTERED: "cyan",
    Outcome.QUARANTINED: "yellow",
    FAILED: "bold red",
}
_WORDS = {
    Outcome.ACCEPTED: "replayed",
    Outcome.DUPLICATE: "there already",
    Outcome.FILTERED: "wanted by nobody",
    Outcome.QUARANTINED: "still unusable",
    FAILED: "failed",
}
_CAN = "can be replayed"


def is_whole(counts: Mapping[str, int], total: int) -> bool:
    """Tell whether of `total` records every one was replayed, was there, or is wanted by nobody."""
    good = counts.get(Outcome.ACCEPTED, 0), counts.get(Outcome.DUPLICATE, 0)
    return sum(good) + counts.get(Outcome.FILTERED, 0) == total


class Telling(Voice):
    """Speaks to whoever ran a replay."""

    @contextlib.contextmanager
    def progress(self, what: str) -> Iterator[Passed]:
        """Show how far something long has come: a bar on a terminal, a line now and then if not."""
        if self.json:
            yield _unheard
        elif not self.err.is_terminal:
            yield self._lines(what)
        else:
            columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
            bar = Progress(*columns, TimeRemainingColumn(), console=self.err, transient=True)
            with bar:
                task = bar.add_task(what, total=None)
                yield lambda done, total: bar.update(task, completed=done, total=total)

    def _lines(self, what: str) -> Passed:
        told_at = time.monotonic()

        def passed(done: int, total: int) -> None:
            nonlocal told_at
            if time.monotonic() - told_at >= EVERY_SECONDS:
                told_at = time.monotonic()
                self.note(f"{what}: {done:,} of {total:,}")

        return passed

    def show(self, results: Sequence[Result]) -> None:
        """List what a dry run found, the first of them where people look."""
        if self.json:
            for result in results:
                self.write(_as_json(result))
            return
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for heading in ("where", "arrived", "reason", "team", "id", "type"):
            table.add_column(heading, overflow="fold")
        table.add_column("bytes", justify="right")
        for heading in ("detail", "a replay"):
            table.add_column(heading, overflow="fold")
        for result in results[:MOST_SHOWN]:
            row = result.row
            told = (row.place, _moment(row.arrived_at), row.reason, row.team, row.id, row.type)
            cells = [Text(str(clean("" if one is None else str(one)))) for one in told]
            table.add_row(*cells, f"{row.size:,}", Text(str(clean(row.detail))), _would(result))
        self.out.print(table)
        if len(results) > MOST_SHOWN:
            self.note(f"… and {len(results) - MOST_SHOWN:,} more: --json lists all of them")

    def tell(self, result: Result) -> None:
        """Tell how the replay of one record ended; people hear of those they must look at."""
        if self.json:
            self.write(_as_json(result))
        elif result.outcome in {Outcome.QUARANTINED, FAILED}:
            self.shown += 1
            if self.shown <= MOST_SHOWN:
                row = result.row
                line = Text(f"{row.place}  {clean(row.type)}  {clean(row.id)}  ")
                self.out.print(line.append_text(_ended(result)), soft_wrap=True)

    def sum_up(
        self, counts: Counter[str], total: int, *, before: int, dry: bool, unmarked: int = 0
    ) -> None:
        """Tell what it came to.

        Args:
            counts: by outcome.
            total: how many were to be replayed.
            before: how many of those meant were replayed before.
            dry: whether nothing was done.
            unmarked: how many were replayed and could not be marked.
        """
        left = total - counts.total()
        if self.json:
            outcomes = {str(name): counts.get(name, 0) for name in _WORDS}
            rest = {"left": left, "replayed_before": before, "unmarked": unmarked}
            self.write({"summary": {"dry_run": dry, "records": total, **outcomes, **rest}})
            return
        told = Text(f"{total:,} {'looked at' if dry else 'tried'}", "bold")
        words = _WORDS | ({Outcome.ACCEPTED: _CAN} if dry else {})
        for outcome, word in words.items():
            if counts[outcome]:
                told.append("  ").append(f"{counts[outcome]:,} {word}", _STYLES[outcome])
        if left:
            told.append(f"  {left:,} not begun", "bold red")
        if unmarked:
            told.append(f"  {unmarked:,} without a marker: the next replay finds them", "yellow")
        if before:
            told.append(f"  {before:,} replayed before", "dim")
        self.out.print(told, soft_wrap=True)


def _would(result: Result) -> Text:
    if result.outcome == Outcome.ACCEPTED:
        return Text(_CAN, "green")
    return _ended(result)


def _ended(result: Result) -> Text:
    """Tell how one ended, with the words for why."""
    told = Text(_WORDS[Outcome(result.outcome)] if result.outcome != FAILED else FAILED)
    told.stylize(_STYLES[result.outcome])
    return told.append(f": {result.reason}").append(
        f" ({clean(result.detail)})" if result.detail else "", "dim"
    )


def _as_json(result: Result) -> dict[str, Any]:
    row = result.row
    return {
        "partition": row.place.partition,
        "offset": row.place.offset,
        "arrived_at": _moment(row.arrived_at),
        "reason": row.reason,
        "detail": row.detail,
        "webhook": row.webhook,
        "team": row.team,
        "id": row.id,
        "type": row.type,
        "bytes": row.size,
        "replay": {
            "outcome": result.outcome,
            "reason": result.reason,
            "detail": result.detail,
        },
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _unheard(done: int, total: int) -> None:
    """Say nothing."""
