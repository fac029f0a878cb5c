"""Exchange rates: dated, sourced, never from the future."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.errors import ConfigurationError
from providers.money import Money
from providers.prices.fx import FxRate, convert
from tests.prices.book import CATALOG, instant

RATES = (
    FxRate(base="USD", quote="CNY", rate=Decimal(7), on=date(2026, 1, 1), source="a"),
    FxRate(base="USD", quote="CNY", rate=Decimal(8), on=date(2026, 3, 1), source="b"),
)


@pytest.mark.parametrize(
    ("at", "expected", "age"),
    [
        ("2026-01-01T00:00:00Z", 14, 0),
        ("2026-02-28T23:59:59Z", 14, 58),
        ("2026-03-01T00:00:00Z", 16, 0),
        ("2026-03-01T07:59:59+08:00", 14, 58),
    ],
    ids=["its own day", "a second before the next", "the next", "still February in UTC"],
)
def test_the_latest_rate_on_or_before_counts(at: str, expected: int, age: int) -> None:
    converted = convert(Money(Decimal(2), "USD"), "CNY", instant(at), RATES)

    assert converted.money == Money(Decimal(expected), "CNY")
    assert converted.age_days == age
    assert f"{age} days old" in converted.describe()


def test_a_rate_works_both_ways() -> None:
    assert convert(Money(Decimal(14), "CNY"), "usd", date(2026, 1, 2), RATES).money.amount == 2


def test_the_same_currency_needs_no_rate() -> None:
    same = convert(Money(Decimal(3), "CNY"), "CNY", date(2020, 1, 1), ())

    assert same.money == Money(Decimal(3), "CNY")
    assert same.rate is None
    assert same.describe() == ""


@pytest.mark.parametrize(
    ("to", "at"), [("CNY", date(2025, 12, 31)), ("EUR", date(2026, 2, 1))], ids=["earlier", "other"]
)
def test_without_a_rate_there_is_no_amount(to: str, at: date) -> None:
    with pytest.raises(ConfigurationError, match=r"add an \[\[fx\]\] row"):
        convert(Money(Decimal(2), "USD"), to, at, RATES)


def test_the_first_of_two_rates_of_a_day_wins() -> None:
    """A user's own rate stands before ours."""
    own = FxRate(base="USD", quote="CNY", rate=Decimal(9), on=date(2026, 3, 1), source="own")

    assert convert(Money(Decimal(1), "USD"), "CNY", date(2026, 4, 1), (own, *RATES)).rate == own


@given(st.decimals(0, 10**9, places=4), st.sampled_from(["USD", "CNY"]))
def test_there_and_back_is_the_same_amount(amount: Decimal, currency: str) -> None:
    other = {"USD": "CNY", "CNY": "USD"}[currency]
    there = convert(Money(amount, currency), other, date(2026, 4, 1), RATES).money

    back = convert(there, currency, date(2026, 4, 1), RATES).money

    assert abs(back.amount - amount) <= Decimal("1e-15") * max(amount, Decimal(1))


def test_our_rates_are_dated_and_sourced() -> None:
    for rate in CATALOG.fx:
        assert rate.source
        assert Decimal(6) < rate.rate < Decimal(8)
    parity = convert(Money(Decimal(1), "USD"), "CNY", date(2026, 11, 21), CATALOG.fx)
    assert (parity.money.amount, parity.age_days) == (Decimal("6.7787"), 78)
