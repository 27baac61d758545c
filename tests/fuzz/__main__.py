"""`python -m tests.fuzz`: minutes of it, with a seed, and exit code 1 where a law is broken."""

import argparse
import secrets
import sys
import time

from tests.fuzz.campaign import Result, run, throw_again

__all__ = ["main"]

_EVERY = 10.0  # seconds between two lines of progress


def main() -> int:
    """Run a campaign, or one case of it again; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0, help="how long")
    parser.add_argument("--seed", type=int, help="of every choice; drawn where not given")
    parser.add_argument("--case", type=int, help="throw only this one")
    options = parser.parse_args()
    seed = secrets.randbelow(10**9) if options.seed is None else options.seed
    if options.case is not None:
        return _told(throw_again(seed, options.case))
    print(f"seed {seed}, {options.minutes:g} minutes")
    return _told(run(seed, options.minutes * 60, _Progress()))


class _Progress:
    """Says now and then how far a campaign is."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def __call__(self, result: Result) -> None:
        if time.monotonic() - self._said >= _EVERY:
            self._said = time.monotonic()
            print(f"{result.cases:>9} cases  {result.cases / result.seconds:>6.0f} /s", flush=True)


def _told(result: Result) -> int:
    for reason, times in result.endings.most_common():
        print(f"{times:>9} {reason}")
    if result.failure is not None:
        print(f"FAILED after {result.cases} cases: {result.failure}")
        return 1
    rate = f", {result.cases / result.seconds:.0f} a second" if result.seconds else ""
    print(f"{result.cases} cases{rate}: every law held (seed {result.seed})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
