"""What a request has in common whatever its protocol: address, headers, dropped fields."""

from typing import Any

import msgspec

from providers.dialect import Ask, Dialect
from providers.errors import ConfigurationError
from providers.exchange import HttpRequest


def headers(dialect: Dialect, key: str | None) -> tuple[tuple[str, str], ...]:
    """The headers that authorise a request, with the dialect's own.

    Raises ConfigurationError for a key that no HTTP header can carry.
    """
    own = tuple(dialect.headers.items())
    # A key out of a file often brings its line end along.
    key = (key or "").strip()
    if not key or dialect.auth == "none":
        return own
    if not key.isascii() or not key.isprintable():
        raise ConfigurationError(
            "the API key has characters that a header cannot carry: copy it again, without quotes"
        )
    if dialect.auth == "x-api-key":
        return (("x-api-key", key), *own)
    return (("authorization", f"Bearer {key}"), *own)


def dropped(ask: Ask, dialect: Dialect, *, foreign: frozenset[str] = frozenset()) -> list[str]:
    """The names of the ask's fields that cannot be sent: refused by the vendor, foreign to
    its protocol, or a temperature above its highest. Nothing is clamped in silence."""
    refused = foreign | set(dialect.refused)
    wanted = {
        "tools": bool(ask.tools),
        "temperature": ask.temperature is not None,
        "seed": ask.seed is not None,
    }
    names = [name for name, is_set in wanted.items() if is_set and name in refused]
    if ask.max_tokens is not None and dialect.max_tokens_field in refused:
        names.append("max_tokens")
    if _is_too_hot(ask.temperature, dialect) and "temperature" not in names:
        names.append("temperature")
    return names + [name for name in ask.body if name in refused and name not in names]


def posted(
    body: dict[str, Any], ask: Ask, dialect: Dialect, base_url: str, key: str | None
) -> HttpRequest:
    """The request for a body; the ask's own body fields win, refused fields are left out."""
    sent = {name: value for name, value in (body | ask.body).items() if name not in dialect.refused}
    accepted = "text/event-stream" if ask.stream else "application/json"
    return HttpRequest(
        url=base_url.rstrip("/") + dialect.path,
        headers=(
            ("content-type", "application/json"),
            ("accept", accepted),
            *headers(dialect, key),
        ),
        body=msgspec.json.encode(sent),
    )


def _is_too_hot(temperature: float | None, dialect: Dialect) -> bool:
    highest = dialect.temperature_max
    return temperature is not None and highest is not None and temperature > highest
