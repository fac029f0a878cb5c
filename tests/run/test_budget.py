"""The budget: nothing is sent that could overrun it, and what is in flight counts."""

import asyncio
from decimal import Decimal

import pytest
from msgspec.structs import replace

from harness.budget import Budget, BudgetSpent, check_budget, output_bound
from harness.errors import ConfigurationError
from harness.records import Attempt, Instants
from providers.dialect import Dialect
from providers.money import Money
from providers.outcomes import Outcome
from providers.prices.pricebook import Snapshot
from providers.usage import Usage
from tests.report.builders import START
from tests.run.test_cost import OFFER, book, tried


def budget(cap: str | None, snapshot: Snapshot | None = None) -> Budget:
    money = None if cap is None else Money(Decimal(cap), "USD")
    return Budget(money, snapshot or book("1/2 USD"), longest_s=36.0)


async def reserve(purse: Budget, tokens: int = 1_000_000) -> Money | None:
    return await purse.reserve(OFFER, START, input_tokens=tokens, output_tokens=0)


def costing(tokens: int) -> Attempt:
    return tried(usage=Usage(input_tokens=tokens, output_tokens=0, cache_read_tokens=0))


async def test_a_reservation_is_the_worst_case() -> None:
    purse = budget("100")

    worst = await purse.reserve(OFFER, START, input_tokens=1000, output_tokens=500)

    assert worst == Money(Decimal("0.002"), "USD")


async def test_settling_frees_what_was_not_used() -> None:
    purse = budget("1")
    reserved = await reserve(purse)

    await purse.settle(OFFER, reserved, costing(250_000))

    assert purse.spent == Decimal("0.25")
    assert purse.in_flight == 0


async def test_a_request_that_does_not_fit_is_refused() -> None:
    purse = budget("1")
    await purse.settle(OFFER, await reserve(purse), costing(600_000))

    with pytest.raises(BudgetSpent):
        await reserve(purse, 500_000)


async def test_a_request_waits_for_one_in_flight_that_may_free_its_share() -> None:
    purse = budget("1")
    first = await reserve(purse)
    second = asyncio.create_task(reserve(purse, 400_000))
    await asyncio.sleep(0)

    assert not second.done()

    await purse.settle(OFFER, first, costing(500_000))

    assert await second == Money(Decimal("0.4"), "USD")


async def test_requests_together_never_reserve_more_than_the_cap() -> None:
    purse = budget("1")
    asked = [asyncio.create_task(reserve(purse, 300_000)) for _ in range(10)]
    await asyncio.sleep(0)

    assert sum(task.done() for task in asked) == 3
    assert purse.in_flight <= 1

    for task in asked:
        task.cancel()


async def test_an_attempt_without_usage_is_settled_at_its_reservation() -> None:
    purse = budget("1")
    reserved = await reserve(purse)

    await purse.settle(OFFER, reserved, tried(usage=Usage(), outcome=Outcome.STREAM_BROKEN))

    assert purse.spent == 1


async def test_an_unbillable_attempt_frees_all_of_it() -> None:
    purse = budget("1")
    reserved = await reserve(purse)

    await purse.settle(OFFER, reserved, tried(usage=Usage(), outcome=Outcome.RATE_LIMITED))

    assert purse.spent == 0


async def test_lost_attempts_of_an_earlier_part_count_at_their_reservation() -> None:
    purse = budget("1")
    lost = tried(
        outcome=Outcome.LOST, usage=Usage(), reserved_amount="0.7", reserved_currency="USD"
    )

    purse.book(OFFER, [lost])

    assert purse.spent == Decimal("0.7")


async def test_own_hardware_reserves_its_longest_attempt() -> None:
    purse = budget("1", book(price=None, gpu="1xT4@10USD/h"))

    assert await reserve(purse) == Money(Decimal("0.1"), "USD")

    ended = replace(tried(), instants=Instants(end_s=18.0))
    await purse.settle(OFFER, Money(Decimal("0.1"), "USD"), ended)
    assert purse.spent == Decimal("0.05")


async def test_what_is_too_dear_is_refused_however_the_sums_before_it_were_rounded() -> None:
    """Shares of an hour and exchange rates have more digits than a sum keeps."""
    purse = Budget(Money(Decimal(10), "USD"), book("0.1/1/2 CNY"), longest_s=36.0)
    first, second = await reserve(purse, 4_201_013), await reserve(purse, 3_540_891)
    await purse.settle(OFFER, first, costing(1))
    await purse.settle(OFFER, second, costing(1))

    with pytest.raises(BudgetSpent):
        await asyncio.wait_for(reserve(purse, 10**9), 1)


async def test_own_hardware_costs_its_time_in_a_failure_too() -> None:
    purse = budget("1", book(price=None, gpu="1xT4@10USD/h"))
    reserved = await reserve(purse)

    failed = tried(outcome=Outcome.SERVER_ERROR, instants=Instants(end_s=18.0), usage=Usage())
    await purse.settle(OFFER, reserved, failed)

    assert purse.spent == Decimal("0.05")


async def test_a_request_that_no_longer_has_a_price_is_not_sent_under_a_cap() -> None:
    with pytest.raises(BudgetSpent):
        await reserve(budget("1", book(price=None)))


@pytest.mark.parametrize(
    ("dialect", "longest", "bound"),
    [
        pytest.param(Dialect(), 900, 10, id="as asked"),
        pytest.param(Dialect(refused=("max_tokens",)), 900, 900, id="the limit is not sent"),
        pytest.param(
            Dialect(max_tokens_bounds_reasoning=False), 900, 900, id="it leaves reasoning free"
        ),
        pytest.param(Dialect(refused=("max_tokens",)), None, None, id="nothing bounds it"),
    ],
)
def test_output_is_bounded_by_what_the_vendor_heeds(
    dialect: Dialect, longest: int | None, bound: int | None
) -> None:
    offer = replace(OFFER, dialect=dialect, max_output_tokens=longest)

    assert output_bound(offer, 10) == bound


def test_a_budget_is_refused_where_the_limit_would_not_be_heeded() -> None:
    offer = replace(OFFER, dialect=Dialect(refused=("max_tokens",)))

    with pytest.raises(ConfigurationError, match="v/m"):
        check_budget(Money(Decimal(1), "USD"), book(), [offer], START, output_tokens=10)


async def test_without_a_cap_everything_is_let_through() -> None:
    purse = budget(None)

    assert await reserve(purse, 10**9) is not None


def test_a_budget_over_an_unpriced_offer_is_refused_with_the_flag_that_helps() -> None:
    with pytest.raises(ConfigurationError, match="--price"):
        check_budget(Money(Decimal(1), "USD"), book(None), [OFFER], START, output_tokens=10)


def test_a_budget_needs_a_limit_of_output() -> None:
    with pytest.raises(ConfigurationError, match="--max-tokens"):
        check_budget(Money(Decimal(1), "USD"), book(), [OFFER], START, output_tokens=None)


def test_a_budget_needs_a_rate_to_its_currency() -> None:
    with pytest.raises(ConfigurationError, match="EUR"):
        check_budget(Money(Decimal(1), "EUR"), book(), [OFFER], START, output_tokens=10)
