"""Stream: one stream of structured lines, for machines (JSON) or for people (console).

Every line of ours and of the libraries goes through the same steps and has the same first fields:
`ts`, `level`, `event`, `logger`. Levels mean: ERROR, loss or a person is needed; WARNING, nothing
is lost; INFO, at most one line an event; DEBUG, for developers.

What comes from the wire is escaped and cut, exceptions are told without source lines or locals,
and loggers of libraries that print payloads (aiokafka at DEBUG) or requests (aiohttp.server on
malformed HTTP) are held down whatever the level. May not live here: what is worth saying.
"""

import contextlib
import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, Literal, TextIO

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from gateway.logs.cleaning import clean, identifier
from gateway.logs.flood import Flood

__all__ = ["Level", "configure"]

Level = Literal["debug", "info", "warning", "error"]

_MOST_FRAMES = 8
_FIRST = ("ts", "level", "event", "logger")
_SILENT = logging.CRITICAL + 1
_FLOORS = {
    "aiokafka": logging.WARNING,  # its DEBUG prints keys and values of records
    "aiohttp.access": _SILENT,  # the gateway counts requests itself
    "aiohttp.server": _SILENT,  # prints the bytes of malformed requests, with tracebacks
    "aiohttp.internal": logging.WARNING,
    "asyncio": logging.WARNING,
}


def configure(
    *, style: Literal["json", "console"], level: Level, stream: TextIO | None = None
) -> None:
    """Send the logs of the whole process to one stream; may be called again.

    Args:
        style: `json`, one object a line; `console`, for people, coloured on a terminal.
        level: least severe lines written.
        stream: where to; standard error when None.
    """
    stream = sys.stderr if stream is None else stream
    number = logging.getLevelNamesMapping()[level.upper()]
    flood = Flood()
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _add_exception,
        _clean_fields,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
    ]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            flood,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = _Handler(stream)
    handler.addFilter(flood.admits)
    last = _json if style == "json" else _console(stream)
    plain = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[plain, last])
    )
    _install(handler, number)


def _install(handler: logging.Handler, level: int) -> None:
    """Make `handler` the only one of the process, and hold libraries to their floors."""
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name, floor in _FLOORS.items():
        logging.getLogger(name).setLevel(max(floor, level))
    logging.captureWarnings(capture=True)


class _Handler(logging.StreamHandler[TextIO]):
    """Writes lines; where one cannot be made, says so without its content."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        with contextlib.suppress(Exception):  # the stream itself may be gone
            line = {"level": "error", "event": "a log line could not be written"}
            self.stream.write(orjson.dumps(line | {"logger": record.name}).decode() + "\n")


def _clean_fields(_: WrappedLogger, __: str, event_dict: EventDict) -> EventDict:
    for key, value in event_dict.items():
        if key not in {"_record", "_from_structlog"}:
            is_id = key == "id" or key.endswith("_id")
            event_dict[key] = identifier(value) if is_id else clean(value)
    return event_dict


def _add_exception(_: WrappedLogger, __: str, event_dict: EventDict) -> EventDict:
    """Tell an exception by its kind, its message, and where it passed; no source, no locals."""
    info = event_dict.pop("exc_info", None)
    event_dict.pop("stack_info", None)
    if info is True or info == 1:
        error = sys.exception()
    elif isinstance(info, tuple):
        error = info[1]
    else:
        error = info if isinstance(info, BaseException) else None
    if error is not None:
        frames = traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]
        event_dict["error"] = f"{type(error).__name__}: {error}"
        event_dict["error_at"] = [
            f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno} {frame.name}"
            for frame in frames
        ]
    return event_dict


def _ordered(event_dict: MutableMapping[str, Any]) -> dict[str, Any]:
    first = {key: event_dict.pop(key) for key in _FIRST if key in event_dict}
    return first | dict(event_dict)


def _json(_: WrappedLogger, __: str, event_dict: EventDict) -> str:
    return orjson.dumps(_ordered(event_dict), default=str).decode()


def _console(stream: TextIO) -> Processor:
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), timestamp_key="ts", sort_keys=False
    )
