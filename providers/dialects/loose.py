"""Reading JSON of unknown make. Every accessor gives a value of the wanted kind or its empty
one, so that nothing a server sends can raise."""

import json
from typing import Any

import msgspec

_NOT_FINITE = (b"NaN", b"Infinity")


def parsed(data: bytes) -> Any:
    """The JSON value of the bytes, or None when they hold none.

    Python servers write NaN and Infinity, which JSON does not have: they become None.
    """
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        if not any(word in data for word in _NOT_FINITE):
            return None
    try:
        return json.loads(data, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None


def mapping(value: Any) -> dict[str, Any]:
    """The value when it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The value when it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    """The value when it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def label(value: Any) -> str | None:
    """A code or name as text, from a non-empty string or an integer; else None."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value) or None
