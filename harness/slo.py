"""Service level objectives: what one answer must keep to count towards goodput. Pure.

A condition is about a single request, so it names a latency and no percentile of it.
Whether an attempt kept it is told in `harness.summary.goodput`.
"""

import math
import operator
import re
from collections.abc import Iterable

from msgspec import Struct

from harness.errors import ConfigurationError
from providers.nearest import did_you_mean

PER_REQUEST = ("ttft_s", "ttfvt_s", "tpot_s", "e2e_s")

_SHAPE = re.compile(r"\s*(?P<metric>[^\s<>=]+)\s*(?P<relation>[<>=]+)\s*(?P<bound>\S+)\s*")
_HOLDS = {"<": operator.lt, "<=": operator.le}


class Slo(Struct, frozen=True):
    """One condition: a latency of `PER_REQUEST` below, or at most, a number of seconds."""

    metric: str
    relation: str
    bound_s: float

    def holds(self, measured_s: float) -> bool:
        return bool(_HOLDS[self.relation](measured_s, self.bound_s))

    def __str__(self) -> str:
        return f"{self.metric} {self.relation} {self.bound_s:g}"


def parse_slo(text: str) -> Slo:
    """The condition in `ttft_s <= 1.0`.

    Raises ConfigurationError, with the nearest metric, for anything else.
    """
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise ConfigurationError(f"slo {text!r}: write a condition like 'ttft_s <= 1.0'")
    metric, relation, bound = found.group("metric", "relation", "bound")
    if metric.partition(".")[0] in PER_REQUEST and metric not in PER_REQUEST:
        plain = metric.partition(".")[0]
        raise ConfigurationError(
            f"slo {text!r}: a condition is about one request: write {plain!r} without a percentile"
        )
    if metric not in PER_REQUEST:
        near = did_you_mean(metric, PER_REQUEST) or f": there are {', '.join(PER_REQUEST)}"
        raise ConfigurationError(f"slo {text!r}: no latency of a request is {metric!r}{near}")
    if relation not in _HOLDS:
        raise ConfigurationError(f"slo {text!r}: a latency has an upper bound: use < or <=")
    return Slo(metric, relation, _seconds(bound, text))


def parse_slos(texts: Iterable[str]) -> tuple[Slo, ...]:
    """All conditions; an answer has to keep every one of them."""
    return tuple(parse_slo(text) for text in texts)


def _seconds(bound: str, text: str) -> float:
    try:
        seconds = float(bound)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ConfigurationError(f"slo {text!r}: {bound!r} is no number of seconds above 0")
    return seconds
