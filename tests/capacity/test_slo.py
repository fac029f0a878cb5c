"""SLOs: as they are written, and which attempts meet them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from harness.errors import ConfigurationError
from harness.records import Attempt, Instants
from harness.slo import Slo, met, met_all, parse_slo
from providers.outcomes import Outcome
from providers.usage import Usage


def attempt(**changes: Any) -> Attempt:
    """An answer of 11 tokens: first after 0.5 s, last after 1.5 s, end after 2 s."""
    facts: dict[str, Any] = {
        "attempt": "t.1.1",
        "trial": "t",
        "cell": "c",
        "offer": "o",
        "started_at": datetime(2026, 11, 20, tzinfo=UTC),
        "instants": Instants(
            intended_s=-1.0, first_token_s=0.5, first_visible_s=0.6, last_token_s=1.5, end_s=2.0
        ),
        "usage": Usage(output_tokens=11),
        "reads": 11,
    }
    return Attempt(**facts | changes)


@pytest.mark.parametrize(
    ("text", "slo"),
    [
        ("p95 ttft_s<1.0", Slo(percentile=95, metric="ttft_s", limit=1.0)),
        ("ttft_s.p95 < 1", Slo(percentile=95, metric="ttft_s", limit=1.0)),
        ("p99.9 e2e_s <= 30", Slo(percentile=99.9, metric="e2e_s", limit=30.0, inclusive=True)),
        ("p50 e2e_s<0.00001", Slo(percentile=50, metric="e2e_s", limit=1e-5)),
        ("p50 e2e_s<12345.678", Slo(percentile=50, metric="e2e_s", limit=12345.678)),
        ("tpot_s<0.05", Slo(percentile=None, metric="tpot_s", limit=0.05)),
    ],
)
def test_an_slo_is_read_as_it_is_written(text: str, slo: Slo) -> None:
    assert parse_slo(text) == slo
    assert parse_slo(slo.text) == slo


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "write it like"),
        ("p95 ttft_s>1.0", "write it like"),
        ("p95 ttft_s.p95<1.0", "write it like"),
        ("p95 ttft<1.0", "did you mean 'ttft_s'"),
        ("p95 cost_per_task<1", "it has ttft_s, "),
        ("p0 ttft_s<1", "between 0 and 100"),
        ("p100 ttft_s<1", "between 0 and 100"),
        ("p95 ttft_s<0", "so little time"),
    ],
)
def test_what_is_no_slo_is_told_in_one_line(text: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as raised:
        parse_slo(text)

    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("ttft_s<0.6", True),
        ("ttft_s<0.5", False),
        ("ttft_s<=0.5", True),
        ("ttft_from_intended_s<1.6", True),
        ("ttft_from_intended_s<1.5", False),
        ("ttfvt_s<0.61", True),
        ("tpot_s<0.11", True),
        ("tpot_s<0.09", False),
        ("e2e_s<2.1", True),
    ],
)
def test_an_answer_meets_what_it_stays_below(text: str, verdict: bool) -> None:
    assert met(parse_slo(text), attempt()) is verdict


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        pytest.param({"outcome": Outcome.RATE_LIMITED}, False, id="a refusal misses"),
        pytest.param({"outcome": Outcome.TIMEOUT_FIRST_TOKEN}, False, id="a timeout misses"),
        pytest.param({"outcome": Outcome.CANCELLED}, None, id="what we broke off says nothing"),
        pytest.param({"outcome": Outcome.LOST}, None, id="what we lost says nothing"),
        pytest.param({"instants": Instants(end_s=1.0)}, None, id="no stream, no TTFT"),
    ],
)
def test_a_failure_misses_and_the_unknown_stays_unknown(
    changes: dict[str, Any], verdict: bool | None
) -> None:
    assert met(parse_slo("ttft_s<9"), attempt(**changes)) is verdict


@pytest.mark.parametrize(
    ("texts", "verdict"),
    [
        (["ttft_s<1", "e2e_s<3"], True),
        (["ttft_s<1", "e2e_s<1"], False),
        (["ttft_s<1", "tpot_s<1"], True),
        (["ttft_s<0.1", "tpot_s<1"], False),
    ],
)
def test_all_conditions_hold_together(texts: list[str], verdict: bool | None) -> None:
    """A single token meets any TPOT; where another condition fails that does not matter."""
    one_token = attempt(usage=Usage(output_tokens=1))

    assert met_all([parse_slo(text) for text in texts], one_token) is verdict
