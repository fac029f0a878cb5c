"""Tariffs by the clock: peak hours, weekends, days off, and the instants of every change."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from providers.prices.pricebook import Priced, Unpriced, price_usage, snapshot_for, worst_case
from tests.prices.book import CATALOG, exact, instant, price, usage

MILLION = usage(1_000_000, 1_000_000)
PEAK, OFF_PEAK = Decimal(10), Decimal(5)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2026-11-23T08:59:59+08:00", OFF_PEAK, id="a second before Monday's peak"),
        pytest.param("2026-11-23T09:00:00+08:00", PEAK, id="Monday at nine"),
        pytest.param("2026-11-23T01:30:00Z", PEAK, id="Monday half past nine told in UTC"),
        pytest.param("2026-11-23T11:59:59+08:00", PEAK, id="a second before lunch"),
        pytest.param("2026-11-23T12:00:00+08:00", OFF_PEAK, id="lunch"),
        pytest.param("2026-11-23T13:59:59+08:00", OFF_PEAK, id="a second before the afternoon"),
        pytest.param("2026-11-23T14:00:00+08:00", PEAK, id="the afternoon"),
        pytest.param("2026-11-23T17:59:59+08:00", PEAK, id="a second before the evening"),
        pytest.param("2026-11-23T18:00:00+08:00", OFF_PEAK, id="the evening"),
        pytest.param("2026-11-22T09:30:00+08:00", OFF_PEAK, id="Sunday"),
        pytest.param("2026-11-21T09:30:00+08:00", OFF_PEAK, id="Saturday"),
        pytest.param("2026-10-01T09:30:00+08:00", OFF_PEAK, id="National Day"),
        pytest.param("2026-10-07T09:30:00+08:00", OFF_PEAK, id="a bridge day off"),
        pytest.param("2026-10-10T09:30:00+08:00", OFF_PEAK, id="a make-up working Saturday"),
        pytest.param("2026-10-08T09:30:00+08:00", PEAK, id="the first working day after"),
    ],
)
def test_peak_hours_are_working_hours_in_beijing(at: str, expected: Decimal) -> None:
    assert exact("deepseek/deepseek-flash", MILLION, at) == expected


def test_an_unknown_calendar_year_is_priced_dearer_and_says_so() -> None:
    """The days off of 2028 are not announced: 1 October is taken as a working day."""
    priced = price("deepseek/deepseek-flash", MILLION, "2028-10-02T09:30:00+08:00")

    assert priced.low == PEAK  # type: ignore[union-attr]
    assert any("days off of 2028 are not known" in line for line in priced.why)  # type: ignore[union-attr]


def test_a_stored_snapshot_holds_the_days_off_itself() -> None:
    """Reading a run must not need the calendar package, nor the catalogue."""
    offer = CATALOG.offer("deepseek/deepseek-flash")
    stored = snapshot_for(CATALOG, (offer,), instant("2026-11-21T00:00:00Z"))

    assert stored.calendars[0].name == "china"
    assert date(2026, 10, 7) in stored.calendars[0].days
    assert 2026 in stored.calendars[0].years


# offer, the instant from which it holds, cost before and after: 1M fresh in, 1M out.
CHANGES = [
    ("deepseek/deepseek-chat", "2024-05-06T00:00:00+08:00", None, "3"),
    ("deepseek/deepseek-chat", "2025-02-09T00:00:00+08:00", "3", "10"),
    ("deepseek/deepseek-chat", "2025-02-26T00:30:00+08:00", "10", "5"),
    ("deepseek/deepseek-chat", "2025-02-26T08:30:00+08:00", "5", "10"),
    ("deepseek/deepseek-reasoner", "2025-01-20T00:00:00+08:00", None, "20"),
    ("deepseek/deepseek-reasoner", "2025-02-26T00:30:00+08:00", "20", "5"),
    ("deepseek/deepseek-v4-flash", "2026-04-24T00:00:00+08:00", None, "3"),
    ("deepseek/deepseek-v4-flash", "2026-08-17T00:00:00+08:00", "3", "6"),
    ("deepseek/deepseek-v4-flash", "2026-09-10T00:00:00+08:00", "6", "5"),
    ("deepseek/deepseek-v4-pro", "2026-04-24T00:00:00+08:00", None, "36"),
    ("deepseek/deepseek-v4-pro", "2026-08-17T00:00:00+08:00", "9", "18"),
    ("deepseek.intl/deepseek-chat", "2025-02-09T00:00:00+08:00", "0.42", "1.37"),
    ("glm.cn/glm-5.3-flash", "2026-09-10T00:00:00+08:00", "1.8", "3.6"),
    ("glm.cn/glm-4.7", "2025-12-22T00:00:00+08:00", None, "20"),
]


@pytest.mark.parametrize(
    ("offer", "at", "before", "after"), CHANGES, ids=[f"{c[0]} {c[1][:16]}" for c in CHANGES]
)
def test_a_price_changes_at_its_instant(
    offer: str, at: str, before: str | None, after: str
) -> None:
    """A second earlier the old price holds, or none is known."""
    a_second_earlier = (instant(at) - timedelta(seconds=1)).isoformat()
    earlier = price(offer, MILLION, a_second_earlier)

    assert exact(offer, MILLION, at) == Decimal(after)
    if before is None:
        assert isinstance(earlier, Unpriced)
        assert "known:" in earlier.reason
    else:
        assert exact(offer, MILLION, a_second_earlier) == Decimal(before)


def test_cache_hits_fell_to_a_tenth_at_a_known_instant() -> None:
    hits = usage(1_000_000, 0, read=1_000_000)

    before = exact("deepseek/deepseek-v4-flash", hits, "2026-04-26T12:14:59Z")
    after = exact("deepseek/deepseek-v4-flash", hits, "2026-04-26T12:15:00Z")

    assert (before, after) == (Decimal("0.2"), Decimal("0.02"))


def test_weekends_had_peak_hours_in_the_first_week() -> None:
    """Saturday 22 August 2026 was still dear, Sunday 23 August no longer."""
    saturday = exact("deepseek/deepseek-v4-pro", MILLION, "2026-08-22T09:30:00+08:00")
    sunday = exact("deepseek/deepseek-v4-pro", MILLION, "2026-08-23T09:30:00+08:00")

    assert (saturday, sunday) == (Decimal(36), Decimal(18))


def test_pro_is_unverified_from_the_announced_redirect_on() -> None:
    offer = CATALOG.offer("deepseek/deepseek-v4-pro")
    book = snapshot_for(CATALOG, (offer,), instant("2026-11-21T00:00:00Z"))

    sure = price_usage(book, offer, MILLION, instant("2026-09-14T03:59:59Z"))
    unsure = price_usage(book, offer, MILLION, instant("2026-09-14T04:00:00Z"))

    assert "(verified)" in sure.why[0]  # type: ignore[union-attr]
    assert "(unverified)" in unsure.why[0]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2026-11-22T20:00:00+08:00", PEAK, id="Sunday evening, Monday's peak ahead"),
        pytest.param("2026-11-23T10:00:00+08:00", PEAK, id="within the peak"),
        pytest.param("2026-11-27T18:00:00+08:00", OFF_PEAK, id="Friday evening, a weekend ahead"),
        pytest.param("2026-09-30T18:00:00+08:00", OFF_PEAK, id="the eve of National Day"),
        pytest.param(
            "2026-09-09T19:00:00+08:00", Decimal(12), id="the dearer of two rows, the older one"
        ),
    ],
)
def test_a_reservation_covers_what_can_apply_within_a_day(at: str, expected: Decimal) -> None:
    offer = CATALOG.offer("deepseek/deepseek-v4-flash")
    book = snapshot_for(CATALOG, (offer,), instant(at))

    worst = worst_case(book, offer, instant(at), input_tokens=1_000_000, output_tokens=1_000_000)

    assert isinstance(worst, Priced)
    assert worst.high == expected


def test_a_reservation_stays_below_tiers_that_the_request_cannot_reach() -> None:
    """A prompt below 32K never pays the rates of longer ones."""
    offer = CATALOG.offer("glm.cn/glm-4.7")
    book = snapshot_for(CATALOG, (offer,), instant("2026-11-21T00:00:00Z"))

    def worst(prompt: int, answer: int) -> Decimal:
        at = instant("2026-11-21T00:00:00Z")
        bound = worst_case(book, offer, at, input_tokens=prompt, output_tokens=answer)
        assert isinstance(bound, Priced)
        return bound.high

    assert worst(31_999, 199) == Decimal("0.065590")
    assert worst(31_999, 200) == Decimal("0.098797")
    assert worst(32_000, 200) == Decimal("0.1312")
