"""Goodput: how many attempts kept every service level objective, and how fast they came.

An attempt that failed by the provider's fault misses, since nobody was served. One that we
ended ourselves (cancelled, lost) says nothing and is left out.
"""

from collections.abc import Sequence

from harness.records import Attempt
from harness.slo import Slo
from harness.stats import wilson
from harness.summary import latency
from harness.summary.shape import Goodput


def goodput(attempts: Sequence[Attempt], slos: Sequence[Slo], busy: float | None) -> Goodput | None:
    """What kept all conditions: its share with Wilson's interval, and per busy second, like
    `requests_per_s` (Zhong et al. 2024, DistServe, 2: requests within their SLO per second).

    None without conditions. `unknown` attempts answered and cannot be held against a
    condition; they are in no share, and with any of them there is no rate.
    """
    if not slos:
        return None
    verdicts = [kept(each, slos) for each in attempts if each.outcome not in latency.OURS]
    known = [verdict for verdict in verdicts if verdict is not None]
    unknown = len(verdicts) - len(known)
    return Goodput(
        requests_per_s=None if unknown or not busy else sum(known) / busy,
        share=wilson(sum(known), len(known)),
        unknown=unknown,
    )


def kept(attempt: Attempt, slos: Sequence[Slo]) -> bool | None:
    """Whether the attempt kept every condition; None where that is not known."""
    if not latency.is_answered(attempt):
        return False
    found = [_holds(attempt, slo) for slo in slos]
    if False in found:
        return False
    return None if None in found else True


def _holds(attempt: Attempt, slo: Slo) -> bool | None:
    instants = attempt.instants
    if slo.metric == "tpot_s":
        if attempt.usage.output_tokens in (0, 1):
            return True  # there was no further token to wait for
        measured = latency.tpot_s(attempt)
    elif slo.metric == "ttft_s":
        measured = latency.ttft_s(attempt)
    elif slo.metric == "ttfvt_s":
        measured = instants.first_visible_s
        if measured is None and instants.first_token_s is not None:
            return False  # it reasoned, and never showed anything
    else:
        measured = instants.end_s
    return None if measured is None else slo.holds(measured)
