"""Logs: every line has one shape, is bounded and harmless, and secrets are in none."""

import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog

from gateway import logs
from tests.config.files import ENVIRON, MINIMAL, loaded


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the lines go; logging is as it was afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    names = ("aiokafka", "aiohttp.access", "aiohttp.server", "aiohttp.internal", "asyncio")
    levels = {name: logging.getLogger(name).level for name in names}
    yield io.StringIO()
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_begins_with_time_level_event_and_logger(stream: io.StringIO) -> None:
    """The schema is stable: four fields first, in this order, then the line's own."""
    logs.configure(style="json", level="info", stream=stream)
    structlog.get_logger("gateway.x").warning("kafka is slow", seconds=1.5)
    logging.getLogger("some.library").info("hello %s", "there")
    ours, theirs = _lines(stream)
    assert list(ours) == ["ts", "level", "event", "logger", "seconds"]
    assert list(theirs) == ["ts", "level", "event", "logger"]
    assert ours | {"ts": ""} == {
        "ts": "",
        "level": "warning",
        "event": "kafka is slow",
        "logger": "gateway.x",
        "seconds": 1.5,
    }
    assert theirs["event"] == "hello there"
    assert ours["ts"].endswith("Z")


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_the_level_holds_for_ours_and_theirs(stream: io.StringIO, level: logs.Level) -> None:
    """Lines below the level are not written, whoever says them."""
    logs.configure(style="json", level=level, stream=stream)
    order = ["debug", "info", "warning", "error"]
    for each in order:
        getattr(structlog.get_logger("ours"), each)("x")
        getattr(logging.getLogger("theirs"), each)("x")
    expected = [each for each in order[order.index(level) :] for _ in ("ours", "theirs")]
    assert [line["level"] for line in _lines(stream)] == expected


def test_libraries_that_print_payloads_are_held_down(stream: io.StringIO) -> None:
    """Kafka's client says nothing below WARNING; aiohttp's server and access logs nothing."""
    logs.configure(style="json", level="debug", stream=stream)
    logging.getLogger("aiokafka.producer.producer").debug("Sending %s", b"payload")
    logging.getLogger("aiokafka.producer.producer").info("payload")
    logging.getLogger("aiohttp.server").error("Error handling request", exc_info=ValueError())
    logging.getLogger("aiohttp.access").info("POST /webhooks/cstar")
    assert stream.getvalue() == ""
    logging.getLogger("aiokafka.conn").warning("connection lost")
    assert len(_lines(stream)) == 1


def test_what_comes_from_the_wire_cannot_break_a_line(stream: io.StringIO) -> None:
    """Line ends, control characters, direction marks and lone surrogates are escaped."""
    logs.configure(style="json", level="info", stream=stream)
    structlog.get_logger().info("a\nb", detail='x"\r\n{"level": "error"}\x1b[2J\u202e\ud800é')
    assert len(stream.getvalue().splitlines()) == 1
    (line,) = _lines(stream)
    assert line["event"] == "a\\nb"
    assert line["detail"] == 'x"\\r\\n{"level": "error"}\\x1b[2J\\u202e\\ud800é'


def test_values_are_bounded(stream: io.StringIO) -> None:
    """512 characters of a text, 64 of an id in ASCII; the number of bytes, not the bytes."""
    logs.configure(style="json", level="info", stream=stream)
    structlog.get_logger().info(
        "x",
        text="a" * 10_000,
        escaped="\n" * 512,
        event_id="evt_é \n" + "b" * 100,
        id=7,
        body=b"payload",
        deep={"a": {"b": {"c": {"d": 1}}}},
        many=list(range(100)),
        big=2**64,
        nan=float("nan"),
        thing=Path("/a"),
        error=ValueError("a\nb"),
    )
    (line,) = _lines(stream)
    assert line["text"] == "a" * 512 + "… (10000 characters)"
    assert len(line["escaped"]) == 512
    assert line["event_id"] == "evt_???" + "b" * 57
    assert line["id"] == 7
    assert line["body"] == "<7 bytes>"
    assert line["deep"] == {"a": {"b": {"c": "{'d': 1}"}}}
    assert line["many"] == list(range(32))
    assert line["big"] == "18446744073709551616"
    assert line["nan"] is None
    assert line["thing"] == "/a"
    assert line["error"] == "ValueError: a\\nb"


