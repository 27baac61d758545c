"""Showing: each event type sent once beside the record consumers read, then traffic as it flows.

On a terminal the sum of it stays on the last line; elsewhere lines follow lines.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator

from rich.console import Console
from rich.live import Live
from rich.text import Text

from gateway.cli.local import Local
from gateway.cli.reader import Reader
from gateway.cli.tally import Tally
from gateway.cli.view import View, show_line
from gateway.events.catalogue import CATALOGUE
from gateway.simulator.occurrence import happen
from gateway.simulator.sender import Sender, Sent
from gateway.simulator.traffic import TEAMS, drive, random_occurrences

__all__ = ["Showing"]

_READ_SECONDS = 30.0
_SHOWN_IN_FULL = "ticket.created"
_MOST_SHOWN = 20.0  # events a second; beyond it lines are a blur, and the sum says more
_AGAIN = 0.05


class Showing:
    """Sends, reads back, and shows.

    Attributes:
        tally: what the sender was answered.
        read: how many records were read back.
    """

    def __init__(self, console: Console, local: Local, sender: Sender, reader: Reader) -> None:
        self.tally = Tally()
        self.read = 0
        self._console = console
        self._sender = sender
        self._colours = {topic: colour for colour, topic in enumerate(local.topics)}
        self._reader = reader
        self._records = self._views(reader)

    async def every_type(self) -> bool:
        """Send each type once and show its record; tell whether all were accepted and read."""
        events = [
            happen(event_type, team_id=team)
            for event_type, team in zip(CATALOGUE, itertools.cycle(TEAMS), strict=False)
        ]
        sent: dict[str, Sent] = {}

        def note(one: Sent) -> None:
            self.tally.add(one)
            sent[one.occurrence.id] = one

        await drive(self._sender, events, note, concurrency=1)
        wanted = {one.id for one in events if sent[one.id].last.succeeded}
        views = await self._read_back(wanted)
        for event in events:
            self._show_pair(sent[event.id], views.get(event.id))
        whole = next((view for view in views.values() if view.type == _SHOWN_IN_FULL), None)
        if whole is not None:
            self._show_in_full(whole)
        found = sum(event.id in views for event in events)
        good = found == len(events)
        self._console.print(
            Text(
                f"\n{found} of {len(events)} event types sent, accepted, and read back from Kafka.",
                style="bold green" if good else "bold red",
            )
        )
        return good

    async def traffic(self, rate: float, seed: int) -> None:
        """Send sample events at a steady rate (0: none), and show what is read, until cancelled."""
        live = Live(self._sum(), console=self._console, auto_refresh=False, transient=True)
        terminal = self._console.is_terminal
        with live if terminal else contextlib.nullcontext():
            async with asyncio.TaskGroup() as group:
                if rate:
                    events = random_occurrences(seed, again=_AGAIN)
                    group.create_task(drive(self._sender, events, self.tally.add, rate=rate))
                async for view in self._records:
                    if rate <= _MOST_SHOWN:
                        self._print(view.line(self._colours[view.record.topic]))
                    if terminal:
                        live.update(self._sum(), refresh=True)

    async def _read_back(self, wanted: set[str]) -> dict[str, View]:
        """Read until the records of these events were seen, within bounds."""
        views: dict[str, View] = {}
        try:
            async with asyncio.timeout(_READ_SECONDS):
                while wanted - views.keys():
                    view = await anext(self._records)
                    views[view.id] = view
        except TimeoutError:
            self._records = self._views(self._reader)  # it ended with the wait
        return views

    def goodbye(self) -> Text:
        """Tell what it came to."""
        return self._sum()

    async def _views(self, reader: Reader) -> AsyncIterator[View]:
        async for record in reader.records():
            self.read += 1
            yield View.of(record)

    def _sum(self) -> Text:
        return self.tally.text().append(f"  {self.read} records read", style="bold")

    def _print(self, text: Text) -> None:
        show_line(self._console, text)

    def _show_pair(self, sent: Sent, view: View | None) -> None:
        status = sent.last.status
        good = sent.last.succeeded and view is not None
        told = Text(f"{status or '---'}  ", style="green" if good else "bold red")
        if view is None:
            told.append(f"{sent.occurrence.type}  not read back  {sent.last.error}")
        else:
            told.append_text(view.line(self._colours[view.record.topic]))
        self._print(told)

    def _show_in_full(self, view: View) -> None:
        self._console.print(Text("\nOne of them whole, as a consumer reads it:", style="bold"))
        self._console.print(view.heading(), soft_wrap=True)
        self._console.print(view.header_lines(), end="", soft_wrap=True)
        self._console.print(Text(view.pretty()), soft_wrap=True)
