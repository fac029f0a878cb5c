"""When to ask again after a failure, and how long to wait first. Pure; nobody sleeps here."""

from random import Random

from msgspec import Struct

from providers.dialect import Answer
from providers.outcomes import MEANING


class RetryPolicy(Struct, frozen=True, kw_only=True):
    """How often and how patiently a request is repeated.

    max_attempts: all attempts of one request, the first included. base_s, cap_s: the
    backoff's first and highest upper bound. retry_after_limit_s: a vendor that asks for a
    longer wait is not asked again (a quota window, not a hiccup).
    """

    max_attempts: int = 3
    base_s: float = 1.0
    cap_s: float = 60.0
    retry_after_limit_s: float = 120.0


def wait_s(policy: RetryPolicy, attempt_number: int, answer: Answer, rng: Random) -> float | None:
    """Seconds to wait after attempt `attempt_number` (from 1) gave this answer; None: give up.

    Full jitter: uniform in [0, min(cap_s, base_s × 2^(attempt_number − 1))], Brooker,
    "Exponential Backoff and Jitter", AWS 2015. Where the vendor names a wait, that wait
    plus a jitter of at most base_s, so that streams sent away together do not return
    together.
    """
    if attempt_number >= policy.max_attempts or not _is_retryable(answer):
        return None
    asked_s = answer.error.retry_after_s if answer.error else None
    if asked_s is not None:
        if asked_s > policy.retry_after_limit_s:
            return None
        return asked_s + rng.uniform(0.0, policy.base_s)
    # Doubling more often than this only overflows: any cap has been reached by then.
    doublings = min(attempt_number - 1, 60)
    return rng.uniform(0.0, min(policy.cap_s, policy.base_s * 2.0**doublings))


def _is_retryable(answer: Answer) -> bool:
    if answer.error is not None and answer.error.retryable is not None:
        return answer.error.retryable
    return MEANING[answer.outcome].retryable
