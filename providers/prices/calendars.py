"""Statutory days off, for tariffs whose peak hours spare them.

Only years whose days off have been announced are covered: a projected calendar lacks the
bridge days, and a tariff is decided by them. Make-up working Saturdays need no entry: a
rule that names Monday to Friday leaves them out by itself. The days are data beside this
module, taken from the `holidays` package, which the tests compare them with: reading a
price must not need it.
"""

import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from importlib import resources

from providers.errors import ConfigurationError
from providers.prices.tariff import Calendar

CHINA = "china"
KNOWN = (CHINA,)


def statutory(name: str, years: Iterable[int]) -> Calendar:
    """The named calendar for those of the years that are known.

    Raises ConfigurationError for a name outside KNOWN.
    """
    if name not in KNOWN:
        raise ConfigurationError(f"no holiday calendar {name!r}: one of {', '.join(KNOWN)}")
    file = resources.files("providers.prices") / "calendars.toml"
    table = tomllib.loads(file.read_text(encoding="utf-8"))[name]
    covered = sorted({str(year) for year in years} & table["days"].keys())
    return Calendar(
        name=name,
        years=tuple(int(year) for year in covered),
        days=tuple(day for year in covered for day in table["days"][year]),
        source=table["source"],
    )


def day_off(calendars: Sequence[Calendar], name: str, day: date) -> bool | None:
    """Whether the day is one off in that calendar; None where its year is not covered."""
    for calendar in calendars:
        if calendar.name == name and day.year in calendar.years:
            return day in calendar.days
    return None
