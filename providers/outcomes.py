"""How an attempt can end, and what each ending means for retrying and for the bill.

A provider's failure is data: it is recorded in the attempt and never raised through the
runner. Vendors map their own codes to these words in their catalogue file.
"""

from enum import StrEnum

from msgspec import Struct


class Billable(StrEnum):
    """Does the vendor charge for an attempt that ended like this?"""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    OK = "ok"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    REFUSED = "refused"
    BAD_REQUEST = "bad_request"
    CONTEXT_EXCEEDED = "context_exceeded"
    AUTH = "auth"
    RATE_LIMITED = "rate_limited"
    QUOTA_EXHAUSTED = "quota_exhausted"
    OVERLOADED = "overloaded"
    SERVER_ERROR = "server_error"
    TIMEOUT_CONNECT = "timeout_connect"
    TIMEOUT_FIRST_TOKEN = "timeout_first_token"
    TIMEOUT_IDLE = "timeout_idle"
    TIMEOUT_TOTAL = "timeout_total"
    CONNECTION = "connection"
    STREAM_BROKEN = "stream_broken"
    IN_BAND_ERROR = "in_band_error"
    MALFORMED = "malformed"
    CANCELLED = "cancelled"
    LOST = "lost"


class Meaning(Struct, frozen=True):
    """What follows from an outcome unless the vendor's catalogue says otherwise.

    answered: a complete or cut answer came back, which can be judged.
    stops_offer: asking this offer again cannot help until a person acts.
    """

    retryable: bool
    billable: Billable
    answered: bool = False
    stops_offer: bool = False


MEANING: dict[Outcome, Meaning] = {
    Outcome.OK: Meaning(False, Billable.YES, answered=True),
    Outcome.LENGTH: Meaning(False, Billable.YES, answered=True),
    Outcome.CONTENT_FILTER: Meaning(False, Billable.YES, answered=True),
    Outcome.REFUSED: Meaning(False, Billable.YES, answered=True),
    Outcome.BAD_REQUEST: Meaning(False, Billable.NO),
    Outcome.CONTEXT_EXCEEDED: Meaning(False, Billable.NO),
    Outcome.AUTH: Meaning(False, Billable.NO, stops_offer=True),
    Outcome.RATE_LIMITED: Meaning(True, Billable.NO),
    Outcome.QUOTA_EXHAUSTED: Meaning(False, Billable.NO, stops_offer=True),
    Outcome.OVERLOADED: Meaning(True, Billable.NO),
    Outcome.SERVER_ERROR: Meaning(True, Billable.NO),
    Outcome.TIMEOUT_CONNECT: Meaning(True, Billable.NO),
    # The vendor may have generated, and charged for, what never arrived.
    Outcome.TIMEOUT_FIRST_TOKEN: Meaning(True, Billable.UNKNOWN),
    Outcome.TIMEOUT_IDLE: Meaning(True, Billable.UNKNOWN),
    Outcome.TIMEOUT_TOTAL: Meaning(False, Billable.UNKNOWN),
    Outcome.CONNECTION: Meaning(True, Billable.UNKNOWN),
    Outcome.STREAM_BROKEN: Meaning(True, Billable.UNKNOWN),
    Outcome.IN_BAND_ERROR: Meaning(True, Billable.UNKNOWN),
    Outcome.MALFORMED: Meaning(False, Billable.UNKNOWN),
    Outcome.CANCELLED: Meaning(False, Billable.UNKNOWN),
    Outcome.LOST: Meaning(False, Billable.UNKNOWN),
}


REJECTIONS = frozenset(
    (Outcome.BAD_REQUEST, Outcome.CONTEXT_EXCEEDED, Outcome.AUTH, Outcome.QUOTA_EXHAUSTED)
)


def is_rejection(outcome: Outcome) -> bool:
    """True where the request was not taken as it was: the asker has to put something right."""
    return outcome in REJECTIONS


def is_provider_failure(outcome: Outcome) -> bool:
    """True where the provider or the way to it failed, so that the model was not heard."""
    return not MEANING[outcome].answered and not is_rejection(outcome)
