"""Laws: what must hold of any request whatever, from its signature to its records."""

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

from aiokafka.record.default_records import DefaultRecordBatchBuilder

from gateway.events.contract import check, made_at
from gateway.ingress.answers import Answers
from gateway.pipeline.building import Marks, build_quarantine, build_records, is_late
from gateway.pipeline.delivery import Delivery, verify
from gateway.pipeline.envelope import Envelope, read_envelope
from gateway.pipeline.payload import Content
from gateway.pipeline.reasons import ENDINGS, Ended, Outcome, Reason
from gateway.pipeline.record import Record
from gateway.pipeline.routes import Payload, Route, Router, Topics
from gateway.pipeline.signature import Keyring, SigningKey
from gateway.pipeline.subscription import Subscription
from gateway.pipeline.verdict import Verdict
from gateway.pipeline.webhook import Webhook
from tests.fuzz.throw import NOW, Throw
from tests.inputs.reading import flat_of, read_json
from tests.signing import SECRET

__all__ = ["Broken", "judge"]

T = TypeVar("T")

_ANY = Subscription(["*"])
_ROUTER = Router(
    Topics("cstar"),
    [Route(_ANY, "copies.flat", Payload.FLAT), Route(_ANY, "copies.nested", Payload.NESTED)],
)
_TOPICS = {*_ROUTER.topics.categories, "copies.flat", "copies.nested"}
_KEYRING = Keyring([SigningKey(SECRET.encode(), Webhook("crm"), 0)])
_ANSWERS = Answers(lambda: float(NOW))
_UNREADABLE = {Reason.BODY_NOT_JSON, Reason.ENVELOPE_INVALID, Reason.DATA_NOT_OBJECT}
_CAPPED = {Reason.NESTING_TOO_DEEP, Reason.FLAT_TOO_MANY_KEYS, Reason.FLAT_TOO_LARGE}
_SHALLOW = 200


class Broken(Exception):  # noqa: N818 - a law is broken
    """A law does not hold."""


def judge(throw: Throw) -> Reason:
    """Bring a request through the pipeline; return how it ended.

    Raises:
        Broken: a law does not hold of it.
    """
    try:
        return _judge(throw)
    except Broken:
        raise
    except Exception as error:
        raise Broken(f"{type(error).__name__} at what came of it: {error}") from error


def _judge(throw: Throw) -> Reason:
    headers = throw.fields()
    try:
        delivery = _only_ended(lambda: verify(headers, throw.body, _KEYRING, now=NOW))
    except Ended as ended:
        if throw.true or ENDINGS[ended.reason].outcome is not Outcome.REJECTED:
            _break(f"a delivery is refused as {ended.reason}")
        return _answered(ended.reason, None)
    _check_proof(throw)
    envelope: Envelope | None = None
    try:
        envelope = _only_ended(lambda: read_envelope(throw.body))
        _check_records(delivery, envelope)
    except Ended as ended:
        _check_quarantine(delivery, envelope, ended)
        return _answered(ended.reason, envelope)
    return _answered(Reason.ACKED, envelope)


def _break(what: str) -> NoReturn:
    raise Broken(what)


def _only_ended(stage: Callable[[], T]) -> T:
    """Run a stage; any exception but `Ended` breaks the first law."""
    try:
        return stage()
    except Ended:
        raise
    except BaseException as error:
        raise Broken(f"{type(error).__name__}: {error}") from error


def _check_proof(throw: Throw) -> None:
    """What is proved carries one signature whose MAC is that of its time and body."""
    (value,) = throw.fields().getall("X-Signature")
    pairs = [part.partition("=")[::2] for part in value.split(",")]
    (time,) = (text for name, text in pairs if name == "t")
    mac = hmac.new(SECRET.encode(), f"{time}.".encode() + throw.body, hashlib.sha256).hexdigest()
    if ("v1", mac) not in pairs or abs(NOW - int(time)) > 300:
        _break(f"proved by {value!r}")


