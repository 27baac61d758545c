"""Units: numbers as Grafana writes them, for pictures."""

from collections.abc import Callable, Mapping

__all__ = ["written"]

_STEPS = ((1e9, " Bil"), (1e6, " Mil"), (1e3, " K"))
_BYTES = ((2**30, " GiB"), (2**20, " MiB"), (2**10, " KiB"))
_TIMES = (
    (86400.0, " day"),
    (3600.0, " hour"),
    (60.0, " min"),
    (1.0, " s"),
    (1e-3, " ms"),
    (1e-6, " µs"),
)


def _digits(value: float) -> str:
    return f"{float(f'{value:.3g}'):.6g}"


def _stepped(value: float, steps: tuple[tuple[float, str], ...], rest: str) -> str:
    for size, name in steps:
        if abs(value) >= size:
            return _digits(value / size) + name
    return _digits(value) + rest


def _seconds(value: float) -> str:
    return "0 s" if value == 0 else _stepped(value, _TIMES, " s")


_WRITERS: Mapping[str, Callable[[float], str]] = {
    "short": lambda value: _stepped(value, _STEPS, ""),
    "none": _digits,
    "bool": lambda value: "true" if value else "false",
    "s": _seconds,
    "bytes": lambda value: _stepped(value, _BYTES, " B"),
    "Bps": lambda value: _stepped(value, _BYTES, " B") + "/s",
    "percentunit": lambda value: f"{_digits(round(value * 100, 3))}%",
    "reqps": lambda value: _stepped(value, _STEPS, "") + " req/s",
    "ops": lambda value: _stepped(value, _STEPS, "") + " ops/s",
}


def written(value: float, unit: str) -> str:
    """Return a number in one of the units that the dashboards use."""
    return _WRITERS[unit](value)
