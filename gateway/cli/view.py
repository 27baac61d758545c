"""View: one record as people and machines are shown it.

What comes from the wire is shown with its control characters escaped: no event may move a
reader's cursor.
"""

import base64
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

import msgspec
from aiokafka.structs import ConsumerRecord
from rich.console import Console
from rich.text import Text

from gateway.logs import clean

__all__ = ["View", "show_line"]

_MOST_VALUE = 80
_COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "bright_cyan", "bright_magenta")


class View(NamedTuple):
    """A record, taken apart.

    Attributes:
        record: as it was read.
        headers: names and values, in order.
        event: the value, where it is a JSON object; else empty.
    """

    record: ConsumerRecord[bytes, bytes]
    headers: tuple[tuple[str, str], ...]
    event: dict[str, Any]

    @classmethod
    def of(cls, record: ConsumerRecord[bytes, bytes]) -> Self:
        """Take a record apart; anything may be in it."""
        headers = tuple((name, value.decode(errors="replace")) for name, value in record.headers)
        try:
            event = msgspec.json.decode(record.value or b"")
        except (msgspec.DecodeError, RecursionError):
            event = {}
        return cls(record, headers, event if isinstance(event, dict) else {})

    @property
    def id(self) -> str:
        """The event's id, as its header says."""
        return self._header("ce_id") or self._header("cstar-event-id")

    @property
    def type(self) -> str:
        """The event's type, as its header says."""
        return self._header("ce_type") or self._header("cstar-event-type")

    @property
    def where(self) -> str:
        """Topic, partition and offset, as `cstar.tickets[3]@17`."""
        return f"{self.record.topic}[{self.record.partition}]@{self.record.offset}"

    @property
    def fields(self) -> dict[str, Any]:
        """The flat fields: under `flat`, or beside the envelope's own in a flat payload."""
        flat = self.event.get("flat")
        if isinstance(flat, dict):
            return flat
        envelope = {"id", "type", "created_at", "team_id"}
        return {name: value for name, value in self.event.items() if name not in envelope}

    def line(self, colour: int = 0) -> Text:
        """Tell in one line where the record is, whose it is, and what happened."""
        line = Text()
        line.append(f"{clean(self.where):<24}", style=_COLOURS[colour % len(_COLOURS)])
        line.append(f"  {clean(self.type) or '?':<28}", style="bold")
        line.append("  key=", style="dim").append(f"{self._key():<25}")
        reason = self._header("cstar-reason")
        if reason:
            line.append(f"  {clean(reason)}", style="bold red")
        replayed = self._header("cstar-replayed")
        if replayed:
            line.append(
                f"  replayed {clean(replayed)} {clean(self._header('cstar-outcome'))}", "dim"
            )
        for name, value in self.fields.items():
            line.append(f"  {clean(name)}=", style="dim")
            line.append(_brief(value))
        return line

    def heading(self) -> Text:
        """Tell what Kafka itself knows of the record: where, when, whose."""
        moment = datetime.fromtimestamp(self.record.timestamp / 1000, UTC)
        return (
            Text()
            .append(str(clean(self.where)), style="cyan")
            .append(f"  key {self._key()}  at {moment.isoformat(timespec='milliseconds')}")
        )

    def header_lines(self) -> Text:
        """List the headers, one a line."""
        width = max((len(name) for name, _ in self.headers), default=0)
        lines = Text()
        for name, value in self.headers:
            lines.append(f"  {clean(name):<{width}}  ", style="dim")
            lines.append(f"{clean(value)}\n")
        return lines

    def pretty(self) -> str:
        """Return the value, indented where it is JSON."""
        if not self.event:
            return str(clean((self.record.value or b"").decode(errors="replace")))
        indented = msgspec.json.format(self.record.value or b"", indent=2).decode()
        return "".join(
            one if one.isprintable() or one == "\n" else _escape(one) for one in indented
        )

    def as_json(self) -> bytes:
        """Return everything as one JSON object; a value that is no JSON in base64."""
        record = self.record
        moment = datetime.fromtimestamp(record.timestamp / 1000, UTC)
        value = record.value or b""
        shown = (
            {"value": msgspec.Raw(value)}
            if self.event
            else {"value_base64": base64.b64encode(value).decode()}
        )
        return msgspec.json.encode(
            {
                "topic": record.topic,
                "partition": record.partition,
                "offset": record.offset,
                "timestamp": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "key": None if record.key is None else record.key.decode(errors="replace"),
                "headers": dict(self.headers),
                **shown,
            }
        )

    def _key(self) -> str:
        key = self.record.key
        return "no key" if key is None else str(clean(key.decode(errors="replace")))

    def _header(self, name: str) -> str:
        return next((value for known, value in self.headers if known == name), "")


def show_line(console: Console, line: Text) -> None:
    """Print a line as one: cut to a terminal's width, whole elsewhere."""
    if console.is_terminal:
        console.print(line, no_wrap=True, overflow="ellipsis")
    else:
        console.print(line, soft_wrap=True)


def _brief(value: Any) -> str:
    if isinstance(value, str) and value.isprintable() and " " not in value and value:
        return str(clean(value, most=_MOST_VALUE))
    return str(clean(msgspec.json.encode(value).decode(), most=_MOST_VALUE))


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()
