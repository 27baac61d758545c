"""Report: how an ingest goes and what it came to, for people and for machines.

May live here: words, tables, progress. May not: what is done (`ingest_run`).
"""

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from rich import box
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from gateway.cli.held import Bad, Sums
from gateway.cli.voice import EVERY_SECONDS, MOST_SHOWN, Voice
from gateway.logs import clean
from gateway.pipeline.reasons import ENDINGS, Outcome

__all__ = ["Passed", "Report", "Total"]

Passed = Callable[[int, int], None]
"""Told, now and then, how many bytes of a file and how many lines in all have passed."""

_STYLES = {
    Outcome.ACCEPTED: "green",
    Outcome.DUPLICATE: "cyan",
    Outcome.FILTERED: "cyan",
    Outcome.QUARANTINED: "yellow",
    Outcome.REJECTED: "bold red",
}
_WOULD = {
    Outcome.ACCEPTED: "would be published",
    Outcome.DUPLICATE: "twice in what is read",
    Outcome.FILTERED: "wanted by nobody",
    Outcome.QUARANTINED: "would be quarantined",
    Outcome.REJECTED: "too long to be taken",
}
_WORDS = {
    Outcome.ACCEPTED: "published",
    Outcome.DUPLICATE: "there already",
    Outcome.FILTERED: "wanted by nobody",
    Outcome.QUARANTINED: "quarantined",
    Outcome.REJECTED: "too long to be taken",
}


class Total(NamedTuple):
    """What an ingest came to.

    Attributes:
        sums: lines done.
        seconds: it took.
        dry: whether nothing was done.
        before: lines that earlier runs had done.
        bad_before: of them no usable events.
        unfinished: files, or what is left of them, that are not done.
        noticed: what is odd about events that are published all the same; of a dry run.
    """

    sums: Sums
    seconds: float
    dry: bool
    before: int = 0
    bad_before: int = 0
    unfinished: int = 0
    noticed: Mapping[str, int] = {}

    @property
    def outcomes(self) -> Counter[Outcome]:
        """Lines done, by outcome."""
        found: Counter[Outcome] = Counter()
        for (reason, _), count in self.sums.counts.items():
            found[ENDINGS[reason].outcome] += count
        return found

    @property
    def well(self) -> bool:
        """Whether every line is done, and every one was an event."""
        found = self.outcomes
        bad = found[Outcome.QUARANTINED] + found[Outcome.REJECTED] + self.bad_before
        return not bad and not self.unfinished


class Report(Voice):
    """Speaks to whoever ran an ingest."""

    @contextlib.contextmanager
    def progress(self, what: str, size: int) -> Iterator[Passed]:
        """Show how far a file has come: a bar on a terminal, a line now and then if not.

        Args:
            what: the file.
            size: its bytes; 0: nobody knows.
        """
        if self.json:
            yield _unheard
        elif not self.err.is_terminal:
            yield self._lines(what, size)
        else:
            lines = TextColumn("{task.fields[lines]:,} lines  {task.fields[rate]:,.0f}/s")
            columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), lines)
            began = time.monotonic()
            bar = Progress(*columns, TimeRemainingColumn(), console=self.err, transient=True)
            with bar:
                task = bar.add_task(str(clean(what)), total=size or None, lines=0, rate=0.0)

                def passed(done: int, lines: int) -> None:
                    rate = lines / max(time.monotonic() - began, 0.001)
                    bar.update(task, completed=done, lines=lines, rate=rate)

                yield passed

    def _lines(self, what: str, size: int) -> Passed:
        began = told_at = time.monotonic()

        def passed(done: int, lines: int) -> None:
            nonlocal told_at
            now = time.monotonic()
            if now - told_at >= EVERY_SECONDS:
                told_at = now
                share = f"{100 * done / size:.0f} %, " if size else ""
                self.note(f"{what}: {share}{lines:,} lines, {lines / (now - began):,.0f}/s")

        return passed

    def bad(self, file: str, bad: Bad) -> None:
        """Tell of a line that is no usable event."""
        outcome = ENDINGS[bad.reason].outcome
        if self.json:
            told = {"file": file, "line": bad.line, "outcome": outcome, "reason": bad.reason}
            self.write({**told, "detail": bad.detail, "id": bad.id})
            return
        self.shown += 1
        if self.shown > MOST_SHOWN:
            return
        line = Text(str(clean(f"{file}:{bad.line}  {bad.id or ''}")).rstrip() + "  ")
        why = f"{outcome}: {bad.reason}" + (f" ({bad.detail})" if bad.detail else "")
        self.out.print(line.append(str(clean(why)), _STYLES[outcome]), soft_wrap=True)
        if self.shown == MOST_SHOWN:
            self.note("… more of them are counted, not shown: --json tells all of them")

    def sum_up(self, total: Total) -> None:
        """Tell what it came to."""
        if self.json:
            self.write({"summary": _as_json(total)})
            return
        outcomes = total.outcomes
        self._show_types(total)
        lines = outcomes.total() + total.sums.blank
        told = Text(f"{lines:,} lines in {total.seconds:.1f} s", "bold")
        for outcome, word in (_WOULD if total.dry else _WORDS).items():
            if outcomes[outcome]:
                told.append("  ").append(f"{outcomes[outcome]:,} {word}", _STYLES[outcome])
        for count, word in ((total.sums.blank, "empty"), (total.before, "done before")):
            if count:
                told.append(f"  {count:,} {word}", "dim")
        if total.unfinished:
            files = "file" if total.unfinished == 1 else "files"
            told.append(f"  {total.unfinished:,} {files} not done", "bold red")
        self.out.print(told, soft_wrap=True)

    def _show_types(self, total: Total) -> None:
        """Show how many lines of each type ended how."""
        counts = total.sums.counts
        if not counts:
            return
        reasons = sorted({reason for reason, _ in counts}, key=list(ENDINGS).index)
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column("type")
        for reason in reasons:
            table.add_column(str(reason), justify="right", style=_STYLES[ENDINGS[reason].outcome])
        for event_type in sorted({event_type for _, event_type in counts}):
            cells = (counts[reason, event_type] for reason in reasons)
            table.add_row(event_type, *(f"{cell:,}" if cell else "" for cell in cells))
        self.out.print(table)
        for what, count in sorted(total.noticed.items()):
            self.out.print(f"{what}: {count:,}", style="dim")


def _as_json(total: Total) -> dict[str, object]:
    reasons: Counter[str] = Counter()
    types: dict[str, Counter[str]] = {}
    for (reason, event_type), count in total.sums.counts.items():
        reasons[reason.value] += count
        types.setdefault(event_type, Counter())[reason.value] += count
    outcomes = total.outcomes
    return {
        "dry_run": total.dry,
        "lines": outcomes.total() + total.sums.blank,
        **{outcome.value: outcomes[outcome] for outcome in _WORDS},
        "blank": total.sums.blank,
        "done_before": total.before,
        "bad_before": total.bad_before,
        "unfinished": total.unfinished,
        "seconds": round(total.seconds, 3),
        "reasons": dict(sorted(reasons.items())),
        "types": {name: dict(sorted(types[name].items())) for name in sorted(types)},
        "noticed": dict(total.noticed),
    }


def _unheard(done: int, lines: int) -> None:
    """Say nothing."""
