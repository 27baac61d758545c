"""Traffic: steady, bounded, and the same for the same seed."""

import asyncio
import itertools
from collections import Counter

import pytest

from gateway.events.catalogue import CATALOGUE
from gateway.simulator import DEV_SECRET
from gateway.simulator.sender import Sender, Sent
from gateway.simulator.traffic import TEAMS, drive, random_occurrences
from tests.simulator.receiver import Receiver


def test_the_same_seed_is_the_same_traffic() -> None:
    """Types and teams follow from the seed; ids are fresh; another seed is other traffic."""
    one, again, other = (
        [(event.type, event.team_id, event.id) for event in itertools.islice(stream, 200)]
        for stream in (random_occurrences(7), random_occurrences(7), random_occurrences(8))
    )
    assert [event[:2] for event in one] == [event[:2] for event in again]
    assert [event[:2] for event in one] != [event[:2] for event in other]
    assert not {event[2] for event in one} & {event[2] for event in again}


def test_traffic_is_of_every_kind() -> None:
    """In a few thousand events each of the 35 types and each team has its part."""
    events = list(itertools.islice(random_occurrences(1), 4000))
    assert {event.type for event in events} == set(CATALOGUE)
    assert {event.team_id for event in events} == set(TEAMS)


def test_some_come_again() -> None:
    """With `again`, about that part of the events is followed by itself."""
    ids = Counter(event.id for event in itertools.islice(random_occurrences(1, again=0.2), 1000))
    assert 100 < sum(count - 1 for count in ids.values()) < 250


async def test_all_are_sent_within_the_bound() -> None:
    """Every event is delivered, and never more at once than allowed."""
    told: list[Sent] = []
    events = list(itertools.islice(random_occurrences(1), 40))
    with Receiver(delay=0.02) as receiver:
        async with Sender(receiver.url, DEV_SECRET) as sender:
            await drive(sender, events, told.append, concurrency=4)
    assert Counter(one.occurrence.id for one in told) == Counter(event.id for event in events)
    assert 1 < receiver.most_at_once <= 4


async def test_a_rate_is_kept() -> None:
    """Forty events at 100 a second take no less than 0.39 s."""
    loop = asyncio.get_running_loop()
    with Receiver() as receiver:
        async with Sender(receiver.url, DEV_SECRET) as sender:
            begin = loop.time()
            await drive(
                sender, itertools.islice(random_occurrences(1), 40), lambda _: None, rate=100
            )
    assert loop.time() - begin > 0.38
    assert len(receiver.received) == 40


async def test_repeated_deliveries_are_numbered() -> None:
    """Each event is delivered so often, the same bytes, one attempt after another."""
    with Receiver() as receiver:
        async with Sender(receiver.url, DEV_SECRET) as sender:
            await drive(
                sender, itertools.islice(random_occurrences(1), 2), lambda _: None, repeat=3
            )
    by_event: dict[str, list[str]] = {}
    for one in receiver.received:
        numbers = by_event.setdefault(one.headers["X-Event-ID"], [])
        numbers.append(one.headers["X-Delivery-Attempt"])
    assert list(by_event.values()) == [["1", "2", "3"]] * 2
    assert len({one.body for one in receiver.received}) == 2


async def test_cancelled_it_ends_at_once() -> None:
    """An endless stream is ended by cancelling, deliveries under way with it."""
    with Receiver(delay=30) as receiver:
        async with Sender(receiver.url, DEV_SECRET) as sender:
            driving = asyncio.create_task(
                drive(sender, random_occurrences(1), lambda _: None, concurrency=2)
            )
            async with asyncio.timeout(10):
                while len(receiver.received) < 2:  # noqa: ASYNC110 - the other thread's list
                    await asyncio.sleep(0.01)
                driving.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await driving
