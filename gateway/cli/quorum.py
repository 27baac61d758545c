"""Quorum: Kafka's own time, which it tells in one answer that needs nothing to be written.

Where Kafka runs without ZooKeeper, whoever describes the quorum of its controllers (KIP-595,
KIP-836) is told when each of them was last caught up; for the leader that is its clock, now. May
live here: this one message of the protocol.
"""

from typing import Any

from aiokafka.errors import NoError, for_code
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Int64,
    Schema,
    TaggedFields,
)

__all__ = ["DescribeQuorumRequest", "leader_time"]

_API_KEY = 55
_VERSION = 1  # the first that tells times
_METADATA = "__cluster_metadata"
_REPLICAS = CompactArray(
    ("replica_id", Int32),
    ("log_end_offset", Int64),
    ("last_fetch_timestamp", Int64),
    ("last_caught_up_timestamp", Int64),
    ("tags", TaggedFields),
)


class _QuorumResponse(Response):
    API_KEY = _API_KEY
    API_VERSION = _VERSION
    SCHEMA = Schema(
        ("error_code", Int16),
        (
            "topics",
            CompactArray(
                ("topic", CompactString("utf-8")),
                (
                    "partitions",
                    CompactArray(
                        ("partition", Int32),
                        ("error_code", Int16),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("high_watermark", Int64),
                        ("voters", _REPLICAS),
                        ("observers", _REPLICAS),
                        ("tags", TaggedFields),
                    ),
                ),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _QuorumRequest(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = _API_KEY
    API_VERSION = _VERSION
    RESPONSE_TYPE = _QuorumResponse
    SCHEMA = Schema(
        (
            "topics",
            CompactArray(
                ("topic", CompactString("utf-8")),
                ("partitions", CompactArray(("partition", Int32), ("tags", TaggedFields))),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class DescribeQuorumRequest(Request[_QuorumRequest]):
    """Asks for the controllers' quorum; needs Describe on the cluster."""

    API_KEY = _API_KEY

    def build(self, request_struct_class: type[_QuorumRequest]) -> _QuorumRequest:
        """Return the message."""
        return request_struct_class([(_METADATA, [(0, {})], {})], {})


def leader_time(response: Any) -> float:
    """Return the leading controller's clock, seconds since the epoch.

    Raises:
        KafkaError: it may not be asked, or does not tell.
    """
    codes = [response.error_code]
    for _, partitions, _ in response.topics:
        for _, code, leader, _, _, voters, *_ in partitions:
            codes.append(code)
            for replica, _, _, caught_up, _ in voters:
                if replica == leader and caught_up > 0:
                    return float(caught_up) / 1000
    error = next((for_code(code) for code in codes if for_code(code) is not NoError), None)
    raise (error or LookupError)("the quorum does not tell its time")
