"""Probe: has the broker joined its cluster? One metadata request over a plain socket.

Kafka's protocol guide: Metadata, version 1, for no topics. A broker that is fenced or still loading
does not list itself, so a list with a broker in it means that topics can be made and written to.
"""

import socket
import struct

__all__ = ["brokers_alive"]

_TIMEOUT_SECONDS = 3.0
_METADATA, _VERSION, _CORRELATION, _CLIENT = 3, 1, 1, b"probe"
_REQUEST = (
    struct.pack(f">hhih{len(_CLIENT)}s", _METADATA, _VERSION, _CORRELATION, len(_CLIENT), _CLIENT)
    + struct.pack(">i", 0)  # an empty list of topics: none
)


def brokers_alive(port: int) -> int:
    """Return how many live brokers the one at 127.0.0.1:`port` knows; 0 where it cannot answer."""
    try:
        with socket.create_connection(("127.0.0.1", port), _TIMEOUT_SECONDS) as connection:
            connection.sendall(struct.pack(">i", len(_REQUEST)) + _REQUEST)
            with connection.makefile("rb") as answer:
                _, correlation, brokers = struct.unpack(">iii", answer.read(12))
    except (OSError, struct.error):
        return 0
    return int(brokers) if correlation == _CORRELATION else 0
