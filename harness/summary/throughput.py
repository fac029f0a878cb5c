"""Throughput over a cell's whole window, and over the part of it in which the load was steady.

The whole window has ramp and drain in it, which weigh more the shorter a run is. The steady
part is found by a sweep over how many attempts were in flight; an answer counts in it by the
share of its time that lies inside, its tokens between the first and the last of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from statistics import median

from msgspec import Struct

from harness.records import Attempt
from harness.summary.shape import Steady, Window
from harness.timings import is_answered

# Steady is what comes within a tenth of the plateau ...
NEAR_PLATEAU = 0.9
# ... which is the concurrency that is reached in a tenth of the time: a moment is no plateau.
PLATEAU_TIME = 0.1
# A dip shorter than a tenth of an attempt is the turn from one answer to the next request.
DIP_OF_ATTEMPT = 0.1
# Below three attempts one after the other, and ten in all, the cut edges weigh too much.
LEAST_ATTEMPTS_LONG = 3
LEAST_ATTEMPTS = 10


class Flight(Struct, frozen=True):
    """One attempt on the cell's clock, in seconds: in flight from `began` to `ended`, its
    tokens from `first` to `last`. `tokens` is None where nobody reported them."""

    began: float
    ended: float
    first: float
    last: float
    answered: bool
    tokens: int | None


class Stretch(Struct, frozen=True):
    """A time without change: so many attempts in flight from `begin` to `end`."""

    begin: float
    end: float
    in_flight: int


def throughput(attempts: Iterable[Attempt]) -> tuple[Window | None, Steady | None]:
    """Rates over [first issue, last completion], and over the steady part of it.

    None, both, when no end is known; the second also below the least length. Rates of
    tokens are None when an answered attempt did not report its own.
    """
    flights = flights_of(attempts)
    seconds = max((each.ended for each in flights), default=0.0)
    if seconds <= 0:
        return None, None
    requests, tokens = _inside(flights, 0.0, seconds)
    window = Window(
        seconds=seconds,
        requests_per_s=requests / seconds,
        output_tokens_per_s=None if tokens is None else tokens / seconds,
    )
    return window, _steady(flights, seconds)


def flights_of(attempts: Iterable[Attempt]) -> list[Flight]:
    """The attempts whose end is known, by issue, on a clock that starts with the first."""
    known = [each for each in attempts if each.instants.end_s is not None]
    origin = min((each.started_at for each in known), default=None)
    if origin is None:
        return []
    return sorted((_flight(each, origin) for each in known), key=lambda each: each.began)


def stretches(flights: Sequence[Flight]) -> list[Stretch]:
    """How many were in flight when, from the first issue to the last end: a sweep over all
    issues and ends in their order."""
    steps: dict[float, int] = {}
    for each in flights:
        steps[each.began] = steps.get(each.began, 0) + 1
        steps[each.ended] = steps.get(each.ended, 0) - 1
    found, in_flight = [], 0
    for begin, end in pairwise(sorted(steps)):
        in_flight += steps[begin]
        found.append(Stretch(begin, end, in_flight))
    return found


def steady_span(flights: Sequence[Flight]) -> tuple[float, float] | None:
    """The longest time in which the concurrency stayed within `NEAR_PLATEAU` of its plateau,
    short dips bridged; None where that is too short to say anything."""
    sweep = stretches(flights)
    if not sweep:
        return None
    typical = median(each.ended - each.began for each in flights)
    least = NEAR_PLATEAU * _plateau(sweep)
    spans = _bridged((each for each in sweep if each.in_flight >= least), typical)
    begin, end = max(spans, key=lambda span: span[1] - span[0], default=(0.0, 0.0))
    long_enough = end - begin >= LEAST_ATTEMPTS_LONG * typical
    inside = sum(each.began < end and each.ended > begin for each in flights)
    return (begin, end) if long_enough and inside >= LEAST_ATTEMPTS else None


def _steady(flights: Sequence[Flight], seconds: float) -> Steady | None:
    span = steady_span(flights)
    if span is None:
        return None
    begin, end = span
    requests, tokens = _inside(flights, begin, end)
    in_flight = sum(_overlap(each.began, each.ended, begin, end) for each in flights)
    length = end - begin
    return Steady(
        share=length / seconds,
        seconds=length,
        requests_per_s=requests / length,
        output_tokens_per_s=None if tokens is None else tokens / length,
        concurrency=in_flight / length,
    )


def _plateau(sweep: Sequence[Stretch]) -> int:
    """The greatest concurrency at or above which the load stood for `PLATEAU_TIME`."""
    wanted = PLATEAU_TIME * sum(each.end - each.begin for each in sweep)
    held = 0.0
    for each in sorted(sweep, key=lambda each: -each.in_flight):
        held += each.end - each.begin
        if held >= wanted:
            return each.in_flight
    return 0


def _bridged(high: Iterable[Stretch], typical: float) -> Iterator[tuple[float, float]]:
    """The stretches joined to spans over dips shorter than a tenth of an attempt."""
    begin = end = None
    for each in high:
        if begin is None or end is None:
            begin = each.begin
        elif each.begin - end > DIP_OF_ATTEMPT * typical:
            yield begin, end
            begin = each.begin
        end = each.end
    if begin is not None and end is not None:
        yield begin, end


def _inside(flights: Sequence[Flight], begin: float, end: float) -> tuple[float, float | None]:
    """Answers and their tokens inside a span: an answer by the share of its time in flight,
    its tokens as if they came evenly between the first and the last."""
    requests = tokens = 0.0
    silent = False
    for each in flights:
        if not each.answered:
            continue
        requests += _share(each.began, each.ended, begin, end)
        silent = silent or each.tokens is None
        tokens += (each.tokens or 0) * _share(each.first, each.last, begin, end)
    return requests, None if silent else tokens


def _share(low: float, high: float, begin: float, end: float) -> float:
    """How much of [low, high] lies in [begin, end]; all or nothing of what takes no time."""
    if high <= low:
        return float(begin < high <= end)
    return _overlap(low, high, begin, end) / (high - low)


def _overlap(low: float, high: float, begin: float, end: float) -> float:
    return max(0.0, min(high, end) - max(low, begin))


def _flight(attempt: Attempt, origin: datetime) -> Flight:
    instants = attempt.instants
    began = (attempt.started_at - origin).total_seconds()
    length = instants.end_s or 0.0
    last = length if instants.last_token_s is None else instants.last_token_s
    first = last if instants.first_token_s is None else instants.first_token_s
    return Flight(
        began=began,
        ended=began + length,
        first=began + first,
        last=began + last,
        answered=is_answered(attempt),
        tokens=attempt.usage.output_tokens,
    )
