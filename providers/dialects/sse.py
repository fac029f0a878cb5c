"""Server-sent events: framing only, of bytes that have already arrived.

Follows the event stream format of the HTML standard, with two liberties that servers
need: the last event may lack its blank line, and `data:` may lack its space. What the
data means is the dialects' business.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

_BOM = b"\xef\xbb\xbf"


class Event(Struct, frozen=True):
    """One event. `at_s` is the instant of the read that completed it; `data` is raw bytes,
    several data lines joined by a line feed."""

    at_s: float
    event: str
    data: bytes


def events(reads: Iterable[tuple[float, bytes]]) -> Iterator[Event]:
    """The events of a stream in order, however its bytes were cut into reads.

    Comments, unknown fields and events without data yield nothing. An event that the
    stream's end left open is completed by its last line.
    """
    name, data, at_s = "", list[bytes](), 0.0
    for at_s, line in _lines(reads):
        if not line:
            if data:
                yield Event(at_s, name, b"\n".join(data))
            name, data = "", []
            continue
        field, _, value = line.partition(b":")
        if field == b"data":
            data.append(value.removeprefix(b" "))
        elif field == b"event":
            name = value.removeprefix(b" ").decode(errors="replace")
    if data:
        yield Event(at_s, name, b"\n".join(data))


def _lines(reads: Iterable[tuple[float, bytes]]) -> Iterator[tuple[float, bytes]]:
    """Each line without its end, with the instant of the read that completed it.

    A carriage return ends its line at once; the line feed of a pair that was cut in two
    is then skipped, so that the same bytes give the same lines whatever the cut.
    """
    at_s, open_line, after_return = 0.0, list[bytes](), False
    for at_s, read in _unmarked(reads):
        data = read[1:] if after_return and read.startswith(b"\n") else read
        after_return = read.endswith(b"\r") if read else after_return
        # Pieces of one long line are joined once, when its end arrives.
        for piece in data.splitlines(keepends=True):
            open_line.append(piece)
            if piece.endswith((b"\n", b"\r")):
                yield at_s, b"".join(open_line).rstrip(b"\r\n")
                open_line = []
    if open_line:
        yield at_s, b"".join(open_line)


def _unmarked(reads: Iterable[tuple[float, bytes]]) -> Iterator[tuple[float, bytes]]:
    """The reads without the byte order mark that a stream may begin with."""
    start = b""
    rest = iter(reads)
    for at_s, read in rest:
        start += read
        if len(start) < len(_BOM) and _BOM.startswith(start):
            continue
        yield at_s, start.removeprefix(_BOM)
        break
    else:
        return
    yield from rest
