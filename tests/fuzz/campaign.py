"""Campaign: throw after throw for a time; what breaks a law is made small and told."""

import time
from collections import Counter
from collections.abc import Callable
from itertools import count

import msgspec

from gateway.pipeline.reasons import Reason
from tests.fuzz.laws import Broken, judge
from tests.fuzz.throw import Throw, made

__all__ = ["Failure", "Result", "run", "throw_again"]

_TRIES = 3000


class Failure(msgspec.Struct, frozen=True):
    """A throw of which a law does not hold.

    Attributes:
        seed: of the campaign.
        number: of the throw.
        law: what does not hold.
        throw: made as small as was cheap.
    """

    seed: int
    number: int
    law: str
    throw: Throw

    def __str__(self) -> str:
        return (
            f"{self.law}\n  headers  {self.throw.headers!r}\n  body     {self.throw.body!r}\n"
            f"  again    python -m tests.fuzz --seed {self.seed} --case {self.number}"
        )


class Result(msgspec.Struct):
    """What a campaign came to.

    Attributes:
        seed: its seed.
        cases: how many were thrown.
        seconds: it took.
        endings: how many ended by each reason.
        failure: the first there was.
    """

    seed: int
    cases: int = 0
    seconds: float = 0.0
    endings: Counter[Reason] = msgspec.field(default_factory=Counter)
    failure: Failure | None = None


def run(seed: int, seconds: float, progress: Callable[[Result], None] = lambda _: None) -> Result:
    """Throw until the time is over, or a law is broken.

    Args:
        seed: of all throws.
        seconds: how long.
        progress: told now and then.
    """
    result, began = Result(seed), time.monotonic()
    for number in count():
        failure, ending = _judged(seed, number)
        result.cases = number + 1
        if ending is not None:
            result.endings[ending] += 1
        if number % 256 == 0 or failure is not None:
            result.seconds = time.monotonic() - began
            progress(result)
            if failure is not None or result.seconds >= seconds:
                result.failure = failure
                return result
    raise AssertionError


def throw_again(seed: int, number: int) -> Result:
    """Throw one case of a campaign again."""
    failure, ending = _judged(seed, number)
    endings = Counter([ending] if ending is not None else [])
    return Result(seed, 1, endings=endings, failure=failure)


def _judged(seed: int, number: int) -> tuple[Failure | None, Reason | None]:
    throw = made(seed, number)
    try:
        return None, judge(throw)
    except Broken as broken:
        law = str(broken)
        return Failure(seed, number, law, _smaller(throw, law)), None


def _smaller(throw: Throw, law: str) -> Throw:
    """Return the throw without the headers and the bytes that the law is broken without."""
    kind, tries = law[:12], 0
    for header in throw.headers:
        fewer = throw._replace(headers=tuple(one for one in throw.headers if one is not header))
        if _breaks(fewer, kind):
            throw = fewer
    size = len(throw.body) // 2
    while size and tries < _TRIES:
        at = 0
        while at < len(throw.body) and tries < _TRIES:
            tries += 1
            shorter = throw.of(throw.body[:at] + throw.body[at + size :])
            if _breaks(shorter, kind):
                throw = shorter
            else:
                at += size
        size //= 2
    return throw


def _breaks(throw: Throw, kind: str) -> bool:
    try:
        judge(throw)
    except Broken as broken:
        return str(broken)[:12] == kind
    return False
