"""Rotation: new content goes live, bad content never does, and each change is told once."""

import asyncio
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from gateway import parts
from gateway.config import Config, load
from gateway.metrics.secrets import SecretMeter
from gateway.pipeline.reasons import Ended
from gateway.pipeline.signature import parse_signature
from gateway.rotation import Rotation
from tests.e2e.running import environment
from tests.metrics.reading import Reading
from tests.mounting import Mount
from tests.signing import sign
from tests.waiting import until

FIRST = "whsec_11111111111111111111111111111111"
SECOND = "whsec_22222222222222222222222222222222"
THIRD = "whsec_33333333333333333333333333333333"
BODY = b"{}"


class Rotating:
    """A rotation over a folder of files, what it had taken, said and counted.

    Attributes:
        taken: each configuration that it had taken.
        lines: each line that it logged.
        rotation: itself.
    """

    def __init__(self, config: Config, lines: list[Any], interval: float) -> None:
        self.taken = [config]
        self.lines = lines
        self.reading = Reading()
        webhooks = {webhook.name: len(webhook.secrets) for webhook in config.webhooks}
        meter = SecretMeter(self.reading.book, webhooks, lambda: float(len(self.taken)))
        self.rotation = Rotation(config, self.taken.append, meter, interval)

    def proves(self, secret: str) -> bool:
        """Tell whether a secret is live."""
        signature = parse_signature([sign(BODY, 1, secret)])
        try:
            parts.keyring(self.taken[-1]).match(signature, BODY)
        except Ended:
            return False
        return True

    def said(self) -> list[tuple[str, str]]:
        """Return the lines since the last call, as (level, text)."""
        lines, self.lines[:] = list(self.lines), []
        assert not [value for value in (FIRST, SECOND, THIRD) if value in str(lines)]
        return [(line["log_level"], line["event"]) for line in lines]

    def metric(self, name: str, webhook: str = "crm", number: int = 0) -> float | None:
        """Return one sample."""
        return self.reading.value(
            f"cstar_gateway_secret_{name}", webhook=webhook, secret=str(number)
        )


Make = Callable[..., Rotating]


