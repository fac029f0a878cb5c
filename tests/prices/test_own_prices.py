"""Prices of the user's own: in one word, in a file, and always before the catalogue's."""

from decimal import Decimal

import pytest

from providers.errors import ConfigurationError
from providers.prices.pricebook import (
    FREE,
    GpuHour,
    PriceRow,
    Unpriced,
    find_row,
    parse_gpu_spec,
    parse_price_spec,
    price_usage,
    rows_from_table,
    snapshot_for,
    worst_case,
)
from tests.prices.book import BARE, CATALOG, NOW, instant, point, sheet, usage

AT = instant(NOW)
OFFER = CATALOG.offer("glm.cn/glm-5.3")


@pytest.mark.parametrize(
    ("spec", "read", "fresh", "output", "currency"),
    [
        ("0.5/2 USD", None, "0.5", "2", "USD"),
        ("0.1/0.5/2 CNY", "0.1", "0.5", "2", "CNY"),
        (" 1/2cny ", None, "1", "2", "CNY"),
    ],
)
def test_a_price_in_one_word(
    spec: str, read: str | None, fresh: str, output: str, currency: str
) -> None:
    row = parse_price_spec(spec, OFFER, AT)
    rates = row.tiers[0].rates

    assert (rates.input, rates.output) == (Decimal(fresh), Decimal(output))
    assert rates.cache_read == (None if read is None else Decimal(read))
    assert (row.currency, row.confidence) == (currency, "declared")
    assert (row.source, row.checked) == ("declared with the run", AT.date())


def test_a_declared_price_of_nothing_is_free() -> None:
    assert parse_price_spec("0/0 USD", OFFER, AT).label == FREE


@pytest.mark.parametrize(
    "spec", ["", "1 USD", "1/2", "1/2/3/4 USD", "-1/2 USD", "1/2 XXX", "1e3/2 USD"]
)
def test_a_price_that_cannot_be_read_is_refused(spec: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_price_spec(spec, OFFER, AT)


@pytest.mark.parametrize(
    ("spec", "share"),
    [("8xH200@2.6USD/h", "1"), ("8xH200@2.6USD/h@50%", "0.5"), ("8xH200@2.6 USD/h:0.5", "0.5")],
)
def test_hardware_in_one_word(spec: str, share: str) -> None:
    row = parse_gpu_spec(spec, OFFER, AT, label="rented")

    assert row.gpu_hour == GpuHour(
        hardware="H200", count=8, rate=Decimal("2.6"), utilisation=Decimal(share)
    )
    assert (row.kind, row.currency, row.label) == ("gpu_hour", "USD", "rented")


@pytest.mark.parametrize(
    "spec", ["H200@2.6USD/h", "8xH200", "8xH200@2.6USD", "8xH200@2.6USD/h@0%", "0xH200@1USD/h"]
)
def test_hardware_that_cannot_be_read_is_refused(spec: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_gpu_spec(spec, OFFER, AT)


def test_hours_are_not_a_price_per_token() -> None:
    """The run prices them by the time that it keeps the hardware busy."""
    row = parse_gpu_spec("8xH200@2.6USD/h", OFFER, AT)
    book = snapshot_for(CATALOG, (OFFER,), AT, overlay=[row])

    assert find_row(book, OFFER, AT) == row
    for unpriced in (
        price_usage(book, OFFER, usage(1, 1), AT),
        worst_case(book, OFFER, AT, input_tokens=1, output_tokens=1),
    ):
        assert isinstance(unpriced, Unpriced)
        assert "busy" in unpriced.remedy


def test_own_rows_win_over_the_catalogue() -> None:
    own = rows_from_table(
        sheet(
            {"models": ["glm-5.3"], "rates": {"input": 1, "output": 1}},
            vendor="glm",
            region="cn",
            currency="CNY",
        ),
        "contract.toml",
    )
    book = snapshot_for(CATALOG, (OFFER,), AT, overlay=own)

    assert point(price_usage(book, OFFER, usage(1_000_000, 0), AT)) == 1


def test_an_own_row_holds_in_its_own_time_only() -> None:
    """Before a contract begins the catalogue's price still counts."""
    own = rows_from_table(
        sheet(
            {"models": ["glm-5.3"], "rates": {"input": 1, "output": 1}},
            vendor="glm",
            start=instant("2026-12-01T00:00:00+08:00"),
        ),
        "contract.toml",
    )
    book = snapshot_for(CATALOG, (OFFER,), AT, overlay=own)

    assert point(price_usage(book, OFFER, usage(1_000_000, 0), AT)) == 8


def test_declared_rows_can_be_put_before_a_stored_snapshot() -> None:
    book = snapshot_for(CATALOG, (OFFER,), AT)
    declared = book.with_declared([parse_price_spec("1/1 CNY", OFFER, AT)])

    assert point(price_usage(declared, OFFER, usage(1_000_000, 0), AT)) == 1
    assert declared.book_hash != book.book_hash


def test_rows_are_found_under_prices_too() -> None:
    """A suite's table and a bare sheet mean the same."""
    one = sheet({"models": ["thing"], "rates": {"input": 1, "output": 1}})

    assert rows_from_table({"prices": [one]}, "suite") == rows_from_table(one, "suite")


@pytest.mark.parametrize(
    ("tier", "words"),
    [("flex", "service tier 'flex' .known: standard"), (None, "no price row covers shop/thing")],
)
def test_what_has_no_row_says_what_would_give_one(tier: str | None, words: str) -> None:
    import re

    import msgspec

    row = rows_from_table(
        sheet({"models": ["thing" if tier else "thin"], "rates": {"input": 1, "output": 1}}), "x"
    )
    book = snapshot_for(CATALOG, (BARE,), AT).with_declared(row)
    unpriced = find_row(book, msgspec.structs.replace(BARE, tier=tier), AT)

    assert not isinstance(unpriced, PriceRow)
    assert re.search(words, unpriced.reason)
    assert "--prices FILE" in unpriced.remedy
