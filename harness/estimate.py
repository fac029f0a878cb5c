"""What a run will cost, said before anything is spent: expected and at worst. Pure.

Expected: a token per four bytes of prompt, answers as long as the tasks' references (or
half of their limit where there is none), no retries. At worst: a token per byte, every
answer as long as allowed, every attempt used. Both are for orientation; the budget is
what binds.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
from msgspec import Struct

from harness.budget import ZERO
from providers.money import Money
from providers.offers import Offer
from providers.prices.pricebook import (
    PriceRow,
    Snapshot,
    Unpriced,
    find_row,
    price_usage,
    worst_case,
)
from providers.usage import Usage
from workloads.task import Task

BYTES_PER_TOKEN = 4
_TEMPLATE_TOKENS = 16  # roles and separators that a server adds to each message


class WorkAhead(Struct, frozen=True, kw_only=True):
    """A workload's tasks as a run will ask them: `repeats` trials of each."""

    tasks: tuple[Task, ...]
    repeats: Decimal


class OfferEstimate(Struct, frozen=True, kw_only=True):
    """What one offer will cost, in its tariff's currency; None with the reason in `note`.

    dearest: the worst case of the dearest single attempt.
    """

    offer: str
    requests: int | None
    expected: Money | None = None
    worst: Money | None = None
    dearest: Money | None = None
    note: str = ""


def estimate_offer(
    snapshot: Snapshot,
    offer: Offer,
    work: Sequence[WorkAhead],
    at: datetime,
    *,
    max_tokens: int | None,
    max_attempts: int,
) -> OfferEstimate:
    """The estimate of one offer over all of a run's work."""
    row = find_row(snapshot, offer, at)
    asked = [(request, ahead.repeats) for ahead in work for request in _requests(ahead.tasks)]
    count = int(sum((repeats for _, repeats in asked), ZERO))
    if isinstance(row, Unpriced):
        return OfferEstimate(offer=offer.id, requests=count, note=f"no price: {row.reason}")
    if row.gpu_hour is not None:
        return OfferEstimate(offer=offer.id, requests=count, note=_per_hour(row))
    expected = worst = dearest = ZERO
    unbounded = False
    for request, repeats in asked:
        limit = request.max_tokens or max_tokens or offer.max_output_tokens
        unbounded |= limit is None
        usage = request.expected(limit)
        priced = price_usage(snapshot, offer, usage, at)
        ceiling = worst_case(
            snapshot, offer, at, input_tokens=request.prompt_bytes, output_tokens=limit or 0
        )
        if isinstance(priced, Unpriced) or isinstance(ceiling, Unpriced):
            why = priced if isinstance(priced, Unpriced) else ceiling
            assert isinstance(why, Unpriced)
            return OfferEstimate(offer=offer.id, requests=count, note=f"no price: {why.reason}")
        expected += priced.high * repeats
        worst += ceiling.high * repeats * max_attempts
        dearest = max(dearest, ceiling.high)
    return OfferEstimate(
        offer=offer.id,
        requests=count,
        expected=Money(expected, row.currency),
        worst=None if unbounded else Money(worst, row.currency),
        dearest=None if unbounded else Money(dearest, row.currency),
        note="no limit of output is known: give --max-tokens" if unbounded else "",
    )


class _Request(Struct, frozen=True, kw_only=True):
    prompt_bytes: int
    messages: int
    reference_bytes: int | None
    max_tokens: int | None

    def expected(self, limit: int | None) -> Usage:
        prompt = self.prompt_bytes // BYTES_PER_TOKEN + self.messages * _TEMPLATE_TOKENS
        if self.reference_bytes is not None:
            output = self.reference_bytes // BYTES_PER_TOKEN + 1
        else:
            output = (limit or 1024) // 2
        return Usage(
            input_tokens=prompt,
            cache_read_tokens=0,
            cache_write_tokens=0,
            output_tokens=min(output, limit or output),
            reasoning_tokens=0,
            provenance="estimated",
        )


def _requests(tasks: Sequence[Task]) -> list[_Request]:
    """One request per user turn, its prompt holding all that was said before."""
    requests = []
    for task in tasks:
        said = len((task.system or "").encode()) + len(msgspec.json.encode(task.tools))
        for number, turn in enumerate(task.turns):
            said += len(turn.encode())
            reference = task.references[number] if number < len(task.references) else None
            length = None if reference is None else len(reference.encode())
            requests.append(
                _Request(
                    prompt_bytes=said + 64 * (2 * number + 2),
                    messages=2 * number + 1,
                    reference_bytes=length,
                    max_tokens=task.max_tokens,
                )
            )
            said += length if length is not None else BYTES_PER_TOKEN * (task.max_tokens or 256)
    return requests


def _per_hour(row: PriceRow) -> str:
    assert row.gpu_hour is not None
    hour = row.gpu_hour
    rate = hour.rate * hour.count / hour.utilisation
    return f"paid by busy time: {rate.normalize():f} {row.currency} an hour"
