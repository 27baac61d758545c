"""Probe: only a broker that has joined its cluster counts as up."""

import socket
import struct
import threading

import pytest

from gateway.embedded import Kafka
from gateway.embedded.ports import free_ports
from gateway.embedded.probe import brokers_alive


def test_a_broker_that_is_up_knows_itself(kafka: Kafka) -> None:
    """One node, one live broker."""
    assert brokers_alive(kafka.port) == 1


def test_nobody_there_is_not_up() -> None:
    """A refused connection is no broker."""
    assert brokers_alive(free_ports(1)[0]) == 0


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\x00",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        struct.pack(">iii", 8, 1, 0),
        struct.pack(">iii", 8, 2, 1),
    ],
    ids=["nothing", "too little", "another protocol", "a fenced broker", "another's answer"],
)
def test_what_answers_otherwise_is_not_up(answer: bytes) -> None:
    """Only an answer to our question that lists a broker counts."""

    def serve(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(100)
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        assert brokers_alive(server.getsockname()[1]) == 0
        thread.join(10)
