"""The most that a request of bounded lengths can cost; what a budget reserves beforehand."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from providers.prices.charge import describe, line, rate_ranges
from providers.prices.tariff import Calendar, Line, Priced, PriceRow, Tier
from providers.prices.windows import opens_within
from providers.usage import Leaves

HORIZON = timedelta(days=1)


def ceiling(
    rows: Sequence[PriceRow],
    calendars: Sequence[Calendar],
    at: datetime,
    *,
    input_tokens: int,
    output_tokens: int,
) -> Priced:
    """The dearest of every tier that the lengths can reach, in every window that opens
    within a day of `at`, with every token in its dearest class. `rows` is not empty."""
    worst: tuple[Decimal, PriceRow, Tier, tuple[Line, ...]] | None = None
    for row in rows:
        for tier in _reachable(row, calendars, at, input_tokens, output_tokens):
            lines = _dearest(tier, input_tokens, output_tokens)
            amount = sum((each.high for each in lines), Decimal(0))
            if worst is None or amount > worst[0]:
                worst = amount, row, tier, lines
    assert worst is not None, "a token row has at least one tier"
    amount, row, tier, lines = worst
    return Priced(
        low=amount,
        high=amount,
        currency=row.currency,
        row=row.id,
        lines=lines,
        why=(f"the dearest of what can apply within a day: row {row.id}, {describe(tier)}",),
    )


def _reachable(
    row: PriceRow,
    calendars: Sequence[Calendar],
    at: datetime,
    input_tokens: int,
    output_tokens: int,
) -> Iterable[Tier]:
    yield from _up_to(row.tiers, input_tokens, output_tokens)
    for window in row.windows:
        if opens_within(window, at, HORIZON, calendars):
            yield from _up_to(window.tiers, input_tokens, output_tokens)


def _up_to(tiers: Sequence[Tier], input_tokens: int, output_tokens: int) -> Iterable[Tier]:
    """Tiers that a request no longer than this may fall into.

    A tier that takes the longest request takes every shorter one too, so none after it can
    be reached; but a tier bound to one state of thinking leaves the other state open.
    """
    closed: set[bool] = set()
    for tier in tiers:
        states = {True, False} if tier.thinking is None else {tier.thinking}
        if states <= closed:
            continue
        yield tier
        if _bounded(tier, input_tokens, output_tokens) == (input_tokens, output_tokens):
            closed |= states


def _bounded(tier: Tier, input_tokens: int, output_tokens: int) -> tuple[int, int]:
    """The longest lengths within both the request's and the tier's limits."""
    below = 1 if tier.edge == "exclusive" else 0
    longest_in, longest_out = tier.max_input_tokens, tier.max_output_tokens
    return (
        input_tokens if longest_in is None else min(input_tokens, longest_in - below),
        output_tokens if longest_out is None else min(output_tokens, longest_out - below),
    )


def _dearest(tier: Tier, input_tokens: int, output_tokens: int) -> tuple[Line, ...]:
    ranges = rate_ranges(tier.rates, Leaves())
    lengths = _bounded(tier, input_tokens, output_tokens)
    leaves = zip(("input_unsplit", "output_unsplit"), lengths, strict=True)
    return tuple(line(leaf, tokens, ranges[leaf][1], ranges[leaf][1]) for leaf, tokens in leaves)
