"""cStar webhooks onto Apache Kafka: verified, typed, flattened, never lost, never twice."""

__version__ = "0.1.0"
