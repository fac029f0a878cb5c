"""Service-level objectives: what a request has to meet, as text and as a question. Pure.

`p95 ttft_s<1.0` says that at least 95 % of the requests have a TTFT below one second;
without the percentile it is a condition on each request, for goodput. How sure one can be
of a share is not told here.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from harness.errors import ConfigurationError
from harness.records import Attempt
from harness.timings import is_answered, tpot_s, ttft_s
from providers.nearest import did_you_mean
from providers.outcomes import Outcome

# Endings that were ours and not the provider's: they say nothing about it.
_OURS = (Outcome.CANCELLED, Outcome.LOST)

_MEASURES: Mapping[str, Callable[[Attempt], float | None]] = {
    "ttft_s": ttft_s,
    "ttft_from_intended_s": lambda attempt: ttft_s(attempt, from_intended=True),
    "ttfvt_s": lambda attempt: attempt.instants.first_visible_s,
    "tpot_s": tpot_s,
    "e2e_s": lambda attempt: attempt.instants.end_s,
}
METRICS = tuple(_MEASURES)

_NUMBER = r"\d+(?:\.\d+)?(?:e-?\d+)?"
_TEXT = re.compile(
    rf"(?:p(?P<before>{_NUMBER})\s+)?(?P<metric>[a-z0-9_]+)(?:\.p(?P<after>{_NUMBER}))?"
    rf"\s*(?P<sign><=|<)\s*(?P<limit>{_NUMBER})"
)


class Slo(Struct, frozen=True, kw_only=True):
    """A condition on a request: `metric` below `limit` (or at most, where `inclusive`), in
    seconds. percentile: of so many percent of the requests; None where none was said."""

    percentile: float | None
    metric: str
    limit: float
    inclusive: bool = False

    @property
    def text(self) -> str:
        """As it is written.

        >>> parse_slo("ttft_s.p95 <= 1.0").text
        'p95 ttft_s<=1'
        """
        share = "" if self.percentile is None else f"p{self.percentile:.12g} "
        return f"{share}{self.metric}{'<=' if self.inclusive else '<'}{self.limit:.12g}"


def parse_slo(text: str) -> Slo:
    """An SLO as people write it: `p95 ttft_s<1.0`, `ttft_s.p95<1.0`, or `ttft_s<1.0`.

    Raises ConfigurationError when it is none, or of a metric that a request does not have.
    """
    found = _TEXT.fullmatch(text.strip())
    if found is None or (found["before"] and found["after"]):
        raise ConfigurationError(f"SLO {text!r}: write it like 'p95 ttft_s<1.0'")
    metric = found["metric"]
    if metric not in _MEASURES:
        near = did_you_mean(metric, METRICS) or f"; it has {', '.join(METRICS)}"
        raise ConfigurationError(f"SLO {text!r}: a request has no {metric!r}{near}")
    written = found["before"] or found["after"]
    percentile = None if written is None else float(written)
    if percentile is not None and not 0 < percentile < 100:
        raise ConfigurationError(f"SLO {text!r}: a percentile lies between 0 and 100")
    if float(found["limit"]) <= 0:
        raise ConfigurationError(f"SLO {text!r}: no request takes so little time")
    return Slo(
        percentile=percentile,
        metric=metric,
        limit=float(found["limit"]),
        inclusive=found["sign"] == "<=",
    )


def met(slo: Slo, attempt: Attempt) -> bool | None:
    """Whether the attempt meets the condition; a failed one does not.

    None where nobody can say: it was broken off by us, or it was answered without what the
    metric needs (TPOT of a single token, TTFT of an answer that was not streamed).
    """
    if not is_answered(attempt):
        return None if attempt.outcome in _OURS else False
    value = _MEASURES[slo.metric](attempt)
    if value is None:
        return None
    return value <= slo.limit if slo.inclusive else value < slo.limit


def met_all(slos: Iterable[Slo], attempt: Attempt) -> bool | None:
    """Whether the attempt meets every condition; None where that is not known."""
    found = [met(slo, attempt) for slo in slos]
    if False in found:
        return False
    return None if None in found else True
