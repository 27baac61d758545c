"""A real, single-node Apache Kafka on this machine, for `dev` and the tests.

May live here: getting Kafka's jars and a Java, starting, stopping and hurting one broker. May not:
anything of the gateway; this package imports nothing but libraries, and production never loads it.

```
class_path   Kafka's jars in the user's cache       manifest, jars
find_java    the runtime they run on                java
Kafka        one broker, up when it answers         kafka < properties, ports, probe
guardian     ends it whatever becomes of us         process < guardian
```
"""

from gateway.embedded.failure import KafkaFailed, Progress
from gateway.embedded.jars import KAFKA_VERSION, class_path
from gateway.embedded.kafka import Kafka

__all__ = ["KAFKA_VERSION", "Kafka", "KafkaFailed", "Progress", "class_path"]
