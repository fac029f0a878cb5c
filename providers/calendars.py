"""Statutory days off, for tariffs whose peak hours spare them.

Only years whose days off have been announced are covered: a projected calendar lacks the
bridge days, and a tariff is decided by them. Make-up working Saturdays need no entry: a
rule that names Monday to Friday leaves them out by itself.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from importlib.metadata import version

from providers.errors import ConfigurationError
from providers.tariff import Calendar

CHINA = "china"
KNOWN = (CHINA,)


def statutory(name: str, years: Iterable[int]) -> Calendar:
    """The named calendar for those of the years that are known.

    Raises ConfigurationError for a name outside KNOWN.
    """
    if name not in KNOWN:
        raise ConfigurationError(f"no holiday calendar {name!r}: one of {', '.join(KNOWN)}")
    # Imported here: a stored snapshot holds its days, so most commands never need the package.
    import holidays

    china = holidays.country_holidays("CN")
    # One entry per year for which the State Council's notice has been entered.
    covered = sorted(set(years) & set(china.special_public_holidays))
    days = sorted(holidays.country_holidays("CN", years=covered)) if covered else []
    return Calendar(
        name=name,
        years=tuple(covered),
        days=tuple(days),
        source=f"State Council notices, as in holidays {version('holidays')}",
    )


def day_off(calendars: Sequence[Calendar], name: str, day: date) -> bool | None:
    """Whether the day is one off in that calendar; None where its year is not covered."""
    for calendar in calendars:
        if calendar.name == name and day.year in calendar.years:
            return day in calendar.days
    return None
