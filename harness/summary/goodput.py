"""Goodput: how many attempts kept every service level objective, and how fast they came.

An attempt that failed by the provider's fault misses, since nobody was served. One that we
ended ourselves (cancelled, lost) says nothing and is left out.
"""

from collections.abc import Sequence

from harness.records import Attempt
from harness.slo import Slo, met_all
from harness.stats import wilson
from harness.summary.shape import Goodput
from harness.timings import OURS


def goodput(attempts: Sequence[Attempt], slos: Sequence[Slo], busy: float | None) -> Goodput | None:
    """What kept all conditions: its share with Wilson's interval, and per busy second, like
    `requests_per_s` (Zhong et al. 2024, DistServe, 2: requests within their SLO per second).

    None without conditions. `unknown` attempts answered and cannot be held against a
    condition; they are in no share, and with any of them there is no rate.
    """
    if not slos:
        return None
    verdicts = [met_all(slos, each) for each in attempts if each.outcome not in OURS]
    known = [verdict for verdict in verdicts if verdict is not None]
    unknown = len(verdicts) - len(known)
    return Goodput(
        requests_per_s=None if unknown or not busy else sum(known) / busy,
        share=wilson(sum(known), len(known)),
        unknown=unknown,
    )
