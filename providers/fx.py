"""Dated exchange rates, each with its source. Applied at the edge only."""

from datetime import date
from decimal import Decimal

from msgspec import Struct


class FxRate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One unit of `base` costs `rate` units of `quote` on `on`."""

    base: str
    quote: str
    rate: Decimal
    on: date
    source: str
