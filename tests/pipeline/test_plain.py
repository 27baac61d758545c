"""What is made for each delivery is compared by what it says."""

from gateway.pipeline.routes import Destination, Payload
from gateway.pipeline.verdict import Subject

ONE = Destination("t", Payload.EVENT)


def test_equal_is_what_says_the_same() -> None:
    """Two of one class that say the same are equal and one key; of two classes they never are."""
    assert Destination("t", Payload.EVENT) == ONE
    assert hash(Destination("t", Payload.EVENT)) == hash(ONE)
    assert Destination("t", Payload.FLAT) != ONE
    assert Destination("t", Payload.EVENT) != ("t", Payload.EVENT)
    assert Subject("t", "event") != ONE


def test_it_is_shown_with_what_it_says() -> None:
    """Its fields are told in order."""
    assert repr(Subject("evt_1", "other")) == "Subject('evt_1', 'other')"
