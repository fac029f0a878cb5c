"""The simulated engine: what is generated and at which instants, computed in advance.

    TTFT        = ttft_s + uncached input tokens × prefill_s_per_token
    token k at  = TTFT + k × itl_s              (k = 0, 1, …; exact)
    with jitter = TTFT + Σ of k lognormal gaps whose mean is itl_s

Requests do not slow each other down: the truth of a request has to be known before it is
served. Batching and queues belong to a cost model, not here.
"""

from itertools import accumulate
from typing import Literal

from msgspec import Struct

from providers.simulated.answers import Speech
from providers.simulated.draws import generator
from providers.simulated.prefix_cache import Visit
from providers.simulated.tokens import filler, split

Finish = Literal["stop", "length", "tool_calls"]
PieceKind = Literal["reasoning", "content", "tool_name", "tool_arguments"]
_Token = tuple[PieceKind, str, int | None]


class Timing(Struct, frozen=True, kw_only=True):
    """Seconds. `jitter` is the standard deviation of the logarithm of a gap; 0 is exact."""

    ttft_s: float = 0.02
    prefill_s_per_token: float = 0.0
    itl_s: float = 0.002
    jitter: float = 0.0


class Piece(Struct, frozen=True):
    """One output token and when it is due, in seconds after the request arrived.

    call: which tool call it belongs to, counted from 0; None for text.
    """

    at_s: float
    kind: PieceKind
    text: str
    call: int | None = None


class Count(Struct, frozen=True, kw_only=True):
    """True token counts. Totals include their parts: input has cache reads and writes in
    it, output the reasoning."""

    input_tokens: int
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0

    @property
    def fresh_tokens(self) -> int:
        return self.input_tokens - self.cache_read_tokens - self.cache_write_tokens


class Generation(Struct, frozen=True, kw_only=True):
    """An answer with its instants. first_s is when its first token is due, or would be."""

    pieces: tuple[Piece, ...]
    finish: Finish
    count: Count
    first_s: float

    @property
    def last_s(self) -> float:
        return self.pieces[-1].at_s if self.pieces else self.first_s


class Limit(Struct, frozen=True):
    """A cap on output tokens; some vendors' caps do not hold for reasoning."""

    tokens: int | None = None
    bounds_reasoning: bool = True


def generate(
    speech: Speech,
    timing: Timing,
    *,
    input_tokens: int,
    visit: Visit,
    reasoning_tokens: int = 0,
    limit: Limit | None = None,
    seed: object = 0,
) -> Generation:
    """The generation of a speech, cut at the limit; the same for the same arguments."""
    thought: list[_Token] = [
        ("reasoning", text, None) for text in split(filler(("thought", seed), reasoning_tokens))
    ]
    spoken = _spoken(speech)
    kept = _cut(thought, spoken, limit or Limit())
    first_s = timing.ttft_s + (input_tokens - visit.read_tokens) * timing.prefill_s_per_token
    instants = _instants(first_s, len(kept), timing, seed)
    pieces = tuple(Piece(at, *token) for at, token in zip(instants, kept, strict=True))
    complete = len(kept) == len(thought) + len(spoken)
    return Generation(
        pieces=pieces,
        finish=("tool_calls" if speech.calls else "stop") if complete else "length",
        first_s=first_s,
        count=Count(
            input_tokens=input_tokens,
            cache_read_tokens=visit.read_tokens,
            cache_write_tokens=visit.written_tokens,
            output_tokens=len(pieces),
            reasoning_tokens=sum(piece.kind == "reasoning" for piece in pieces),
        ),
    )


def _spoken(speech: Speech) -> list[_Token]:
    tokens: list[_Token] = [("content", text, None) for text in split(speech.text)]
    for index, (name, arguments) in enumerate(speech.calls):
        tokens.append(("tool_name", name, index))
        tokens += [("tool_arguments", text, index) for text in split(arguments)]
    return tokens


def _cut(thought: list[_Token], spoken: list[_Token], limit: Limit) -> list[_Token]:
    if limit.tokens is None:
        return thought + spoken
    if limit.bounds_reasoning:
        return (thought + spoken)[: limit.tokens]
    return thought + spoken[: limit.tokens]


def _instants(first_s: float, tokens: int, timing: Timing, seed: object) -> list[float]:
    if not timing.jitter:
        return [first_s + k * timing.itl_s for k in range(tokens)]
    draw = generator("gaps", seed)
    # The mean of a lognormal is exp(mu + sigma²/2); without the shift it would exceed itl_s.
    shift = -(timing.jitter**2) / 2
    gaps = (
        timing.itl_s * draw.lognormvariate(shift, timing.jitter) for _ in range(max(tokens - 1, 0))
    )
    return list(accumulate(gaps, initial=first_s))[:tokens]
