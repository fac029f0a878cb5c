"""How numbers are written for people."""

import pytest

from harness.report import wording
from harness.stats import Estimate


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0.0, "0"),
        (0.012345, "0.012"),
        (0.0996, "0.10"),
        (0.5, "0.50"),
        (9.96, "10"),
        (1234.0, "1200"),
        (2.2e-7, "0.00000022"),
        (2.2e-9, "2.2e-09"),
    ],
)
def test_ratios_of_money_have_two_significant_digits(number: float, written: str) -> None:
    assert wording.significant(number) == written


@pytest.mark.parametrize(
    ("duration_s", "written"),
    [
        (None, "–"),
        (0.0064, "6.4 ms"),
        (0.2134, "213 ms"),
        (0.9996, "1.0 s"),
        (12.3, "12 s"),
        (123.4, "123 s"),
    ],
)
def test_durations_choose_their_unit(duration_s: float | None, written: str) -> None:
    assert wording.seconds(duration_s) == written


def test_an_interval_of_durations_names_a_common_unit_once() -> None:
    assert wording.seconds_interval(0.19, 0.23) == "190–230 ms"
    assert wording.seconds_interval(0.5, 1.5) == "500 ms–1.5 s"


@pytest.mark.parametrize(
    ("dearest", "words"), [(5.0, ""), (0.0005, "1000 "), (2e-7, "million "), (None, "")]
)
def test_tiny_costs_are_told_for_many(dearest: float | None, words: str) -> None:
    estimates = [Estimate(estimate=dearest, n=9), Estimate(n=0)]

    assert wording.scale(estimates).words == words


def test_a_lower_bound_alone_is_written_as_one() -> None:
    assert wording.ratio_of_money(Estimate(low=0.031, n=20)) == "≥ 0.031"
    assert wording.ratio_of_money(Estimate(n=0)) == "–"
    assert wording.money_interval(Estimate(low=0.031, n=20)) == ("n=20",)
