"""What the openai SDK handed over, as bytes again, and its failures in our words."""

import json
from typing import Any

from providers.transports.dial import in_words


def event_of(said: Any) -> bytes:
    """A chunk as the event it was; bytes, which were read whole, as they are."""
    if isinstance(said, bytes):
        return said
    to_json = getattr(said, "to_json", None)
    text = to_json(indent=None, warnings=False) if to_json is not None else json.dumps(said)
    return f"data: {text}\n\n".encode()


def reason_of(failure: Exception) -> str:
    """Why the SDK could not carry an exchange out: the innermost reason that says something."""
    reasons: list[BaseException] = []
    cause: BaseException | None = failure
    while cause is not None and cause not in reasons:
        reasons.append(cause)
        cause = cause.__cause__ or cause.__context__
    told = [each for each in reversed(reasons) if isinstance(each, OSError)]
    if told:
        return in_words(told[0])
    return next((str(each) for each in reversed(reasons) if str(each)), type(failure).__name__)
