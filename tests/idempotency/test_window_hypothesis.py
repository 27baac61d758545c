"""The window behaves as a plain dictionary with expiry."""

from hashlib import blake2b

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gateway.idempotency.identity import Identity
from gateway.idempotency.window import Window

WINDOW = 1_000
KEYS = st.integers(0, 30)


def identity(number: int) -> Identity:
    """Return one of few identities, all on two shelves."""
    digest = blake2b(b"%d" % number, digest_size=24).digest()
    return Identity(bytes([0, number % 2]) + digest[:14], digest[16:])


class WindowMachine(RuleBasedStateMachine):
    """Adds, looks and lets time pass, beside a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.window = Window(WINDOW, 1 << 30)
        self.model: dict[int, int] = {}
        self.now = 1_777_315_331

    def known(self, number: int) -> bool:
        """Return what the dictionary says."""
        return number in self.model and self.model[number] >= self.now - WINDOW

    @rule(number=KEYS)
    def arrive(self, number: int) -> None:
        """An id arrives: looked for, then added if absent, as `Claims` does."""
        found = self.window.find(identity(number).key, self.now)
        assert (found is not None) == self.known(number)
        assert found is None or self.window.may_hold(identity(number).key)
        if found is None:
            self.window.add([identity(number)], self.now)
            self.model[number] = self.now
        else:
            assert found == (identity(number).data, self.model[number])

    @rule(seconds=st.integers(0, 700))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.now += seconds

    @rule(shelves=st.integers(1, 4))
    def sweep(self, shelves: int) -> None:
        """The first shelves are swept."""
        self.window._swept = 0
        self.window.sweep(self.now, shelves)

    @invariant()
    def counts(self) -> None:
        """`ids` is never less than what is known; expiry counts out in steps of ten seconds."""
        assert self.window.ids >= sum(map(self.known, self.model))


TestWindow = WindowMachine.TestCase
TestWindow.settings = settings(max_examples=60, stateful_step_count=40)
