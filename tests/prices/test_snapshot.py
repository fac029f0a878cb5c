"""Snapshots: what a run keeps of the price book, and the hash that tells two apart."""

import subprocess
import sys

import msgspec

from providers.prices.pricebook import Snapshot, book_hash, price_usage, snapshot_for
from tests.prices.book import CATALOG, instant, point, usage

AT = instant("2026-11-23T09:30:00+08:00")
OFFER = CATALOG.offer("deepseek/deepseek-flash")
BOOK = snapshot_for(CATALOG, (OFFER,), AT)


def test_a_stored_snapshot_prices_as_the_live_one() -> None:
    stored = msgspec.json.decode(msgspec.json.encode(BOOK), type=Snapshot)

    assert stored == BOOK
    assert point(price_usage(stored, OFFER, usage(1_000_000, 0), AT)) == 2


def test_a_snapshot_holds_the_rows_of_its_offers_only() -> None:
    assert {row.vendor for row in BOOK.rows} == {"deepseek"}
    assert all("deepseek-flash" in row.models for row in BOOK.rows)


def test_the_hash_is_of_the_content() -> None:
    again = snapshot_for(CATALOG, (OFFER,), instant("2026-11-24T00:00:00Z"))
    dearer = msgspec.structs.replace(BOOK.rows[0], currency="USD")

    assert BOOK.book_hash == again.book_hash
    assert book_hash(BOOK.rows, reversed(BOOK.fx), BOOK.calendars) == BOOK.book_hash
    assert book_hash((dearer, *BOOK.rows[1:]), BOOK.fx, BOOK.calendars) != BOOK.book_hash


def test_pricing_a_stored_snapshot_loads_no_calendar_and_no_network_code() -> None:
    """The reading half works from files alone."""
    program = (
        "import sys, providers.prices.pricebook\n"
        "loaded = {'holidays', 'aiohttp', 'httptools', 'ssl'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )

    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
