"""A published token count priced as if it were the usage of one attempt of ours."""

from datetime import UTC, date, datetime, time

from harness.errors import ConfigurationError
from harness.verify.cases import Tokens
from providers.offers import Offer
from providers.prices.pricebook import (
    Priced,
    PriceRow,
    Rates,
    Snapshot,
    Tier,
    Unpriced,
    price_usage,
)
from providers.usage import Usage

_OFFER = Offer(id="published/bill", vendor="published", model="bill", base_url="")


def token_bill(tokens: Tokens, rates: Rates, currency: str, on: date) -> Priced:
    """What the tokens cost under the rates; an interval where the cache split is missing
    and would change the price.

    Raises ConfigurationError when the price book cannot price them.
    """
    at = datetime.combine(on, time(), UTC)
    priced = price_usage(_snapshot(rates, currency, at), _OFFER, _usage(tokens), at)
    if isinstance(priced, Unpriced):
        raise ConfigurationError(f"{priced.reason}: {priced.remedy}")
    return priced


def _snapshot(rates: Rates, currency: str, at: datetime) -> Snapshot:
    row = PriceRow(
        id="published",
        kind="token",
        vendor=_OFFER.vendor,
        models=(_OFFER.model,),
        currency=currency,
        start=at,
        tiers=(Tier(rates=rates),),
        source="the case's own tariff",
        checked=at.date(),
    )
    return Snapshot(rows=(row,), fx=(), calendars=(), book_hash="", taken_at=at)


def _usage(tokens: Tokens) -> Usage:
    return Usage(
        input_tokens=tokens.input,
        cache_read_tokens=tokens.cache_read,
        output_tokens=tokens.output,
        provenance="reported",
    )