def test_an_exception_is_told_in_one_line(stream: io.StringIO) -> None:
    """Its kind, its words and its way; no source line and no local variable."""
    logs.configure(style="json", level="info", stream=stream)

    def fail() -> None:
        hidden = "a local variable"
        raise RuntimeError("the words", len(hidden))  # this source line is not shown

    try:
        fail()
    except RuntimeError:
        structlog.get_logger().exception("ours failed")
        logging.getLogger("theirs").exception("theirs failed")
    assert "local variable" not in stream.getvalue()
    assert "is not shown" not in stream.getvalue()
    for line in _lines(stream):
        assert line["level"] == "error"
        assert line["error"] == "RuntimeError: ('the words', 16)"
        assert len(line["error_at"]) == 2
        assert all(frame.startswith("logs/test_stream.py:") for frame in line["error_at"])


def test_a_line_that_cannot_be_made_says_so_without_its_content(stream: io.StringIO) -> None:
    """A library's broken format neither ends the process nor spills its arguments."""
    logs.configure(style="json", level="info", stream=stream)
    logging.getLogger("theirs").info("%d", "payload")
    (line,) = _lines(stream)
    assert line["event"] == "a log line could not be written"
    assert "payload" not in stream.getvalue()


def test_a_stream_that_is_gone_harms_nobody(stream: io.StringIO) -> None:
    """Who reads the logs may die before us."""
    logs.configure(style="json", level="info", stream=stream)
    stream.close()
    structlog.get_logger().info("into the void")


def test_a_flood_is_sampled_and_counted(stream: io.StringIO) -> None:
    """Twenty lines of one event a second; the next that passes says how many did not."""
    logs.configure(style="json", level="info", stream=stream)
    for number in range(1000):
        structlog.get_logger("ours").info("again", number=number)
        logging.getLogger("theirs").info("again %d", number)
    structlog.get_logger("ours").info("another")
    lines = _lines(stream)
    assert len(lines) < 1000
    assert lines[-1]["event"] == "another"


def test_warnings_of_python_are_lines_too(stream: io.StringIO) -> None:
    """Nothing is written beside the stream."""
    logs.configure(style="json", level="info", stream=stream)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert _lines(stream)[0]["logger"] == "py.warnings"


def test_the_console_is_for_people(stream: io.StringIO) -> None:
    """Same content, without JSON, and without colours where there is no terminal."""
    logs.configure(style="console", level="info", stream=stream)
    structlog.get_logger("gateway.x").error("kafka refused", topic="cstar.tickets")
    text = stream.getvalue()
    assert "kafka refused" in text
    assert "topic=cstar.tickets" in text
    assert "\x1b" not in text


def test_configuring_again_replaces(stream: io.StringIO) -> None:
    """No line is written twice."""
    logs.configure(style="json", level="info", stream=io.StringIO())
    logs.configure(style="json", level="info", stream=stream)
    structlog.get_logger("again").info("once")
    assert len(_lines(stream)) == 1


@pytest.mark.parametrize("style", ["json", "console"])
def test_no_secret_of_the_configuration_is_in_any_line(
    stream: io.StringIO, tmp_path: Path, style: Any
) -> None:
    """Whoever logs a Config, a part of it, or an exception about it, logs references."""
    logs.configure(style=style, level="debug", stream=stream)
    config = loaded(
        tmp_path,
        MINIMAL + "[kafka.security]\nprotocol = 'SASL_SSL'\nsasl_mechanism = 'PLAIN'\n"
        "username = 'u'\npassword = 'env:PASSWORD'",
    )
    log = structlog.get_logger("careless")
    log.info(str(config), config=config, hooks=config.webhooks, kafka=config.kafka)
    log.info("dumped", dump=config.model_dump(), secret=config.webhooks[0].secrets[0])
    logging.getLogger("careless").warning("%r %s", config, config.webhooks[0].secrets)
    log.error("raised", exc_info=ValueError(config, config.kafka.security.password))
    text = stream.getvalue()
    assert "env:A" in text
    assert not any(secret in text for secret in ENVIRON.values())
