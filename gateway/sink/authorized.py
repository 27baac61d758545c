"""Authorized: Kafka's metadata request in the version that also tells what we may do (KIP-430).

aiokafka stops at version 5; from 8 on a broker (2.3 and newer) adds the operations its
authorizer allows the asking user. May live here: this one message of the protocol.
"""

from collections.abc import Sequence

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Int16, Int32, Schema, String

__all__ = ["AuthorizedMetadataRequest", "operations"]

_API_KEY = 3
_VERSION = 8
_UNKNOWN = -(2**31)
# org.apache.kafka.common.acl.AclOperation: the bit is the operation's code.
_OPERATIONS = {3: "Read", 4: "Write", 5: "Create", 7: "Alter", 8: "Describe", 10: "DescribeConfigs"}


class _MetadataResponse(Response):
    API_KEY = _API_KEY
    API_VERSION = _VERSION
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            Array(
                ("node_id", Int32),
                ("host", String("utf-8")),
                ("port", Int32),
                ("rack", String("utf-8")),
            ),
        ),
        ("cluster_id", String("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            Array(
                ("error_code", Int16),
                ("topic", String("utf-8")),
                ("is_internal", Boolean),
                (
                    "partitions",
                    Array(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", Array(Int32)),
                        ("isr", Array(Int32)),
                        ("offline_replicas", Array(Int32)),
                    ),
                ),
                ("authorized_operations", Int32),
            ),
        ),
        ("authorized_operations", Int32),
    )


class _MetadataRequest(RequestStruct):
    API_KEY = _API_KEY
    API_VERSION = _VERSION
    RESPONSE_TYPE = _MetadataResponse
    SCHEMA = Schema(
        ("topics", Array(String("utf-8"))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
    )


class AuthorizedMetadataRequest(Request[_MetadataRequest]):
    """Asks for topics and what we may do with them; creates none by being asked."""

    API_KEY = _API_KEY

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics = list(topics)

    def build(self, request_struct_class: type[_MetadataRequest]) -> _MetadataRequest:
        """Return the message."""
        return request_struct_class(self._topics, False, True, True)  # noqa: FBT003 - by position


def operations(bits: int) -> frozenset[str] | None:
    """Return the names of allowed operations; None where the broker does not tell."""
    if bits == _UNKNOWN:
        return None
    return frozenset(name for code, name in _OPERATIONS.items() if bits >> code & 1)
