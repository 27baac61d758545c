"""Loading: a TOML file and the environment into a `Config`, or every fault at once."""

import copy
import tomllib
from collections.abc import Iterable, Mapping
from itertools import pairwise, product
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from gateway.config.environment import overlay
from gateway.config.faults import ConfigError, Fault, Path, dotted, harmless
from gateway.config.findings import Places, finding
from gateway.config.keys import KEYS, key_at
from gateway.config.model import Config
from gateway.config.rules import violations
from gateway.config.secrets import Surroundings

__all__ = ["load"]

_ORDER = {path: place for place, path in enumerate(KEYS)}
_PASSES = 8  # faults that hide behind faults: a table's kind, then its keys, then their items


def load(path: FilePath | None, environ: Mapping[str, str]) -> Config:
    """Return the configuration in the file `path`, with `environ` laid over it.

    Relative paths in the configuration start from the file's folder, without a file from the
    working folder.

    Raises:
        ConfigError: with every fault of the file, the environment and what they refer to.
    """
    tree = _read(path) if path else {}
    from_environment, faulty = overlay(tree, environ)
    surroundings = Surroundings(environ, path.parent if path else FilePath())
    places = Places(str(path) if path else "", from_environment, tree)
    config: Config | None = None
    for _ in range(_PASSES):
        try:
            config = Config.model_validate(tree, context=surroundings)
            break
        except ValidationError as error:
            found = [finding(detail, places) for detail in error.errors(include_url=False)]
            faulty += found
            tree = _without(tree, [place for place, _ in found])
    if config is not None:
        bad = [place for place, _ in faulty]
        faulty += [
            (broken.path, places.fault(broken.path, broken.problem, broken.fix))
            for broken in violations(config)
            if not _overlap((broken.path, *broken.reads), bad)
        ]
    if faulty or config is None:
        faulty.sort(key=lambda pair: _rank(pair[0]))
        raise ConfigError([fault for _, fault in faulty]) from None
    return config


def _read(path: FilePath) -> dict[str, Any]:
    def refuse(problem: str, fix: str) -> ConfigError:
        return ConfigError([Fault(str(path), "", "file", problem, fix)])

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise refuse(
            f"cannot be read: {error.strerror or error}", "correct the path, or its permissions"
        ) from None
    except UnicodeDecodeError:
        raise refuse("is not UTF-8 text", "save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise refuse(f"is not valid TOML: {harmless(str(error))}", "correct it there") from None


def _without(tree: dict[str, Any], places: list[Path]) -> dict[str, Any]:
    """Return `tree` without the faulty values, so that the rest can be judged."""
    tree = copy.deepcopy(tree)
    for path in sorted(places, key=_rank, reverse=True):  # the later items of a list first
        _remove(tree, path)
    return tree


def _remove(tree: dict[str, Any], path: Path) -> None:
    node: Any = tree
    for part, below in pairwise(path):
        if not isinstance(node[part], dict | list):
            del node[part]  # a list written as one text: its items cannot be told apart
            return
        node = node[part]
        if isinstance(node, dict) and below not in node:
            return  # gone with another of its items
    above = key_at(path[:-1])
    if above and above.kind == "tables":
        node[path[-1]] = {}  # an item of a list of tables keeps its number
    else:
        del node[path[-1]]


def _overlap(some: Iterable[Path], others: Iterable[Path]) -> bool:
    """Tell whether a key of `some` is, holds, or lies in a key of `others`."""
    return any(
        all(one == other for one, other in zip(*pair, strict=False))
        for pair in product(some, others)
    )


def _rank(path: Path) -> tuple[int, tuple[int, ...], str]:
    """Sort as the documentation does: by the model's order, then by number."""
    numbers = tuple(part for part in path if isinstance(part, int))
    starred = tuple("*" if isinstance(part, int) else part for part in path)
    while starred and starred not in _ORDER:
        starred = starred[:-1]
    return _ORDER.get(starred, -1), numbers, dotted(path)
