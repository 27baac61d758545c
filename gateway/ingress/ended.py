"""Ended: the log's line of how a delivery was answered, at the level of its reason.

May live here: which endings are told, and what of them. Nothing that is not signed is in the line
but the reason itself; a stranger's bytes never are.
"""

import logging
from typing import Final

import structlog

from gateway.pipeline.reasons import ENDINGS, Outcome, Reason
from gateway.pipeline.verdict import Verdict

__all__ = ["log_ending"]

_log = structlog.get_logger(__name__)
_logger: Final = logging.getLogger(__name__)
_root: Final = logging.getLogger()
_NAMES = logging.getLevelNamesMapping()
# What is no request, a scanner's bytes on the port, is counted and not told. The others are told
# where more is known of them: what is quarantined, and where a fault lies.
_UNTOLD = frozenset({Reason.HTTP_MALFORMED, Reason.HEADERS_TOO_LARGE, Reason.INTERNAL_ERROR}).union(
    reason for reason in Reason if ENDINGS[reason].outcome is Outcome.QUARANTINED
)
_LEVELS: Final = {
    reason: _NAMES[ending.level.upper()]
    for reason, ending in ENDINGS.items()
    if reason not in _UNTOLD
}


def log_ending(verdict: Verdict) -> None:
    """Log how a delivery ended, unless that has been done, or its level is not written."""
    level = _LEVELS.get(verdict.reason)
    if level is None or (level < _root.level and not _logger.level):
        return  # nearly always; the logger itself is asked through many frames
    if not _logger.isEnabledFor(level):
        return
    ending = ENDINGS[verdict.reason]
    _log.log(
        level,
        "delivery ended",
        outcome=ending.outcome.value,
        reason=verdict.reason.value,
        status=ending.status,
        detail=verdict.detail,
        event_id=verdict.event_id,
        event_type=verdict.event_type,
    )
