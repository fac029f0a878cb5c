"""Quantiles and tail probabilities against scipy."""

import pytest
from scipy import stats as oracle

from harness.stats import normal_quantile, t_quantile, t_two_sided_p

DEGREES = [1, 2, 3, 5, 10, 29, 100, 1000, 100_000]
PROBABILITIES = [1e-6, 0.01, 0.025, 0.3, 0.5, 0.7, 0.95, 0.975, 0.995, 1 - 1e-6]


@pytest.mark.parametrize("df", DEGREES)
@pytest.mark.parametrize("p", PROBABILITIES)
def test_t_quantile_agrees_with_scipy(p: float, df: int) -> None:
    assert t_quantile(p, df) == pytest.approx(oracle.t.ppf(p, df), rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("df", DEGREES)
@pytest.mark.parametrize("t", [0.0, 0.1, 1.0, 2.5, 10.0, 1e4])
def test_two_sided_p_agrees_with_scipy(t: float, df: int) -> None:
    assert t_two_sided_p(-t, df) == pytest.approx(2 * oracle.t.sf(t, df), rel=1e-8, abs=1e-300)


@pytest.mark.parametrize("p", PROBABILITIES)
def test_normal_quantile_agrees_with_scipy(p: float) -> None:
    assert normal_quantile(p) == pytest.approx(oracle.norm.ppf(p), abs=1e-9)


@pytest.mark.parametrize(("p", "df"), [(0.0, 5), (1.0, 5), (1.5, 5), (0.9, 0)])
def test_a_quantile_that_does_not_exist_is_an_error(p: float, df: int) -> None:
    with pytest.raises(ValueError, match="no t quantile"):
        t_quantile(p, df)
