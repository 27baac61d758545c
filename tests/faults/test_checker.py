"""The checker finds what is planted, and nothing where nothing is."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from aiokafka.structs import ConsumerRecord

from tests.faults.checker import Checker, Findings, Twice
from tests.faults.events import Events
from tests.faults.history import CUT, History
from tests.faults.murmur import partition_of

PREFIX = "t"
PARTITIONS = 6
FLAT = b'{"ticket_id":"1"}'

Record = ConsumerRecord[bytes, bytes]


class World:
    """Events that were each sent once and accepted, one a second."""

    def __init__(self, count: int = 4) -> None:
        self.events = Events(seed=1)
        self.history = History()
        for second in range(count):
            self.send(self.events.happen(), second, 202)

    def send(self, number: int, second: float, status: int) -> int:
        """Note a request; return its index."""
        index = self.history.begin(number, 0, second)
        self.history.end(index, status, second + 0.1)
        return index

    def record(self, number: int, index: int | None = None, **other: Any) -> Record:
        """Return the record of an event as it should be, but for what is `other`."""
        kind, body = self.events.kind(number), self.events.body(number)
        values: dict[str, Any] = {
            "topic": f"{PREFIX}.{kind.category}",
            "partition": partition_of(kind.key, PARTITIONS),
            "offset": number,
            "timestamp": 0,
            "timestamp_type": 0,
            "key": kind.key,
            "value": body[:-1] + b',"flat":' + FLAT + b"}",
            "checksum": None,
            "serialized_key_size": 0,
            "serialized_value_size": 0,
            "headers": self.headers(number, number if index is None else index),
        }
        return ConsumerRecord(**values | other)

    def headers(self, number: int, index: int) -> Sequence[tuple[str, bytes]]:
        """Return the headers by which a record is traced."""
        traced = ("cstar-request-id", f"req_{index:x}".encode())
        return (("ce_id", self.events.id(number).encode()), traced)

    def check(self, records: Sequence[Record], again_from: int | None = None) -> Findings:
        """Have the checker read the records."""
        checker = Checker(self.events, self.history, PREFIX, PARTITIONS, again_from)
        for record in records:
            checker.take(record)
        return checker.findings()

    def found(self, records: Sequence[Record]) -> set[str]:
        """Return the names of what was found."""
        findings = self.check(records)._asdict()
        return {name for name, what in findings.items() if what}


@pytest.fixture
def world() -> World:
    """Four events."""
    return World()


def all_of(world: World) -> list[Record]:
    """Return each event's record as it should be."""
    return [world.record(number) for number in range(len(world.events))]


def test_a_log_as_it_should_be(world: World) -> None:
    """Every accepted event once, whole, in its place: nothing is found."""
    assert world.found(all_of(world)) == set()


def test_an_accepted_event_that_is_not_there_is_lost(world: World) -> None:
    """An event answered 2xx without a record is lost; one answered 503 is not."""
    world.send(world.events.happen(), 9, 503)
    findings = world.check(all_of(world)[1:])
    assert findings.lost == [0]
    assert world.found(all_of(world)[1:]) == {"lost"}


def test_what_only_sending_again_brought_had_been_lost(world: World) -> None:
    """An accepted event whose only record is of the round that sends all again was lost."""
    again_from = len(world.history)
    again = world.send(2, 9, 202)
    records = [*all_of(world)[:2], world.record(2, again), *all_of(world)[3:]]
    assert world.check(records, again_from).lost == [2]
    assert not world.check(all_of(world), again_from).lost


def test_a_second_record_is_traced_to_both_requests(world: World) -> None:
    """An event that is there twice is told with the requests that put it there."""
    again = world.send(2, 9, CUT)
    findings = world.check([*all_of(world), world.record(2, again)])
    assert findings.twice == [Twice(2, 2, again)]
    assert not findings.lost


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda value: value.replace(b"evt_", b"evt-", 1), id="a byte"),
        pytest.param(lambda value: value.replace(b',"flat":' + FLAT, b""), id="no flat"),
        pytest.param(lambda value: value.replace(FLAT, b"{}"), id="empty flat"),
        pytest.param(lambda value: value.replace(FLAT, b'{"a":{"b":1}}'), id="flat that nests"),
        pytest.param(lambda value: value.replace(FLAT, b"{"), id="flat cut off"),
        pytest.param(lambda value: value + b" ", id="a blank behind"),
        pytest.param(lambda _: b"", id="nothing"),
    ],
)
def test_a_value_that_is_not_the_sent_one(world: World, spoil: Callable[[bytes], bytes]) -> None:
    """Whatever is not the sent bytes with a flat object spliced in is altered."""
    records = all_of(world)
    spoilt = world.record(1, value=spoil(records[1].value or b""))
    assert world.found([records[0], spoilt, *records[2:]]) == {"altered"}


@pytest.mark.parametrize(
    "other", [{"topic": "t.other"}, {"partition": 99}, {"key": b"team"}, {"key": None}], ids=str
)
def test_a_record_in_another_place(world: World, other: dict[str, Any]) -> None:
    """A record in another topic or partition, or under another key, is misplaced."""
    records = all_of(world)
    assert world.found([world.record(0, **other), *records[1:]]) == {"misplaced"}


def test_a_record_nobody_sent(world: World) -> None:
    """A record of an unknown event, without an id, or not traced to its request is a phantom."""
    unknown = (("ce_id", b"evt_somebody_0"), ("cstar-request-id", b"req_0"))
    strangers = [
        world.record(0, headers=unknown),
        world.record(0, headers=()),
        world.record(0, headers=world.headers(0, 3)),
        world.record(0, headers=world.headers(0, 99)),
    ]
    for stranger in strangers:
        assert world.found([*all_of(world), stranger]) == {"phantom"}


def test_an_event_that_happened_but_was_not_sent(world: World) -> None:
    """A record of an event that was never sent is a phantom."""
    number = world.events.happen()
    assert world.found([*all_of(world), world.record(number, 0)]) == {"phantom"}


def test_a_good_event_in_the_quarantine(world: World) -> None:
    """A quarantined event is found, told, and not lost; its bytes are compared."""
    records = all_of(world)
    named = (("cstar-event-id", world.events.id(0).encode()), world.headers(0, 0)[1])
    where: dict[str, Any] = {"topic": "t.quarantine", "headers": named}
    whole = world.record(0, value=world.events.body(0), **where)
    assert world.found([whole, *records[1:]]) == {"quarantined"}
    spoilt = world.record(0, value=b"{}", **where)
    assert world.found([spoilt, *records[1:]]) == {"quarantined", "altered"}


def test_an_acked_event_behind_a_later_one(world: World) -> None:
    """In one partition, what was acked before another was sent comes before it."""
    other = next(
        number
        for number in iter(world.events.happen, None)
        if world.events.kind(number)[1:3] == world.events.kind(0)[1:3]
    )
    index = world.send(other, 100, 202)
    early, late = world.record(0), world.record(other, index)
    rest = all_of(world)[1:4]
    assert world.found([early, late, *rest]) == set()
    assert world.found([late, early, *rest]) == {"disordered"}
