"""Ports: free now, and out of the way of outgoing connections."""

import socket

from gateway.embedded.ports import free_ports, is_free


def test_free_ports_can_be_listened_on() -> None:
    """Each is different, free, and below what systems give to outgoing connections."""
    ports = free_ports(3)
    assert len(set(ports)) == 3
    for port in ports:
        assert port < 32_768
        with socket.create_server(("127.0.0.1", port)):
            assert not is_free(port)
        assert is_free(port)


def test_a_port_taken_on_every_address_is_taken() -> None:
    """A listener on all interfaces has 127.0.0.1's port too."""
    with socket.create_server(("0.0.0.0", 0)) as other:
        assert not is_free(other.getsockname()[1])
