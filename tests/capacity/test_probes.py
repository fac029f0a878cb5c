"""How a probe is decided, and what a question may be."""

from datetime import timedelta
from typing import Any

import pytest

from harness.errors import ConfigurationError
from harness.probes import (
    Question,
    answer,
    check_question,
    enough_requests,
    judge,
    least_requests,
)
from harness.records import Attempt, Instants
from harness.search import Levels
from harness.slo import parse_slo
from harness.stats import wilson
from providers.outcomes import Outcome
from tests.capacity.test_slo import attempt

LEVELS = Levels(by="rate", start=1, top=8)


def question(*slo: str, **changes: Any) -> Question:
    facts: dict[str, Any] = {"slo": slo or ("p95 ttft_s<1",), "levels": LEVELS, "requests": 1}
    return Question(**facts | changes)


def requests(quick: int, slow: int) -> list[Attempt]:
    """The first of them is left out, being the one with which an open loop fills up."""
    return [
        attempt(
            attempt=f"t{number}.1.1",
            started_at=attempt().started_at + timedelta(seconds=number),
            instants=Instants(first_token_s=0.5 if number <= quick else 1.5, end_s=2.0),
        )
        for number in range(quick + slow + 1)
    ]


@pytest.mark.parametrize(
    ("quick", "slow", "verdict"),
    [
        (72, 0, "undecided"),
        (73, 0, "pass"),
        (99, 1, "undecided"),
        (400, 4, "pass"),
        (93, 7, "undecided"),
        (80, 20, "fail"),
        (0, 3, "fail"),
        (0, 0, "undecided"),
    ],
)
def test_wilsons_interval_decides(quick: int, slow: int, verdict: str) -> None:
    probe = judge(question(), 1.0, "c", requests(quick, slow))

    assert probe.verdict == verdict
    assert probe.telling.n == probe.point.n == quick + slow
    interval = wilson(quick, quick + slow)
    assert (probe.telling.low, probe.telling.high) == (interval.low, interval.high)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("percentile", [50, 90, 95, 99])
def test_the_least_n_is_the_first_that_can_pass(percentile: float, confidence: float) -> None:
    least = least_requests(percentile, confidence)

    enough, short = (wilson(n, n, confidence=confidence).low for n in (least, least - 1))
    assert enough is not None
    assert short is not None
    assert short < percentile / 100 <= enough
    assert enough_requests([parse_slo(f"p{percentile} ttft_s<1")], confidence) >= least


@pytest.mark.parametrize(("quick", "slow"), [(49, 1), (97, 3), (90, 10), (45, 5)])
def test_what_is_needed_would_decide(quick: int, slow: int) -> None:
    """At the needed number of requests with the same share the interval leaves the percentile."""
    needed = judge(question(), 1.0, "c", requests(quick, slow)).telling.needed

    assert needed is not None
    share = quick / (quick + slow)
    for n, decided in ((needed + 1, True), (needed - 2, False)):
        interval = wilson(share * n, n)
        assert interval.low is not None
        assert interval.high is not None
        assert (interval.low >= 0.95 or interval.high < 0.95) is decided


def test_each_percentile_has_its_own_share() -> None:
    """p50 of the TTFT and p95 of the latency are two questions; the worse one tells."""
    probe = judge(question("p50 ttft_s<1", "p95 e2e_s<9"), 1.0, "c", requests(52, 48))

    assert [(each.percentile, each.meeting) for each in probe.attained] == [(50, 52), (95, 100)]
    assert [each.verdict for each in probe.attained] == ["undecided", "pass"]
    assert probe.verdict == "undecided"
    assert probe.telling.percentile == 50


def test_a_request_that_was_repeated_has_missed() -> None:
    """It counts by its first attempt, once."""
    repeated = [
        attempt(attempt="t.1.1", outcome=Outcome.RATE_LIMITED),
        attempt(attempt="t.1.2"),
    ]
    late = [
        attempt(attempt=f"w{n}.1.1", started_at=attempt().started_at - timedelta(days=1))
        for n in "a"
    ]

    probe = judge(question(), 1.0, "c", [*late, *repeated])

    assert (probe.warmup, probe.telling.n, probe.telling.meeting) == (1, 1, 0)


def test_an_undecided_level_bounds_the_answer() -> None:
    probes = [
        judge(question(), level, f"c{level}", requests(quick, slow))
        for level, quick, slow in [(1.0, 80, 0), (2.0, 99, 1), (4.0, 1, 9)]
    ]

    found = answer(LEVELS, probes)

    assert (found.level, found.above, found.above_verdict) == (1.0, 2.0, "undecided")
    assert not found.complete


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"slo": ()}, "give an SLO"),
        ({"slo": ("ttft_s<1",)}, "for how many requests: write 'p95 ttft_s<1'"),
        ({"levels": Levels(by="rate", start=2, top=1)}, "--from 2 --to 1"),
        ({"levels": Levels(by="rate", start=0, top=1)}, "above 0"),
        ({"levels": Levels(by="concurrency", start=1, top=2.5)}, "whole numbers"),
        ({"confidence": 1.0}, "between 0 and 1"),
    ],
)
def test_a_question_without_an_answer_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        check_question(question(**changes))
