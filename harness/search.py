"""Which load to try next on the way to the highest that meets an SLO. Pure.

It doubles until a level is not shown to meet the SLO and then halves the gap. That needs
an offer whose service does not get better under more load; where it does, the level found
is still one that was shown to pass, with one above it that was not.
"""

import math
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

By = Literal["concurrency", "rate"]

# Levels of an open loop are told apart down to this ratio: its arrivals are random, and a
# finer step would measure their luck.
FINEST_RATIO = 1.05


class Levels(Struct, frozen=True, kw_only=True):
    """The loads that may be tried: from `start` to `top`, both included.

    by: whether a level is a number of streams or of requests per second.
    """

    by: By
    start: float
    top: float

    def next(self, passed: Iterable[float], failed: Iterable[float]) -> float | None:
        """The level to try after these; None when the answer is known.

        failed: those that were not shown to pass, for whatever reason.
        """
        best = max(passed, default=None)
        worst = min(failed, default=None)
        if best is None:
            return self.start if worst is None else None
        if worst is None:
            return min(2 * best, self.top) if best < self.top else None
        return self._between(best, worst)

    def most(self) -> int:
        """The most levels that a search can try."""
        doublings = 1 + math.ceil(math.log2(self.top / self.start))
        if self.by == "concurrency":
            gap = max(2.0, self.top / 2)
        else:
            gap = math.log(2) / math.log(FINEST_RATIO)
        return doublings + math.ceil(math.log2(gap))

    def _between(self, best: float, worst: float) -> float | None:
        if self.by == "concurrency":
            return (best + worst) // 2 if worst - best > 1 else None
        if worst / best <= FINEST_RATIO:
            return None
        middle = float(f"{math.sqrt(best * worst):.3g}")
        return middle if best < middle < worst else None
