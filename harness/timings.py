"""What one attempt's instants say: its latencies, in seconds. Pure.

Sums, percentiles and intervals over several attempts are in `harness.summary.latency`.
"""

from harness.records import Attempt
from providers.outcomes import MEANING


def is_answered(attempt: Attempt) -> bool:
    return MEANING[attempt.outcome].answered


def ttft_s(attempt: Attempt, *, from_intended: bool = False) -> float | None:
    """Seconds to the first token of any kind; None for an answer that was not streamed."""
    first = attempt.instants.first_token_s
    if first is None:
        return None
    return first - attempt.instants.intended_s if from_intended else first


def tpot_s(attempt: Attempt) -> float | None:
    """(last token − first token) / (N − 1), with N the reported output tokens.

    The first read is taken to bear one token, since vendors do not say. None below two
    tokens or two reads, and where reasoning was billed that was not streamed: its tokens
    would be counted and its time would not.
    """
    instants, tokens = attempt.instants, attempt.usage.output_tokens
    if instants.first_token_s is None or instants.last_token_s is None:
        return None
    if tokens is None or tokens < 2 or attempt.reads < 2:
        return None
    if attempt.usage.reasoning_tokens and instants.first_token_s == instants.first_visible_s:
        return None
    return (instants.last_token_s - instants.first_token_s) / (tokens - 1)