@pytest.fixture
def rotating(monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Return a maker of rotations over the references of one webhook, or of two."""
    # A fresh logger: another test's settings may have been kept by the module's own.
    monkeypatch.setattr("gateway.rotation._log", structlog.get_logger("gateway.rotation"))

    with capture_logs() as lines:

        def make(crm: str, surveys: str = "", interval: float = 0.1, **environ: str) -> Rotating:
            more = {"WEBHOOKS__1__NAME": "surveys", "WEBHOOKS__1__SECRETS": surveys}
            variables = environment(
                "127.0.0.1:9", "p", WEBHOOKS__0__SECRETS=crm, **(more if surveys else {})
            )
            return Rotating(load(None, variables | environ), lines, interval)

        yield make


RELOADED = ("info", "secret reloaded")
HEALED = ("info", "secret can be read again")
FAILED = ("error", "secret not reloaded, its last good content stays live")


async def test_new_content_goes_live_with_the_next_look(rotating: Make, tmp_path: Path) -> None:
    """The new secret proves, the old one no longer; one line and one count; then nothing more."""
    file = tmp_path / "secret"
    file.write_text(FIRST)
    about = rotating(f"file:{file}")
    await about.rotation.look()
    assert (about.said(), len(about.taken), about.metric("reloads_total")) == ([], 1, 0)
    file.write_text(f"{SECOND}\n")
    for _ in range(3):
        await about.rotation.look()
    assert about.proves(SECOND)
    assert not about.proves(FIRST)
    assert about.said() == [RELOADED]
    assert len(about.taken) == 2
    assert about.metric("reloads_total") == 1
    assert about.metric("loaded_timestamp_seconds") == 2
    assert about.metric("stale") == 0


async def test_content_is_compared_and_not_the_times_of_the_file(
    rotating: Make, tmp_path: Path
) -> None:
    """A change that leaves size, inode and times as they were is seen."""
    file = tmp_path / "secret"
    file.write_text(FIRST)
    before = file.stat()
    about = rotating(f"file:{file}")
    file.write_text(SECOND)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = file.stat()
    assert (after.st_ino, after.st_size, after.st_mtime_ns) == (
        before.st_ino,
        before.st_size,
        before.st_mtime_ns,
    )
    await about.rotation.look()
    assert about.proves(SECOND)


async def test_a_mounted_secret_changes_by_its_link(rotating: Make, tmp_path: Path) -> None:
    """Kubernetes leads a link to another folder: both keys are live at once, in one step."""
    mount = Mount(tmp_path / "mount", current=FIRST.encode(), previous=SECOND.encode())
    about = rotating(f"file:{mount.path('current')},file:{mount.path('previous')}")
    mount.put(current=THIRD.encode(), previous=FIRST.encode())
    await about.rotation.look()
    assert (about.proves(THIRD), about.proves(FIRST), about.proves(SECOND)) == (True, True, False)
    assert about.said() == [RELOADED, RELOADED]
    assert len(about.taken) == 2


async def test_a_relative_path_starts_from_the_configuration_file(
    rotating: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read anew is the file that was read first, wherever the process is by now."""
    (tmp_path / "gateway.toml").write_text("")
    (tmp_path / "secret").write_text(FIRST)
    about = rotating("env:OTHER", OTHER=THIRD)
    variables = environment("127.0.0.1:9", "p", WEBHOOKS__0__SECRETS="file:secret")
    about = Rotating(load(tmp_path / "gateway.toml", variables), about.lines, 0.1)
    monkeypatch.chdir("/")
    (tmp_path / "secret").write_text(SECOND)
    await about.rotation.look()
    assert about.proves(SECOND)


def _empty(file: Path) -> None:
    file.write_text("\n")


def _short(file: Path) -> None:
    file.write_text("whsec_1111")


def _spaced(file: Path) -> None:
    file.write_text(f" {SECOND}")


def _large(file: Path) -> None:
    file.write_text(SECOND * 10_000)


def _gone(file: Path) -> None:
    file.unlink()


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _unreadable(file: Path) -> None:
    # Permissions do not hold root back; a link to itself holds back everybody.
    file.unlink()
    file.symlink_to(file)


BAD: list[tuple[Callable[[Path], None], str]] = [
    (_empty, "is empty"),
    (_short, "has 10 bytes, too few"),
    (_spaced, "begins or ends with white space"),
    (_large, "is too large"),
    (_gone, "cannot be read: No such file"),
    (_folder, "cannot be read: Is a directory"),
    (_unreadable, "cannot be read: Too many levels of symbolic links"),
]


@pytest.mark.parametrize(("spoil", "problem"), BAD, ids=[problem for _, problem in BAD])
async def test_what_will_not_do_leaves_the_last_good_live(
    rotating: Make, tmp_path: Path, spoil: Callable[[Path], None], problem: str
) -> None:
    """One ERROR says which, what and the fix; one count; a gauge is 1 until it heals."""
    file = tmp_path / "secret"
    file.write_text(FIRST)
    about = rotating(f"file:{file}")
    spoil(file)
    for _ in range(3):
        await about.rotation.look()
    (line,) = about.lines
    assert problem in line["problem"]
    assert line["fix"]
    where = {"webhook": "crm", "secret": 0, "reference": f"file:{file}"}
    assert {key: line[key] for key in where} == where
    assert about.said() == [FAILED]
    assert about.proves(FIRST)
    assert len(about.taken) == 1
    assert (about.metric("reload_failures_total"), about.metric("stale")) == (1, 1)
    if file.is_dir():
        file.rmdir()
    file.unlink(missing_ok=True)
    file.write_text(FIRST)
    for _ in range(2):
        await about.rotation.look()
    assert about.said() == [HEALED]
    assert (about.metric("reloads_total"), about.metric("stale")) == (0, 0)
    assert about.metric("reload_failures_total") == 1


async def test_a_file_met_while_it_is_written_is_no_problem(rotating: Make, tmp_path: Path) -> None:
    """What is bad is read twice before it is believed: an empty file may fill a moment later."""
    file = tmp_path / "secret"
    file.write_text(FIRST)
    about = rotating(f"file:{file}", interval=5.0)
    file.write_text("")
    look = asyncio.create_task(about.rotation.look())
    await asyncio.sleep(0.05)
    file.write_text(SECOND)
    await look
    assert about.said() == [RELOADED]
    assert about.proves(SECOND)
    assert about.metric("reload_failures_total") == 0


async def test_another_problem_is_told_too(rotating: Make, tmp_path: Path) -> None:
    """What is wrong now is in the log, also where something else was wrong before."""
    file = tmp_path / "secret"
    file.write_text(FIRST)
    about = rotating(f"file:{file}")
    for spoil in (_empty, _empty, _short, _gone):
        spoil(file)
        await about.rotation.look()
    assert about.said() == [FAILED] * 3
    assert about.metric("reload_failures_total") == 3
    file.write_text(SECOND)
    await about.rotation.look()
    assert about.said() == [HEALED, RELOADED]
    assert about.proves(SECOND)
    assert about.metric("stale") == 0


async def test_a_bad_file_holds_no_other_back(rotating: Make, tmp_path: Path) -> None:
    """Beside an empty file, a good one goes live."""
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text(FIRST)
    other.write_text(SECOND)
    about = rotating(f"file:{one}", f"file:{other}")
    _empty(one)
    other.write_text(THIRD)
    await about.rotation.look()
    assert (about.proves(FIRST), about.proves(SECOND), about.proves(THIRD)) == (True, False, True)
    assert about.said() == [FAILED, RELOADED]
    assert about.metric("stale", "surveys") == 0
    assert about.metric("reloads_total", "surveys") == 1


async def test_one_secret_never_lies_in_two_places(rotating: Make, tmp_path: Path) -> None:
    """A secret tells whose a delivery is: what another place holds waits until that one lets go."""
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text(FIRST)
    other.write_text(SECOND)
    about = rotating(f"file:{one}", f"file:{other}")
    other.write_text(FIRST)
    await about.rotation.look()
    (line,) = about.lines
    assert line["problem"] == (f"file:{other} is the secret that webhook crm has in file:{one}")
    assert about.said() == [FAILED]
    assert about.proves(SECOND)
    one.write_text(THIRD)
    await about.rotation.look()
    assert (about.proves(FIRST), about.proves(SECOND), about.proves(THIRD)) == (True, False, True)
    assert about.said() == [RELOADED, HEALED, RELOADED]


async def test_what_cannot_change_is_not_looked_at(
    rotating: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Variables stay as they are, and a pipe is spent once it was read: nothing is begun."""
    reader, writer = os.pipe()
    os.write(writer, SECOND.encode())
    os.close(writer)
    try:
        about = rotating(f"env:OTHER,file:/dev/fd/{reader}", OTHER=FIRST, interval=0.0)
    finally:
        os.close(reader)
    monkeypatch.setenv("OTHER", THIRD)
    before = asyncio.all_tasks()
    about.rotation.start()
    assert asyncio.all_tasks() == before
    about.rotation.stop()
    await about.rotation.look()
    assert about.said() == []
    assert about.proves(FIRST)
    assert about.proves(SECOND)


async def test_what_is_seldom_meant_is_warned_of(rotating: Make, tmp_path: Path) -> None:
    """Content that is no secret of cStar's goes live, as at the start, with the same warning."""
    file = tmp_path / "secret"
    file.write_text(FIRST)
    about = rotating(f"file:{file}")
    file.write_text("a password of some other service")
    await about.rotation.look()
    (warning, _) = about.lines
    assert (warning["key"], warning["fix"]) == (
        "webhooks[0].secrets",
        "store the signing secret whole, its prefix included",
    )
    assert about.said() == [("warning", "configuration"), RELOADED]
    file.write_text("a password of yet another service")
    await about.rotation.look()
    assert about.said() == [RELOADED]


async def test_it_looks_by_itself_until_it_is_stopped(rotating: Make, tmp_path: Path) -> None:
    """Once started, each change is taken without a call; once stopped, none."""
    file = tmp_path / "secret"
    file.write_text(FIRST)
    about = rotating(f"file:{file}", interval=0.01)
    about.rotation.start()
    for secret in (SECOND, THIRD):
        file.write_text(secret)
        await until(partial(about.proves, secret))
    (looking,) = asyncio.all_tasks() - {asyncio.current_task()}
    about.rotation.stop()
    await asyncio.wait([looking])
    assert looking.cancelled()
    about.rotation.stop()


async def test_a_file_that_takes_its_time_holds_nothing_up(rotating: Make, tmp_path: Path) -> None:
    """While a read hangs the loop turns; what it brings in the end goes live."""
    file = tmp_path / "secret"
    file.write_text(FIRST)
    about = rotating(f"file:{file}")
    file.unlink()
    os.mkfifo(file)  # opening it waits for a writer
    look = asyncio.create_task(about.rotation.look())
    for _ in range(20):
        await asyncio.sleep(0.005)
    assert not look.done()
    assert about.proves(FIRST)
    await asyncio.to_thread(file.write_text, SECOND)
    await look
    assert about.proves(SECOND)


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        ("gateway.rotation.Thread.start", "cannot be looked at: out of it"),
        ("gateway.rotation.Secret.reread", "cannot be read: RuntimeError"),
    ],
)
async def test_a_look_that_fails_is_a_problem_and_not_the_end(
    rotating: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str, problem: str
) -> None:
    """Without a thread, or by a fault of ours, all stay live and are told; the next look heals."""
    file = tmp_path / "secret"
    file.write_text(FIRST)
    about = rotating(f"file:{file}", interval=0.01)

    def fail(*_: object) -> None:
        raise RuntimeError("out of it")

    with monkeypatch.context() as patched:
        patched.setattr(broken, fail)
        about.rotation.start()
        await until(lambda: about.metric("stale") == 1)
    assert problem in about.lines[0]["problem"]
    file.write_text(SECOND)
    await until(lambda: about.proves(SECOND))
    about.rotation.stop()
    assert about.said() == [FAILED, HEALED, RELOADED]
