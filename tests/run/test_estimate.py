"""What a run will cost, before it: sums where the work is counted, none where time ends it."""

from datetime import UTC, datetime
from decimal import Decimal

from harness.estimate import OfferEstimate, WorkAhead, estimate_offer
from providers.offers import load_catalog
from providers.prices.pricebook import snapshot_for
from workloads.task import Task

AT = datetime(2026, 11, 22, tzinfo=UTC)
TASK = Task(
    id="t/1", kind="chat", turns=("What is 2 and 2?",), references=("Four.",), max_tokens=50
)


def estimate(repeats: Decimal | None) -> OfferEstimate:
    catalog = load_catalog()
    offer = catalog.offer("deepseek/deepseek-flash")
    work = [WorkAhead(tasks=(TASK,), repeats=repeats)]
    return estimate_offer(
        snapshot_for(catalog, (offer,), AT), offer, work, AT, max_tokens=None, max_attempts=3
    )


def test_counted_work_has_sums_and_the_worst_uses_every_attempt() -> None:
    once, twice = estimate(Decimal(1)), estimate(Decimal(2))

    assert once.requests == 1
    assert once.expected is not None
    assert once.worst is not None
    assert once.dearest is not None
    assert once.worst.amount == 3 * once.dearest.amount > once.expected.amount > 0
    assert twice.expected is not None
    assert twice.expected.amount == 2 * once.expected.amount


def test_work_that_only_time_ends_has_no_sum_but_a_dearest_request() -> None:
    """An unknown cost is unknown, never zero."""
    timed = estimate(None)

    assert timed.requests is None
    assert timed.expected is None
    assert timed.worst is None
    assert timed.dearest == estimate(Decimal(1)).dearest
