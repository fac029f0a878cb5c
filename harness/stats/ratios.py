"""The ratio of two means over clusters: what one success costs.

Each cluster (a task) gives a mean cost and a mean success over its repeats, so that a
cluster with more repeats does not weigh more. Costs are plain numbers of one unit.
"""

import math
from collections.abc import Sequence

from msgspec import Struct

from harness.stats.distributions import t_quantile, t_two_sided_p
from harness.stats.estimate import CONFIDENCE, Caveat, Estimate

# Beyond this spread of the costs' logarithms the interval covers less than it says: .93 to
# .97 at 0.9, .91 to .94 at 1.2, .88 to .91 at 1.5 (docs/statistics.md).
HEAVY_LOG_SD = 0.9
# At 95 %, n trials without one success leave room for 3/n (Hanley and Lippman-Hand 1983).
RULE_OF_THREE = 3.0

_ONE_CLUSTER = Caveat(
    code="one_task",
    message="one task gives no interval",
    remedy="run more tasks",
)
_NOTHING_SOLVED = Caveat(
    code="nothing_solved",
    message="no task was solved: what a solve costs has a lower bound only, a third of the"
    " total (95 %, rule of three)",
    remedy="run more or easier tasks",
)
_FREE = Caveat(
    code="free", message="the total cost is zero, so that nothing can vary around it", remedy=""
)
_SOLVES_NEAR_ZERO = Caveat(
    code="solves_near_zero",
    message="the solve rate is not distinguishable from zero: Fieller's interval has no upper"
    " end, and the one shown is optimistic",
    remedy="run more or easier tasks",
)
_HEAVY_SPREAD = Caveat(
    code="heavy_spread",
    message="costs differ so much between tasks (log-sd above 0.9) that the 95 % interval may"
    " cover only about 90 %",
    remedy="run more tasks, or compare offers on the same tasks",
)


class Fieller(Struct, frozen=True, kw_only=True):
    """Fieller's interval for a ratio of means; `bounded` is False when the denominator
    cannot be told from zero, and then it has no ends."""

    low: float | None
    high: float | None
    bounded: bool


class PairedRatio(Struct, frozen=True, kw_only=True):
    """The candidate's cost per success over the baseline's on the same clusters.

    p: two-sided, against a ratio of 1; 1.0 where the data say nothing.
    """

    ratio: Estimate
    p: float


def ratio_log_delta(
    costs: Sequence[float], solves: Sequence[float], *, confidence: float = CONFIDENCE
) -> Estimate:
    """ΣC/ΣS with the log-delta t interval R·exp(±t·sd(ψ)/√n), ψᵢ = Cᵢ/C̄ − Sᵢ/S̄.

    costs, solves: one mean per cluster. Without any success only the low end ΣC/3 is
    known. Raises ValueError for negative or not finite numbers.
    """
    _check(costs, solves)
    n, total, solved = len(costs), math.fsum(costs), math.fsum(solves)
    if n == 0:
        return Estimate(n=0)
    if solved == 0:
        return Estimate(low=total / RULE_OF_THREE, n=n, warnings=(_NOTHING_SOLVED,))
    if total == 0:
        return Estimate(estimate=0.0, low=0.0, high=0.0, n=n, warnings=(_FREE,))
    ratio = total / solved
    if n == 1:
        return Estimate(estimate=ratio, n=1, warnings=(_ONE_CLUSTER,))
    half = t_quantile((1 + confidence) / 2, n - 1) * _sd(_influence(costs, solves)) / math.sqrt(n)
    return Estimate(
        estimate=ratio,
        low=ratio * math.exp(-half),
        high=ratio * math.exp(half) if half < 700 else None,
        n=n,
        warnings=_doubts(costs, solves, confidence),
    )


def mean_cost(costs: Sequence[float], *, confidence: float = CONFIDENCE) -> Estimate:
    """The mean over clusters, with the log-delta t interval (the ratio ΣC/n)."""
    return ratio_log_delta(costs, [1.0] * len(costs), confidence=confidence)


