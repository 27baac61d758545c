"""Properties: what the broker is told, in a form Java reads back the same."""

from pathlib import Path

from gateway.embedded.properties import Ports, broker_properties, render


def test_it_listens_on_this_machine_only() -> None:
    """Each listener is on 127.0.0.1; clients are told the proxy's port where one stands before."""
    told = broker_properties(
        Ports(1, 2, 3), data=Path("/data"), protocol="SASL_PLAINTEXT", advertised=9
    )
    assert told["listeners"] == (
        "CLIENTS://127.0.0.1:1,INTERNAL://127.0.0.1:2,CONTROLLER://127.0.0.1:3"
    )
    assert told["advertised.listeners"] == "CLIENTS://127.0.0.1:9,INTERNAL://127.0.0.1:2"
    assert told["listener.security.protocol.map"].startswith("CLIENTS:SASL_PLAINTEXT,")
    assert told["auto.create.topics.enable"] == "false"


def test_values_survive_java() -> None:
    """A backslash is doubled and a line break written out, for java.util.Properties."""
    assert render({"a": "C:\\x", "b": "1\n2"}) == "a=C:\\\\x\nb=1\\n2\n"
