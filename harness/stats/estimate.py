"""What an analysis returns: a number with its interval, its n and what to mind about it."""

from msgspec import Struct

CONFIDENCE = 0.95


class Caveat(Struct, frozen=True, kw_only=True):
    """What a reader must know about a number, and what would mend it.

    `code` is stable and meant for programs, `message` and `remedy` are for people.
    """

    code: str
    message: str
    remedy: str = ""


class Estimate(Struct, frozen=True, kw_only=True):
    """A number, the interval [low, high] around it, and the n that it rests on.

    None where the data do not support the number. An end alone is a one-sided bound: with
    no solved task there is a low end of the cost per solved task, and nothing else.
    """

    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    n: int
    warnings: tuple[Caveat, ...] = ()
