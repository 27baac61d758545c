"""Section: the manner of every table of the configuration."""

from pydantic import BaseModel, ConfigDict

__all__ = ["Section"]


class Section(BaseModel):
    """A table: frozen, closed to unknown keys, every key with a default and a description.

    That every key has a default keeps faults apart: what is missing or contradictory is found by
    `rules` even where other keys are wrong.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
