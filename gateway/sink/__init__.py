"""The Kafka edge: records in, acks out. The only package that knows aiokafka.

Two sinks keep the contract of `gateway.publication.Sink`: `KafkaSink` and, without Kafka,
`MemorySink`.
"""

from gateway.sink.kafka import KafkaSink
from gateway.sink.memory import MemorySink
from gateway.sink.observer import SinkObserver
from gateway.sink.settings import KafkaSettings, TopicSpec

__all__ = ["KafkaSettings", "KafkaSink", "MemorySink", "SinkObserver", "TopicSpec"]
