"""The steps of a replay: nothing is written before somebody said yes."""

from typing import Any

import pytest
import typer

from gateway.cli import replay_run
from gateway.cli.choice import Choice
from gateway.cli.replay_run import Wish, run
from gateway.cli.telling import Telling
from gateway.config import load
from tests.e2e.running import environment


@pytest.mark.parametrize(
    ("sure", "terminal", "answer", "found", "steps"),
    [
        (True, True, None, 2, ["replay"]),
        (False, True, None, 2, ["dry run"]),
        (None, False, None, 2, ["dry run"]),
        (None, True, None, 0, ["dry run"]),
        (None, True, False, 2, ["dry run", "Replay 2?"]),
        (None, True, True, 2, ["dry run", "Replay 2?", "replay"]),
    ],
)
async def test_who_is_asked(
    monkeypatch: pytest.MonkeyPatch,
    sure: bool | None,  # noqa: FBT001
    terminal: bool,  # noqa: FBT001
    answer: bool | None,  # noqa: FBT001
    found: int,
    steps: list[str],
) -> None:
    """With --yes it replays; on a terminal it asks after the dry run; elsewhere it ends there."""
    done: list[str] = []

    async def dry_run(*_: object) -> tuple[int, int]:
        done.append("dry run")
        return 0, found

    async def replay(*_: object) -> int:
        done.append("replay")
        return 0

    def confirm(question: str, **_: Any) -> bool:
        done.append(question)
        assert answer is not None
        return answer

    monkeypatch.setattr(replay_run, "_dry_run", dry_run)
    monkeypatch.setattr(replay_run, "_replay", replay)
    monkeypatch.setattr(typer, "confirm", confirm)
    monkeypatch.setattr("sys.stdin.isatty", lambda: terminal, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal, raising=False)
    config = load(None, environment("127.0.0.1:1", "t"))
    assert await run(config, Wish(Choice(), sure), Telling(json=False)) == 0
    assert done == steps
