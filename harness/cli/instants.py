"""Instants as people write them on the command line."""

from datetime import datetime

from harness.errors import ConfigurationError


def parse_instant(text: str) -> datetime:
    """An aware instant from ISO 8601 text.

    Raises ConfigurationError without a zone: a tariff by the hour needs to know whose.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(
            f"{text!r} is not an instant like 2026-11-23T10:00:00+08:00"
        ) from error
    if instant.tzinfo is None:
        raise ConfigurationError(f"{text!r} has no time zone: write {text}+08:00 or {text}Z")
    return instant
