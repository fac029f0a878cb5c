"""Prices that a user states in one word: `--price 0.5/2 USD`, `--gpu 8xH200@2.6USD/h`."""

import re
from datetime import UTC, datetime
from decimal import Decimal

from msgspec.structs import replace

from providers.errors import ConfigurationError
from providers.money import currency
from providers.offers import Offer
from providers.prices.tariff import FREE, STANDARD, GpuHour, PriceRow, Rates, RowKind, Tier

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_PRICE = re.compile(rf"({_NUMBER})/({_NUMBER})(?:/({_NUMBER}))?\s*([A-Za-z]{{3}})")
_GPU = re.compile(
    rf"(?P<count>[0-9]+)x(?P<hardware>[^@\s]+)@(?P<rate>{_NUMBER})\s*(?P<currency>[A-Za-z]{{3}})/h"
    rf"(?:@(?P<percent>{_NUMBER})%|:(?P<share>{_NUMBER}))?"
)
# What a user declares holds at every instant: the run's own and any other it is priced at.
_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


def parse_price_spec(text: str, offer: Offer, declared: datetime) -> PriceRow:
    """The row that `INPUT/OUTPUT CUR` or `CACHE_READ/INPUT/OUTPUT CUR` declares for an offer,
    per million tokens. Raises ConfigurationError for other text."""
    match = _PRICE.fullmatch(text.strip())
    if match is None:
        raise ConfigurationError(
            f"price {text!r} is not INPUT/OUTPUT or CACHE_READ/INPUT/OUTPUT per million tokens "
            "with its currency, like '0.5/2 USD' or '0.1/0.5/2 CNY'"
        )
    first, second, third, code = match.groups()
    rates = (
        Rates(input=Decimal(first), output=Decimal(second))
        if third is None
        else Rates(cache_read=Decimal(first), input=Decimal(second), output=Decimal(third))
    )
    free = FREE if not any((rates.input, rates.output, rates.cache_read)) else ""
    row = _declared(offer, "token", currency(code), declared)
    return replace(row, tiers=(Tier(rates=rates),), label=free)


def parse_gpu_spec(text: str, offer: Offer, declared: datetime, *, label: str = "") -> PriceRow:
    """The row that `COUNTxHARDWARE@RATE CUR/h` declares for an offer, with the share of the
    paid time that does useful work behind it: `@50%` or `:0.5`. label: what to call it.

    Raises ConfigurationError for other text.
    """
    match = _GPU.fullmatch(text.strip())
    if match is None:
        raise ConfigurationError(
            f"hardware {text!r} is not COUNTxNAME@RATE per hour each, like '8xH200@2.6USD/h' or "
            "'8xH200@2.6USD/h@50%'"
        )
    utilisation = Decimal(match["share"] or 1)
    if match["percent"]:
        utilisation = Decimal(match["percent"]) / 100
    if not 0 < utilisation <= 1:
        raise ConfigurationError(f"hardware {text!r}: the utilisation must lie in (0, 1]")
    terms = GpuHour(
        hardware=match["hardware"],
        count=int(match["count"]),
        rate=Decimal(match["rate"]),
        utilisation=utilisation,
    )
    if terms.count < 1:
        raise ConfigurationError(f"hardware {text!r}: at least one device is needed")
    row = _declared(offer, "gpu_hour", currency(match["currency"]), declared)
    return replace(row, gpu_hour=terms, label=label)


def _declared(offer: Offer, kind: RowKind, code: str, declared: datetime) -> PriceRow:
    return PriceRow(
        id=f"declared {offer.id}",
        kind=kind,
        vendor=offer.vendor,
        region=offer.region,
        models=(offer.model,),
        offer=offer.id,
        service=offer.tier or STANDARD,
        currency=code,
        start=_ALWAYS,
        source="declared with the run",
        checked=declared.date(),
        confidence="declared",
    )
