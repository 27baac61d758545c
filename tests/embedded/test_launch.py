"""Launch: a broker that does not come up says why."""

import pytest

from gateway.embedded import Kafka, KafkaFailed


async def test_a_refused_property_is_shown_in_kafkas_own_words() -> None:
    """A property Kafka does not take fails the start with the line that names it."""
    with pytest.raises(KafkaFailed) as failed:
        await Kafka(overrides={"log.cleaner.threads": "many"}).start()
    assert "log.cleaner.threads" in failed.value.log
    assert failed.value.advice


async def test_a_jvm_that_dies_early_is_shown_in_its_own_words() -> None:
    """A Java that ends before it answers fails the start with its last words."""
    with pytest.raises(KafkaFailed, match="failed with status 1") as failed:
        await Kafka(jvm_flags=["-XX:+NoSuchFlag"]).start()
    assert "NoSuchFlag" in str(failed.value)


async def test_a_broker_that_dies_after_formatting_is_shown_too() -> None:
    """The storage tool may accept what the broker then refuses: its status and words are told."""
    with pytest.raises(KafkaFailed, match="before it answered") as failed:
        await Kafka(overrides={"metric.reporters": "no.such.Reporter"}).start()
    assert "no.such.Reporter" in failed.value.log


async def test_a_broker_too_slow_is_given_up() -> None:
    """The wait for an answer is bounded, and the error says how long it was."""
    with pytest.raises(KafkaFailed, match="did not answer within 0 s"):
        await Kafka(start_timeout=0.1).start()
