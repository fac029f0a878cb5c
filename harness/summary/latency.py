"""Latencies and rates of a cell's attempts: what each is, in seconds, and over which.

Latencies are of answered attempts and count from the instant of issue. How late that was
against the schedule shows in the twin that counts from the intended instant, and what a
failed attempt would do to a percentile in `with_failures`.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime

from harness.records import Attempt
from harness.stats import LogHistogram, least_n_for_quantile, quantile
from harness.summary.shape import Censored, Percentiles
from harness.timings import (
    OURS,
    e2e_s,
    is_answered,
    schedule_lag_s,
    scheduled_latency_s,
    tpot_s,
    ttft_from_intended_s,
    ttft_s,
    ttfvt_s,
)
from providers.outcomes import Outcome

QUANTILES = {"p50": 0.50, "p90": 0.90, "p95": 0.95, "p99": 0.99}
# A drawn distribution needs no more points than a chart has pixels to tell apart.
CURVE_POINTS = 200


def latencies(attempts: Sequence[Attempt]) -> dict[str, Percentiles]:
    """The cell's percentiles by name, from its attempts of purpose `task`."""
    answered = [attempt for attempt in attempts if is_answered(attempt)]
    failed = sum(not is_answered(a) and a.outcome not in OURS for a in attempts)
    return {
        "ttft_s": percentiles(map(ttft_s, answered), failed=failed),
        "ttft_from_intended_s": percentiles(map(ttft_from_intended_s, answered), failed=failed),
        "throttled_s": percentiles(
            a.instants.throttled_s for a in attempts if a.outcome is not Outcome.LOST
        ),
        "ttfvt_s": percentiles(map(ttfvt_s, answered)),
        "tpot_s": percentiles(map(tpot_s, answered)),
        "itl_s": _histogram_percentiles(answered),
        "e2e_s": percentiles(map(e2e_s, answered), failed=failed),
        "scheduled_latency_s": percentiles(map(scheduled_latency_s, answered), failed=failed),
        "schedule_lag_s": percentiles(map(schedule_lag_s, attempts)),
    }


def highest(found: Percentiles) -> tuple[str, float] | None:
    """The highest percentile that n supports, with its name."""
    known = ((name, getattr(found, name)) for name in reversed(QUANTILES))
    return next(((name, each) for name, each in known if each is not None), None)


def ttft_curve_s(attempts: Iterable[Attempt]) -> tuple[float, ...]:
    """The answered attempts' TTFTs, ascending; evenly thinned, both ends kept."""
    known = sorted(
        first for each in attempts if is_answered(each) and (first := ttft_s(each)) is not None
    )
    if len(known) <= CURVE_POINTS:
        return tuple(known)
    step = (len(known) - 1) / (CURVE_POINTS - 1)
    return tuple(known[round(point * step)] for point in range(CURVE_POINTS))


def percentiles(values: Iterable[float | None], *, failed: int = 0) -> Percentiles:
    """The percentiles of what is known; those that n does not support are None."""
    known = [value for value in values if value is not None]
    found = {name: quantile(known, q) for name, q in QUANTILES.items()}
    return Percentiles(
        **{name: each.value for name, each in found.items()},
        n=len(known),
        intervals={
            name: (each.low, each.high) for name, each in found.items() if each.value is not None
        },
        with_failures=_censored(known, failed) if failed else None,
    )


def busy_s(attempts: Iterable[Attempt]) -> float | None:
    """Seconds in which at least one attempt was in flight; None when no end is known."""
    spans = sorted(
        (attempt.started_at, attempt.instants.end_s)
        for attempt in attempts
        if attempt.instants.end_s is not None
    )
    if not spans:
        return None
    origin: datetime = spans[0][0]
    busy, reached = 0.0, 0.0
    for started_at, length in spans:
        start = (started_at - origin).total_seconds()
        end = start + length
        busy += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return busy


def output_tokens_per_s(attempts: Sequence[Attempt], busy: float | None) -> float | None:
    """Reported output tokens of answered attempts per busy second; None if one is silent."""
    tokens = [attempt.usage.output_tokens for attempt in attempts if is_answered(attempt)]
    if not busy or not tokens:
        return None
    known = [count for count in tokens if count is not None]
    return sum(known) / busy if len(known) == len(tokens) else None


def requests_per_s(attempts: Sequence[Attempt], busy: float | None) -> float | None:
    """Answered attempts per busy second."""
    return sum(map(is_answered, attempts)) / busy if busy else None


def _censored(known: Sequence[float], failed: int) -> Censored:
    p95 = quantile([*known, *[math.inf] * failed], QUANTILES["p95"])
    in_failures = p95.value is not None and math.isinf(p95.value)
    return Censored(
        p95=None if in_failures else p95.value, p95_failed=in_failures, failed=failed, n=p95.n
    )


def _histogram_percentiles(attempts: Iterable[Attempt]) -> Percentiles:
    # No intervals: the gaps of one stream depend on each other, so n says too much.
    gaps = LogHistogram.merged(attempt.gaps for attempt in attempts)

    def supported(name: str) -> float | None:
        q = QUANTILES[name]
        return gaps.quantile(q) if gaps.n >= least_n_for_quantile(q) else None

    return Percentiles(
        n=gaps.n,
        p50=supported("p50"),
        p90=supported("p90"),
        p95=supported("p95"),
        p99=supported("p99"),
    )
