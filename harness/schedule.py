"""When trials start: pure schedules, in seconds since the phase began.

Closed loops start a trial when an earlier one has ended and need no schedule; open loops
have an absolute one, so that a late start is followed by catching up, never by a slower
rate.
"""

import random
from collections.abc import Iterator

from msgspec import Struct


class Load(Struct, frozen=True, kw_only=True):
    """One load level of a suite: a closed loop of `concurrency` or an open loop at `rate`.

    `rate_per_s` starts trials at random (Poisson) instants with that mean rate.
    """

    concurrency: int | None = None
    rate_per_s: float | None = None

    @property
    def label(self) -> str:
        """`c4` for four at a time, `r2.5` for 2.5 a second: the load part of a cell's key."""
        if self.rate_per_s is not None:
            return f"r{self.rate_per_s:g}"
        return f"c{self.concurrency}"


def poisson_arrivals(rate_per_s: float, rng: random.Random) -> Iterator[float]:
    """Endless arrival instants of a Poisson process, in seconds, ascending."""
    at_s = 0.0
    while True:
        at_s += rng.expovariate(rate_per_s)
        yield at_s
