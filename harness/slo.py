"""Service-level objectives: what a request has to meet, as text and as a question. Pure.

`p95 ttft_s<1.0` says that at least 95 % of the requests have a TTFT below one second;
without the percentile it is a condition on each request, for goodput. How sure one can be
of a share is not told here.
"""

import re
from collections.abc import Iterable

from msgspec import Struct

from harness.errors import ConfigurationError
from harness.records import Attempt
from harness.timings import OF_AN_ATTEMPT, OURS, is_answered
from providers.nearest import did_you_mean

METRICS = tuple(OF_AN_ATTEMPT)

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
    if metric not in METRICS:
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


def parse_slos(texts: Iterable[str]) -> tuple[Slo, ...]:
    """Conditions on every single request, for goodput; an answer has to keep all of them.

    Raises ConfigurationError for one that names a percentile, which is of many requests.
    """
    slos = tuple(parse_slo(text) for text in texts)
    for slo in slos:
        if slo.percentile is not None:
            raise ConfigurationError(
                f"SLO {slo.text!r}: a condition is about one request: write "
                f"{slo.metric!r} without a percentile"
            )
    return slos


def met(slo: Slo, attempt: Attempt) -> bool | None:
    """Whether the attempt meets the condition; a failed one does not.

    A single token meets any TPOT, since nothing further was waited for; reasoning alone
    meets no TTFVT. None where nobody can say: it was broken off by us, or it was answered
    without what the metric needs (TTFT of an answer that was not streamed).
    """
    if not is_answered(attempt):
        return None if attempt.outcome in OURS else False
    value = OF_AN_ATTEMPT[slo.metric](attempt)
    if value is not None:
        return value <= slo.limit if slo.inclusive else value < slo.limit
    if slo.metric == "tpot_s" and attempt.usage.output_tokens in (0, 1):
        return True
    if slo.metric == "ttfvt_s" and attempt.instants.first_token_s is not None:
        return False
    return None


def met_all(slos: Iterable[Slo], attempt: Attempt) -> bool | None:
    """Whether the attempt meets every condition; None where that is not known."""
    found = [met(slo, attempt) for slo in slos]
    if False in found:
        return False
    return None if None in found else True