def _check_records(delivery: Delivery, envelope: Envelope) -> None:
    """What is published is what was sent, in each form, in records that fit where they say."""
    body = delivery.body
    content = _only_ended(lambda: Content(body, envelope, flat=True))
    drifts = _only_ended(lambda: check(envelope.type, body))
    made = _only_ended(lambda: made_at(envelope.type, body))
    if made is not None:
        alone = _only_ended(lambda: Content(body, envelope, flat=True, made=made))
        if (alone.data, alone.created_at) != (content.data, content.created_at):
            _break("the data alone says something else than the whole body")
    marks = Marks(any(drift.violates for drift in drifts), is_late(delivery, content))
    records = _only_ended(
        lambda: build_records(
            delivery,
            envelope,
            content,
            _ROUTER.destinations(envelope.type, delivery.webhook),
            marks=marks,
            limit=lambda _: 1 << 30,
        )
    )
    for record in records:
        _check_record(record, envelope)
    event, flat, nested = (record.value for record in records)
    try:
        sent = read_json(body)
    except RecursionError:
        return  # deeper than the other reader goes
    except ValueError as error:
        raise Broken(f"published, but {error}") from error
    _check_forms(sent, (event, flat, nested), body)


def _check_forms(sent: dict[str, Any], values: Sequence[bytes], body: bytes) -> None:
    event, flat, nested = map(_read_back, values)
    leaves = flat_of(sent["data"])
    if "flat" in sent:
        _same("the event", values[0], body)
    else:
        _same("the event", event, sent | {"flat": leaves})
        _same("the order of flat", list(event["flat"]), list(leaves))
    _same("nested", nested, {name: value for name, value in sent.items() if name != "flat"})
    envelope = {
        name: sent[name] for name in ("id", "type", "created_at", "team_id") if name in sent
    }
    _same("the flat form's envelope", {name: flat[name] for name in envelope}, envelope)
    _same(
        "the flat form's values",
        [*map(repr, flat.values())],
        [*map(repr, [*envelope.values(), *leaves.values()])],
    )


def _read_back(value: bytes) -> Any:
    try:
        return read_json(value)
    except ValueError as error:
        raise Broken(f"a record is not JSON: {error}") from error


def _same(what: str, found: Any, expected: Any) -> None:
    if found != expected:
        _break(f"{what} is {found!r:.500}, not {expected!r:.500}")


def _check_record(record: Record, envelope: Envelope | None) -> None:
    """A record is what Kafka takes, goes where it may, and is no larger than it says."""
    if envelope is not None:
        _same("the key", record.key, envelope.team_id.encode())
        if record.topic not in _TOPICS:
            _break(f"the topic is {record.topic}")
        _same("ce_id", dict(record.headers)["ce_id"].decode(), envelope.id)
    for name, value in record.headers:
        value.decode()
        if not name.isascii():
            _break(f"a header is named {name!r}")
    batch = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 30)
    batch.append(0, record.timestamp_ms, record.key, record.value, list(record.headers))
    if len(batch.build()) > record.size:
        _break(f"{len(batch.build())} bytes, foretold were {record.size}")


def _check_quarantine(delivery: Delivery, envelope: Envelope | None, ended: Ended) -> None:
    """What is quarantined is kept as it was, and could not have been published."""
    if ENDINGS[ended.reason].outcome is not Outcome.QUARANTINED:
        _break(f"proved, and ended as {ended.reason}")
    topic = _ROUTER.topics.quarantine
    record = _only_ended(lambda: build_quarantine(delivery, envelope, ended, topic))
    _same("what is kept", record.value, delivery.body)
    _check_record(record, None)
    if ended.reason in _UNREADABLE and _is_event(delivery.body):
        _break(f"a good event is quarantined: {ended.reason}, {ended.detail}")
    if ended.reason in _CAPPED and _is_small(delivery.body):
        _break(f"a small event is quarantined: {ended.reason}, {ended.detail}")


def _is_event(body: bytes) -> bool:
    """Tell whether the other reader sees an event that consumers should get.

    One that says who it is twice is not: readers differ on which of the two it means.
    """
    try:
        event = read_json(body)
        members = json.loads(body, object_pairs_hook=list)
        json.dumps(members, ensure_ascii=False).encode()  # no half of a pair
    except (ValueError, RecursionError):
        return False
    names = [name for name, _ in members] if isinstance(event, dict) else []
    if len(set(names)) < len(names):
        return False
    if not isinstance(event, dict) or not isinstance(event.get("data"), dict):
        return False
    values = [event.get(name) for name in ("id", "type", "team_id")]
    return all(
        isinstance(text, str) and 0 < len(text) <= 256 and text.isprintable() for text in values
    )


def _is_small(body: bytes) -> bool:
    return _is_event(body) and body.count(b"{") + body.count(b"[") < 32 and len(body) < 10_000


def _answered(reason: Reason, envelope: Envelope | None) -> Reason:
    """Every ending has an answer whose body is JSON."""
    verdict = Verdict(reason, envelope.id if envelope is not None else None)
    answer = _only_ended(lambda: _ANSWERS.render(verdict))
    _read_back(answer.body)
    return reason
