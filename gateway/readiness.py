"""Readiness: why deliveries cannot be taken now, asked for every one of them.

May live here: what has to be so before the first, and what may be lost again. May not: looking.
"""

from collections.abc import Callable
from typing import Final, final

from gateway.pipeline.reasons import Reason

__all__ = ["Readiness"]

_STARTING: Final = Reason.STARTING
_BEHIND: Final = Reason.JOURNAL_BEHIND


@final
class Readiness:
    """Tells whether deliveries are taken.

    Args:
        look: looks at all that must hold, and tells whether it does; asked until it once did.
        behind: whether what other replicas accepted is not known here, for the moment.

    Attributes:
        began: whether all did hold once.
    """

    __slots__ = ("_behind", "_look", "began")

    def __init__(self, look: Callable[[], bool], behind: Callable[[], bool]) -> None:
        self._look = look
        self._behind = behind
        self.began = False

    def reason(self) -> Reason | None:
        """Return why deliveries cannot be taken; None when they can."""
        if not self.began:
            self.began = self._look()
            if not self.began:
                return _STARTING
        return _BEHIND if self._behind() else None
