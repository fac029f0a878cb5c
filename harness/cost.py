"""What each attempt of a run cost, priced from the run's own snapshot of the price book."""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct, field


class Charge(Struct, frozen=True, kw_only=True):
    """What one attempt cost: an interval [low, high], a point when the two are equal.

    by_class: the same money by usage class (LEAF_NAMES of providers.usage) or `gpu_time`,
        low and high. `row` is the price row's id, `native_currency` the tariff's own.
    """

    low: Decimal
    high: Decimal
    currency: str
    native_currency: str
    row: str
    by_class: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)


class NoCharge(Struct, frozen=True, kw_only=True):
    """Why an attempt has no price, and what would give it one. Unknown, never zero."""

    reason: str
    remedy: str = ""


# attempt id → what it cost. Attempts that are not billable have a Charge of zero.
Charges = Mapping[str, Charge | NoCharge]
