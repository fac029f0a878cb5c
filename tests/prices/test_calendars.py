"""Our calendars against the package they were taken from."""

from datetime import date

import holidays
import pytest

from providers.errors import ConfigurationError
from providers.prices.calendars import CHINA, statutory


def test_our_days_off_are_those_of_the_holidays_package() -> None:
    ours = statutory(CHINA, range(2000, 2100))

    theirs = holidays.country_holidays("CN", years=ours.years)
    assert ours.years
    assert set(ours.days) == {day for day in theirs if day.year in ours.years}


def test_only_the_years_asked_for_and_known_are_covered() -> None:
    calendar = statutory(CHINA, [1999, 2026])

    assert calendar.years == (2026,)
    assert date(2026, 10, 1) in calendar.days
    assert date(2026, 10, 10) not in calendar.days


def test_an_unknown_calendar_is_named_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="china"):
        statutory("atlantis", [2026])
