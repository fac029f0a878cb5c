"""Intervals for a share between 0 and 1: of single draws, and of shares per cluster."""

import math
from collections.abc import Sequence

from harness.stats.distributions import normal_quantile, t_quantile
from harness.stats.estimate import CONFIDENCE, Estimate


def wilson(successes: float, n: int, *, confidence: float = CONFIDENCE) -> Estimate:
    """The share successes/n with Wilson's score interval (Wilson 1927); None at n = 0.

    Unlike the textbook interval it stays inside [0, 1] and says something at 0 and at n.
    `successes` may be fractional, for shares that were averaged within clusters.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes out of {n}")
    if n == 0:
        return Estimate(n=0)
    z = normal_quantile((1 + confidence) / 2)
    share, shrink = successes / n, 1 + z * z / n
    centre = (share + z * z / (2 * n)) / shrink
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / shrink
    # At 0 and at n the bound is exact in theory and may miss it by a rounding.
    return Estimate(
        estimate=share,
        low=min(max(0.0, centre - half), share),
        high=max(min(1.0, centre + half), share),
        n=n,
    )


def mean_share(shares: Sequence[float], *, confidence: float = CONFIDENCE) -> Estimate:
    """The mean of one share per cluster, with the t interval over clusters, cut to [0, 1].

    Repeats of one cluster are not independent: treated as if they were, a nominal 95 %
    covers about 75 %. Without spread between clusters the t interval would have no
    width, so that Wilson's over the clusters is given instead.
    """
    n = len(shares)
    if any(not 0 <= share <= 1 for share in shares):
        raise ValueError("a share lies between 0 and 1")
    if n == 0:
        return Estimate(n=0)
    total = math.fsum(shares)
    mean = total / n
    squares = math.fsum((share - mean) ** 2 for share in shares)
    if n == 1 or squares < 1e-18:
        return wilson(min(max(total, 0.0), n), n, confidence=confidence)
    half = t_quantile((1 + confidence) / 2, n - 1) * math.sqrt(squares / (n - 1) / n)
    return Estimate(estimate=mean, low=max(0.0, mean - half), high=min(1.0, mean + half), n=n)
