"""Findings: what pydantic found, told in our words with the place it came from."""

import copy
from typing import Any

from gateway.config.faults import Fault, Path, Problem, dotted, shown, variable
from gateway.config.keys import key_at, suggestion

__all__ = ["Places", "finding"]


class Places:
    """Tells where each value came from.

    Args:
        file: the configuration file's name, empty where there is none.
        environment: the keys that variables set.
        tree: the file's tree with the variables laid over it.
    """

    def __init__(self, file: str, environment: set[Path], tree: dict[str, Any]) -> None:
        self._file = file
        self._environment = environment
        self._tree = copy.deepcopy(tree)

    def fault(self, path: Path, problem: str, fix: str) -> Fault:
        """Return the fault of a key."""
        item = bool(path) and isinstance(path[-1], int)
        name = variable(path) if key_at(path[:-1] if item else path) else ""
        return Fault(dotted(path), name, self._source(path), problem, fix)

    def _source(self, path: Path) -> str:
        if any(path[:length] in self._environment for length in range(1, len(path) + 1)):
            return "environment"
        node: Any = self._tree
        for part in path:
            try:
                node = node[part]
            except (KeyError, IndexError, TypeError):
                return "default"
        return self._file or "default"


def finding(detail: Any, places: Places) -> tuple[Path, Fault]:
    """Return one of pydantic's findings and its place; the input is shown where it is harmless."""
    path: Path = detail["loc"]
    context = detail.get("ctx", {})
    problem, fix = detail["msg"], "correct it"
    match detail["type"]:
        case "value_error" if isinstance(context["error"], Problem):
            problem, fix = context["error"].problem, context["error"].fix
        case "extra_forbidden":
            problem, fix = "no such key", suggestion(path)
        case "literal_error" | "enum":
            problem = f"{shown(detail['input'])} is not offered"
            fix = f"write {context['expected']}"
        case "bool_parsing" | "bool_type":
            problem, fix = f"{shown(detail['input'])} is not true or false", "write true or false"
        case "string_type":
            problem, fix = "is not a text", "write it between quotes"
        case "too_long":
            problem = f"has {context['actual_length']} items"
            fix = f"keep at most {context['max_length']}"
        case "tuple_type" if (key := key_at(path)) and key.kind == "tables":
            problem, fix = "is not a list of tables", f"write [[{path[-1]}]], with two brackets"
        case "tuple_type":
            problem, fix = "is not a list", 'write ["a", "b"]'
        case "model_type":
            name = dotted(part for part in path if isinstance(part, str))
            problem, fix = "is not a table", f"write [{name}] and its keys below it"
    return path, places.fault(path, problem, fix)
