"""Order-statistic quantiles: their floor on n and their bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as oracle

from harness.stats import least_n_for_quantile, quantile

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=400)


@pytest.mark.parametrize(("q", "least"), [(0.5, 5), (0.9, 29), (0.95, 59), (0.99, 299)])
def test_a_quantile_needs_the_n_at_which_its_upper_bound_exists(q: float, least: int) -> None:
    assert least_n_for_quantile(q) == least
    assert quantile(range(least - 1), q).value is None
    assert quantile(range(least), q).high == least - 1


@pytest.mark.parametrize("q", [0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("n", [300, 777, 5000])
def test_each_bound_is_the_tightest_that_holds_with_95_percent(n: int, q: float) -> None:
    count = oracle.binom(n, q)

    found = quantile(range(1, n + 1), q)

    assert found.high is not None
    above = round(found.high)
    assert count.sf(above - 1) <= 0.05 < count.sf(above - 2)
    below = round(found.low or 0)
    assert count.cdf(below - 1) <= 0.05 < count.cdf(below)


def test_the_value_is_an_observation_and_not_an_interpolation() -> None:
    assert quantile([1.0, 2.0, 3.0, 4.0, 100.0, 200.0], 0.5).value == 3.0


@pytest.mark.parametrize("q", [0.0, 1.0, -1.0])
def test_a_quantile_outside_0_and_1_is_an_error(q: float) -> None:
    with pytest.raises(ValueError, match="no quantile"):
        quantile([1.0] * 10, q)


@given(VALUES, st.sampled_from([0.5, 0.9, 0.95]))
def test_a_quantile_lies_between_its_bounds_and_within_the_data(
    values: list[float], q: float
) -> None:
    found = quantile(values, q)

    if found.value is not None and found.high is not None:
        low = min(values) if found.low is None else found.low
        assert min(values) <= low <= found.value <= found.high <= max(values)
