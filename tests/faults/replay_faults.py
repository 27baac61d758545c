"""What befalls a gateway while it reads back what was accepted: killed, or frozen, amid it."""

import asyncio
import signal
from pathlib import Path

from tests.faults.context import Context
from tests.faults.plan import Plan
from tests.faults.points import IN_REPLAY
from tests.faults.row import Row
from tests.faults.trial import Trial, trial
from tests.waiting import until

__all__ = ["frozen_in_replay", "killed_in_replay"]

_ENTRIES = 30
"""Of the journal, or records of the output topics, that are read before it happens."""

_READ_BACK = "idempotency journal replayed"


async def killed_in_replay(context: Context) -> Row:
    """A replica killed, and then again each time it reads back what was accepted."""
    injected = "SIGKILL; then amid reading the journal, then amid reading the output topics"
    plan = Plan("F16", "replica killed in replay", injected, answers=False)
    async with trial(context, plan) as under:
        await under.reached(0.4)
        replica = under.replicas[0]
        await replica.kill()
        for point in IN_REPLAY:
            before = len(replica.log)
            await replica.start(f"--kill={point}", f"--after={_ENTRIES}")
            code = await replica.ended()
            if code != -signal.SIGKILL:
                under.failures.append(f"{point}: it ended with {code} before it was killed")
            _expect_unread(under, replica.log[before:])
        await replica.back()
        under.healed()
    return under.row


async def frozen_in_replay(context: Context, seconds: float = 45.0) -> Row:
    """A replica that stands still amid reading the journal, for longer than cStar waits."""
    injected = f"SIGKILL; SIGSTOP amid reading the journal, SIGCONT after {seconds:g} s"
    plan = Plan("F16", "replica frozen in replay", injected, answers=False)
    async with trial(context, plan) as under:
        await under.reached(0.4)
        replica = under.replicas[0]
        await replica.kill()
        replica.in_rotation = False  # no probe finds it ready
        await replica.start("--stop=in-journal", f"--after={_ENTRIES}")
        await until(lambda: _stands(replica.pid))
        _expect_unread(under, replica.command.log)
        await asyncio.sleep(seconds)
        replica.signal(signal.SIGCONT)
        await replica.ready()
        replica.in_rotation = True
        under.healed()
    return under.row


def _expect_unread(under: Trial, log: str) -> None:
    if _READ_BACK in log:
        under.failures.append("it had read all back before it happened")


def _stands(pid: int) -> bool:
    """Tell whether a process is stopped (proc_pid_stat(5): the state follows the name)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
