"""Usage: what a vendor reported for one attempt, and the exclusive classes derived from it.

Vendors count in two ways: OpenAI-like ones report an input total that includes what was
read from or written to a cache, Anthropic's own protocol reports the three apart. `Usage`
always holds totals (input with cache, output with reasoning); the dialects normalise.
A part that was not reported is None and stays None: a sum never turns it into 0.
"""

from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

Provenance = Literal["reported", "estimated", "absent"]


class Usage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Token counts of one attempt as reported.

    input_tokens: all of the prompt, cache reads and writes included.
    output_tokens: all that is billed as output, reasoning included.
    The other counts are parts of those two. `raw` is the vendor's own object, verbatim.
    flags: what is odd about the report, for example `cached_above_input`.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_5m_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    reasoning_tokens: int | None = None
    provenance: Provenance = "absent"
    flags: tuple[str, ...] = ()
    raw: dict[str, Any] | None = None
    vendor_cost: Decimal | None = None
    vendor_cost_currency: str | None = None


class Leaves(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The exclusive classes of one usage. Known classes add up to the reported totals.

    Where a split was not reported, the total stands in the unsplit class and its parts
    are None. `fresh_input` may hide cache writes when `cache_writes_reported` is False:
    who prices decides whether that matters.
    """

    fresh_input: int | None = None
    cache_read: int | None = None
    cache_write_5m: int | None = None
    cache_write_1h: int | None = None
    cache_write_unsplit: int | None = None
    input_unsplit: int | None = None
    visible_output: int | None = None
    reasoning_output: int | None = None
    output_unsplit: int | None = None
    cache_writes_reported: bool = False


LEAF_NAMES = tuple(name for name in Leaves.__struct_fields__ if name != "cache_writes_reported")


def leaves(usage: Usage) -> Leaves:
    """The exclusive classes of a usage, derived without guessing.

    Impossible reports (cached above the input, reasoning above the output) are treated
    as if the part had not been reported, so that no class is ever negative; the dialect
    has flagged them.
    """
    return Leaves(**_input_leaves(usage), **_output_leaves(usage))


def _input_leaves(usage: Usage) -> dict[str, Any]:
    total, read, write = usage.input_tokens, usage.cache_read_tokens, usage.cache_write_tokens
    if total is None:
        return {}
    if read is None or read + (write or 0) > total:
        return {"input_unsplit": total}
    classes: dict[str, Any] = {"fresh_input": total - read - (write or 0), "cache_read": read}
    if write is None:
        return classes
    classes["cache_writes_reported"] = True
    five, hour = usage.cache_write_5m_tokens, usage.cache_write_1h_tokens
    if five is None and hour is None:
        return classes | {"cache_write_unsplit": write}
    known = (five or 0) + (hour or 0)
    classes |= {"cache_write_5m": five or 0, "cache_write_1h": hour or 0}
    return classes | ({"cache_write_unsplit": write - known} if write > known else {})


def _output_leaves(usage: Usage) -> dict[str, Any]:
    total, reasoning = usage.output_tokens, usage.reasoning_tokens
    if total is None:
        return {}
    if reasoning is None or reasoning > total:
        return {"output_unsplit": total}
    return {"visible_output": total - reasoning, "reasoning_output": reasoning}