def fieller(
    costs: Sequence[float], solves: Sequence[float], *, confidence: float = CONFIDENCE
) -> Fieller:
    """The ratios R with (C̄ − R·S̄)² ≤ t²·Var(C̄ − R·S̄) (Fieller 1954), for n ≥ 2."""
    _check(costs, solves)
    n = len(costs)
    t2 = t_quantile((1 + confidence) / 2, n - 1) ** 2
    c, s = _mean(costs), _mean(solves)
    a = s * s - t2 * _covariance(solves, solves) / n
    b = c * s - t2 * _covariance(costs, solves) / n
    k = c * c - t2 * _covariance(costs, costs) / n
    if a <= 0:
        return Fieller(low=None, high=None, bounded=False)
    root = math.sqrt(max(0.0, b * b - a * k))
    return Fieller(low=(b - root) / a, high=(b + root) / a, bounded=True)


def paired_ratio(
    candidate: tuple[Sequence[float], Sequence[float]],
    baseline: tuple[Sequence[float], Sequence[float]],
    *,
    confidence: float = CONFIDENCE,
) -> PairedRatio:
    """How many times the candidate's cost per success is the baseline's, paired.

    Each side is (costs, solves) over the same clusters in the same order. The log of the
    ratio has the standard error sd(ψ_candidate − ψ_baseline)/√n.
    """
    _check(*candidate)
    _check(*baseline)
    n = len(candidate[0])
    if n != len(baseline[0]):
        raise ValueError("paired sides have the same clusters")
    (c_cost, c_solved), (b_cost, b_solved) = map(_totals, (candidate, baseline))
    if n < 2 or c_solved == 0 or b_solved == 0 or (c_cost == 0 and b_cost == 0):
        return PairedRatio(ratio=Estimate(n=n), p=1.0)
    if b_cost == 0:
        return PairedRatio(ratio=Estimate(n=n), p=0.0)
    if c_cost == 0:
        return PairedRatio(ratio=Estimate(estimate=0.0, low=0.0, high=0.0, n=n), p=0.0)
    log_ratio = math.log((c_cost / c_solved) / (b_cost / b_solved))
    pairs = zip(_influence(*candidate), _influence(*baseline), strict=True)
    error = _sd([ours - theirs for ours, theirs in pairs]) / math.sqrt(n)
    half = t_quantile((1 + confidence) / 2, n - 1) * error
    ends = [math.exp(min(700.0, log_ratio + side)) for side in (-half, 0.0, half)]
    ratio = Estimate(low=ends[0], estimate=ends[1], high=ends[2], n=n)
    return PairedRatio(ratio=ratio, p=_p_value(log_ratio, error, n - 1))


def log_sd(costs: Sequence[float]) -> float | None:
    """The standard deviation of the costs' logarithms, zeros left out; None below two."""
    logs = [math.log(cost) for cost in costs if cost > 0]
    return _sd(logs) if len(logs) > 1 else None


def _p_value(log_ratio: float, error: float, df: int) -> float:
    # Sides that differ by rounding only are equal, however small their spread.
    if abs(log_ratio) < 1e-9:
        return 1.0
    return t_two_sided_p(log_ratio / error, df) if error > 0 else 0.0


def _doubts(
    costs: Sequence[float], solves: Sequence[float], confidence: float
) -> tuple[Caveat, ...]:
    heavy = (log_sd(costs) or 0.0) > HEAVY_LOG_SD
    unbounded = not fieller(costs, solves, confidence=confidence).bounded
    return (_SOLVES_NEAR_ZERO,) * unbounded + (_HEAVY_SPREAD,) * heavy


def _influence(costs: Sequence[float], solves: Sequence[float]) -> list[float]:
    c, s = _mean(costs), _mean(solves)
    return [cost / c - solve / s for cost, solve in zip(costs, solves, strict=True)]


def _check(costs: Sequence[float], solves: Sequence[float]) -> None:
    if len(costs) != len(solves):
        raise ValueError(f"{len(costs)} costs and {len(solves)} solves")
    if any(not math.isfinite(number) or number < 0 for number in (*costs, *solves)):
        raise ValueError("costs and solves are finite and not negative")


def _totals(side: tuple[Sequence[float], Sequence[float]]) -> tuple[float, float]:
    return math.fsum(side[0]), math.fsum(side[1])


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _covariance(left: Sequence[float], right: Sequence[float]) -> float:
    a, b = _mean(left), _mean(right)
    products = ((x - a) * (y - b) for x, y in zip(left, right, strict=True))
    return math.fsum(products) / (len(left) - 1)


def _sd(values: Sequence[float]) -> float:
    return math.sqrt(_covariance(values, values))
