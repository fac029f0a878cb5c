"""Arrivals at a rate, which may rise at first and change in stages.

    arrivals/s
        │            ┌────────┐
        │   ┌────────┘        │         rate(t): a ramp, then stages
        │  ╱                  └─────
        └─╱───────────────────────── t
          ramp   stage  stage  stage

Gaps of mean 1 are drawn first and added up to S₁ < S₂ < …; the k-th arrival is the instant
at which Λ(t) = ∫ rate from 0 to t has grown to S_k (time change of a renewal process; with
exponential gaps it is the inhomogeneous Poisson process: Çınlar, Introduction to Stochastic
Processes, 4.7). So every shape of gaps goes with every course of the rate.
"""

import math
import random
from collections.abc import Iterator, Sequence
from itertools import chain, count
from typing import Self

from msgspec import Struct

from harness.suite import Arrival, Stage


class Pace(Struct, frozen=True, kw_only=True):
    """Arrivals at the rates of `stages`, one after the other; the last may be without end.

    arrival, burstiness: how the gaps scatter, see `unit_times`.
    ramp_s: seconds in which the rate rises in a straight line from 0 to the first stage's,
        before that stage begins.
    """

    stages: tuple[Stage, ...]
    arrival: Arrival = "poisson"
    burstiness: float = 1.0
    ramp_s: float = 0.0

    @classmethod
    def at(cls, rate: float) -> Self:
        """One rate without end, at Poisson instants."""
        return cls(stages=(Stage(rate=rate, duration_s=math.inf),))

    @property
    def label(self) -> str:
        """`r2.5`, `r2.5-gamma4-ramp30`; `stages`, `stages-constant` for those that end."""
        name = f"r{self.stages[0].rate:g}" if self.is_endless else "stages"
        shape = f"-gamma{self.burstiness:g}" if self.arrival == "gamma" else f"-{self.arrival}"
        ramp = f"-ramp{self.ramp_s:g}" if self.ramp_s else ""
        return name + ("" if self.arrival == "poisson" else shape) + ramp

    @property
    def is_endless(self) -> bool:
        return math.isinf(self.stages[-1].duration_s)

    def instants(self, rng: random.Random) -> Iterator[float]:
        """The arrivals in seconds, ascending; they end with the last stage."""
        spans = _spans(self.stages, self.ramp_s)
        start_s, passed = 0.0, 0.0
        span = next(spans)
        for due in unit_times(self.arrival, self.burstiness, rng):
            while due - passed >= span.arrivals:
                start_s, passed = start_s + span.duration_s, passed + span.arrivals
                following = next(spans, None)
                if following is None:
                    return
                span = following
            yield start_s + span.seconds_until(due - passed)


def unit_times(arrival: Arrival, burstiness: float, rng: random.Random) -> Iterator[float]:
    """Endless ascending times whose gaps have mean 1 and coefficient of variation c.

        constant  |   |   |   |   |   |   |     c = 0, the first at 0
        gamma 4   |  |    |   |  |    |   |     c = 1/√burstiness = 0.5
        poisson   | |      |  ||    |     |     c = 1: exponential gaps, gamma with shape 1
        gamma 1/4 |||          || |       |     c = 2

    `burstiness` is the shape of the gamma distribution, its scale 1/burstiness: the larger,
    the smoother. The first gap begins at 0.
    """
    if arrival == "constant":
        yield from map(float, count())
    at = 0.0
    while True:
        gap = rng.expovariate(1.0)
        if arrival == "gamma":
            gap = rng.gammavariate(burstiness, 1 / burstiness)
        at += gap
        yield at


class _Span(Struct, frozen=True):
    """Seconds in which the rate goes in a straight line from one value to another."""

    rate_from: float
    rate_to: float
    duration_s: float

    @property
    def arrivals(self) -> float:
        """The mean number of arrivals: the area under the rate."""
        return (self.rate_from + self.rate_to) / 2 * self.duration_s

    def seconds_until(self, arrivals: float) -> float:
        """When the area under the rate has grown to `arrivals`: from·t + slope·t²/2."""
        slope = (self.rate_to - self.rate_from) / self.duration_s
        if slope == 0:
            return arrivals / self.rate_from
        root = math.sqrt(self.rate_from**2 + 2 * slope * arrivals)
        # Rounding must not carry an arrival over into the next span.
        return min((root - self.rate_from) / slope, self.duration_s)


def _spans(stages: Sequence[Stage], ramp_s: float) -> Iterator[_Span]:
    ramp = [_Span(0.0, stages[0].rate, ramp_s)] if ramp_s else []
    return chain(ramp, (_Span(each.rate, each.rate, each.duration_s) for each in stages))
