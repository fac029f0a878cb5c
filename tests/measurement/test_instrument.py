"""When the client's own figures can be trusted, as tables."""

import pytest

from harness.instrument import PhaseVitals, Spread, error_reasons, spread, vitals_reasons

FINE = Spread(p50=0.001, p90=0.002, p99=0.003, n=1000)


@pytest.mark.parametrize(
    ("n", "known"),
    [
        pytest.param(0, [], id="nothing"),
        pytest.param(1, [], id="one"),
        pytest.param(2, ["p50"], id="two"),
        pytest.param(10, ["p50", "p90"], id="ten"),
        pytest.param(99, ["p50", "p90"], id="one short of a hundred"),
        pytest.param(100, ["p50", "p90", "p99"], id="a hundred"),
    ],
)
def test_a_percentile_that_is_only_the_greatest_value_is_not_told(n: int, known: list[str]) -> None:
    found = spread(range(n))

    assert [name for name in ("p50", "p90", "p99") if getattr(found, name) is not None] == known
    assert found.n == n


def test_percentiles_are_observed_values() -> None:
    """The ⌈qn⌉-th smallest, whatever the order they came in."""
    assert spread(reversed(range(1, 101))) == Spread(p50=50, p90=90, p99=99, n=100)


@pytest.mark.parametrize(
    ("ttft", "itl", "failed", "said"),
    [
        pytest.param(FINE, Spread(p50=0.0001, n=9), 0, [], id="all within"),
        pytest.param(
            Spread(p50=0.02, n=9), Spread(), 0, ["TTFT error p50 20.00 ms, over 10 ms"],
            id="late by 20 ms",
        ),
        pytest.param(
            Spread(p50=0.001, p99=0.031, n=100), Spread(), 0,
            ["TTFT error p99 31.00 ms, over 30 ms"], id="a long tail",
        ),
        pytest.param(
            Spread(p50=-0.02, n=9), Spread(), 0, ["TTFT error p50 -20.00 ms, over 10 ms"],
            id="early is as wrong as late",
        ),
        pytest.param(
            FINE, Spread(p50=0.009, p90=0.01, n=99), 0, ["ITL error p50 9.00 ms, over 0.5 ms"],
            id="chunks that come in bunches",
        ),
        pytest.param(FINE, FINE, 2, ["2 requests failed", "ITL error p50 1.00 ms, over 0.5 ms"],
                     id="failures and gaps"),
        pytest.param(Spread(), Spread(), 0, ["too few answers to tell"], id="no answers"),
    ],
)  # fmt: skip
def test_a_calibration_says_what_is_out_of_tolerance(
    ttft: Spread, itl: Spread, failed: int, said: list[str]
) -> None:
    assert list(error_reasons(ttft, itl, failed)) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({}, 0, id="at ease"),
        pytest.param({"loop_lag_s": Spread(p99=0.05, n=100)}, 1, id="a late loop"),
        pytest.param({"cpu_s": 9.5}, 1, id="a saturated core"),
        pytest.param({"cpu_s": 0.5, "wall_s": 0.5}, 0, id="a start that takes half a second"),
        pytest.param({"gc_longest_s": 0.2}, 1, id="a long collection"),
        pytest.param({"loop_lag_s": Spread(p50=0.05, n=9)}, 0, id="too short for a p99"),
    ],
)
def test_strain_during_a_phase_is_told(changes: dict[str, object], said: int) -> None:
    facts: dict[str, object] = {
        "phase": "w/c4", "wall_s": 10.0, "cpu_s": 2.0, "attempts": 9, "events": 99,
        "loop_lag_s": FINE,
    }  # fmt: skip

    assert len(vitals_reasons(PhaseVitals(**facts | changes))) == said  # type: ignore[arg-type]
