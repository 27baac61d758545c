"""Quantities: durations, sizes and counts as people write them, within stated bounds.

Durations: seconds (`3`, `0.5`) or `500ms`, `33h`, `31h12m30s`, `7d`; read to the millisecond.
Sizes: bytes (`1048576`) or `1MiB`, `512 KiB`, `3MB`; a whole number of bytes.
"""

import re
from abc import ABC, abstractmethod
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from gateway.config.faults import Problem, shown

__all__ = ["Count", "Duration", "Quantity", "Size"]

_NUMBER = r"([0-9]{1,15}(?:\.[0-9]{1,9})?)"
_DURATION = re.compile(
    rf"(?:{_NUMBER}d)?(?:{_NUMBER}h)?(?:{_NUMBER}m)?(?:{_NUMBER}s)?(?:{_NUMBER}ms)?"
)
_DAY, _HOUR, _MINUTE, _SECOND = 86_400_000, 3_600_000, 60_000, 1_000
_MILLISECONDS = (_DAY, _HOUR, _MINUTE, _SECOND, 1)
_LONGEST = 1e15  # of a number written without quotes, as the digits of a text are bounded
_SIZE = re.compile(rf"{_NUMBER}\s?([kmg]?)(i?)(b?)", re.IGNORECASE)
_PLAIN = re.compile(_NUMBER)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3}


class Quantity(ABC):
    """A number with a unit and bounds; annotates a model's field and validates it.

    Args:
        least: smallest value taken, in the base unit.
        most: largest value taken, in the base unit; None for no bound.
        why: a reason for the bounds, where it is not plain.
    """

    kind: str
    example: str

    def __init__(self, least: float, most: float | None = None, why: str = "") -> None:
        self.least = least
        self.most = most
        self.why = why

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Validate by `read` alone: pydantic's own lax reading takes `true` for 1."""
        return core_schema.no_info_plain_validator_function(self.read)

    def read(self, value: object) -> float:
        """Return the quantity in its base unit.

        Raises:
            Problem: not such a quantity, or out of bounds.
        """
        number = self.parse(value)
        if number is None:
            raise Problem(f"{shown(value)} is not a {self.kind}", f"write {self.example}")
        if number < self.least or (self.most is not None and number > self.most):
            because = f" ({self.why})" if self.why else ""
            raise Problem(f"{self.write(number)} is out of bounds{because}", f"give {self.bounds}")
        return number

    @property
    def bounds(self) -> str:
        """The bounds in words."""
        least = self.write(self.least)
        if self.most is None:
            return f"{least} or more"
        return f"between {least} and {self.write(self.most)}"

    @abstractmethod
    def parse(self, value: object) -> float | None:
        """Return the number in the base unit, None where the value is no such quantity."""

    @abstractmethod
    def write(self, number: float) -> str:
        """Return the number as people write it; `parse` reads it back unchanged."""


class Duration(Quantity):
    """A time span; base unit seconds, a float."""

    kind = "duration"
    example = "seconds (3, 0.5) or a text such as 500ms, 75s, 33h or 31h12m30s"

    def parse(self, value: object) -> float | None:
        """Read seconds, or a text of descending units."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value) if abs(value) < _LONGEST else None  # NaN never is
        if not isinstance(value, str):
            return None
        text = value.strip().lower()
        if _PLAIN.fullmatch(text):
            return float(text)
        parts = _DURATION.fullmatch(text)
        if not text or not parts:
            return None
        pairs = zip(parts.groups(), _MILLISECONDS, strict=True)
        return round(sum(float(number) * unit for number, unit in pairs if number)) / 1000

    def write(self, number: float) -> str:
        """Write the units operators speak in: 33h rather than 1d9h, 1.5s rather than 1s500ms."""
        left = round(abs(number) * 1000)
        sign = "-" if number < 0 else ""
        if left < _SECOND:
            return f"{sign}{left}ms" if left else "0s"
        if left > 2 * _DAY and left % _DAY == 0:
            return f"{sign}{left // _DAY}d"
        if left < 2 * _MINUTE and left % _MINUTE:
            return f"{sign}{left / _SECOND:g}s"
        hours, left = divmod(left, _HOUR)
        minutes, left = divmod(left, _MINUTE)
        text = f"{hours}h" if hours else ""
        text += f"{minutes}m" if minutes else ""
        return f"{sign}{text}" + (f"{left / _SECOND:g}s" if left else "")


class Size(Quantity):
    """An amount of memory or data; base unit bytes, an int."""

    kind = "size"
    example = "bytes (1048576) or a text such as 512KiB, 1MiB or 3MB"

    def parse(self, value: object) -> int | None:
        """Read bytes, or a text with a binary (KiB) or decimal (kB) unit."""
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        parts = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
        if not parts or (parts[3] and not parts[2]):
            return None
        base = 1024 if parts[3] else 1000
        exact = float(parts[1]) * base ** _POWERS[parts[2].lower()]
        return int(exact) if exact.is_integer() else None

    def write(self, number: float) -> str:
        """Write the largest binary unit that divides exactly."""
        whole = int(number)
        for power, letter in ((3, "GiB"), (2, "MiB"), (1, "KiB")):
            if whole and whole % 1024**power == 0:
                return f"{whole // 1024**power}{letter}"
        return f"{whole}B"


class Count(Quantity):
    """A number of things; an int."""

    kind = "whole number"
    example = "a whole number"

    def parse(self, value: object) -> int | None:
        """Read an integer, or the decimal digits of one."""
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        text = value.strip() if isinstance(value, str) else ""
        if re.fullmatch(r"-?[0-9]{1,15}", text):
            return int(text)  # not of the value: `strip` takes away more than `int` passes over
        return None

    def write(self, number: float) -> str:
        """Write the digits."""
        return str(int(number))
