"""One load level of a suite, and its name in a cell's key."""

import random
from collections.abc import Iterator

from msgspec import Struct

from harness.schedule.pace import Pace
from harness.schedule.trace import Trace


class Load(Struct, frozen=True, kw_only=True):
    """A closed loop of `concurrency`, or an open loop whose trials start at `arrivals`.

    in_flight: most trials of an offer at a time in an open loop; others wait, and are late.
    """

    concurrency: int | None = None
    arrivals: Pace | Trace | None = None
    in_flight: int | None = None

    @property
    def label(self) -> str:
        """`c4` for four at a time, `r2.5` for 2.5 a second: the load part of a cell's key.

        >>> Load(concurrency=4).label
        'c4'
        >>> Load(arrivals=Pace.at(2.5), in_flight=8).label
        'r2.5-m8'
        """
        if self.arrivals is None:
            return f"c{self.concurrency}"
        cap = "" if self.in_flight is None else f"-m{self.in_flight}"
        return self.arrivals.label + cap

    @property
    def is_open(self) -> bool:
        """True where trials start whether or not earlier ones have ended."""
        return self.arrivals is not None

    @property
    def rate_per_s(self) -> float | None:
        """The rate of an open loop that keeps to one; None for any other load."""
        if not isinstance(self.arrivals, Pace) or not self.arrivals.is_endless:
            return None
        return self.arrivals.stages[0].rate if len(self.arrivals.stages) == 1 else None

    @property
    def is_endless(self) -> bool:
        """False where the arrivals themselves come to an end."""
        return self.arrivals is None or self.arrivals.is_endless

    @property
    def most_at_once(self) -> int | None:
        """Trials of an offer in flight at most; None where nothing bounds them."""
        return self.in_flight if self.is_open else self.concurrency

    def instants(self, seed: int) -> Iterator[float]:
        """The arrivals, in seconds, ascending. They depend on the seed and on the shape, not
        on the cap, so that levels of a cap meet the same arrivals."""
        assert self.arrivals is not None
        return self.arrivals.instants(random.Random(f"{seed}/{self.arrivals.label}"))
