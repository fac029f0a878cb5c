"""Which form a success body has, whatever was asked for: servers answer streams with
documents, documents with streams, and gateways answer with web pages."""

from enum import Enum

_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")
_BLANK = b"\xef\xbb\xbf \t\r\n"


class Shape(Enum):
    EVENTS = "events"
    DOCUMENT = "document"
    OTHER = "other"


def shape_of(body: bytes, *, stream: bool) -> Shape:
    """The form of a body by its first bytes; an empty one is what was asked for."""
    start = body.lstrip(_BLANK)
    if not start:
        return Shape.EVENTS if stream else Shape.OTHER
    if start.startswith(b"{"):
        return Shape.DOCUMENT
    return Shape.EVENTS if start.startswith(_FIELDS) else Shape.OTHER
