"""What topics take."""

from gateway.sink.limits import Limits


def test_a_topic_takes_what_kafka_last_said_of_it() -> None:
    """A record may be as large as the batch it travels in alone; unknown is as Kafka's default."""
    limits = Limits()
    assert not limits.known({"a": 1})
    assert (limits.batch("a"), limits.record("a")) == (1_048_588, 1_048_511)
    limits.learn({"a": 2000, "b": 3000})
    assert (limits.record("a"), limits.record("b")) == (1923, 2923)
    limits.learn({"a": 4000})
    assert (limits.record("a"), limits.batch("b")) == (3923, 3000)
    assert limits.known({"a": 1, "b": 1})
    assert not limits.known({"a": 1, "c": 1})
