"""Sums of reported usage over a cell's attempts, which never turn unknown into zero."""

from collections.abc import Sequence

from harness.records import Attempt
from harness.summary.shape import TokenSum
from harness.timings import is_answered

COUNTED = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
)


def token_sums(attempts: Sequence[Attempt]) -> dict[str, TokenSum]:
    """The sums over attempts that answered or reported any usage at all."""
    counted = [a for a in attempts if is_answered(a) or a.usage.provenance != "absent"]
    return {name: _sum([getattr(a.usage, name) for a in counted]) for name in COUNTED}


def cached_input_share(attempts: Sequence[Attempt]) -> float | None:
    """Tokens read from a cache per input token, over attempts that reported both."""
    read = total = 0
    for attempt in attempts:
        usage = attempt.usage
        if usage.cache_read_tokens is not None and usage.input_tokens:
            read += usage.cache_read_tokens
            total += usage.input_tokens
    return read / total if total else None


def _sum(counts: Sequence[int | None]) -> TokenSum:
    known = [count for count in counts if count is not None]
    complete = len(known) == len(counts) and bool(counts)
    return TokenSum(
        sum=sum(known) if complete else None,
        reported_sum=sum(known),
        reported_share=len(known) / len(counts) if counts else None,
    )
