"""Framing of event streams."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.dialects.sse import Event, events

STREAMS: dict[str, tuple[bytes, list[tuple[str, bytes]]]] = {
    "line feeds": (b"data: a\n\ndata: b\n\n", [("", b"a"), ("", b"b")]),
    "pairs": (b"data: a\r\n\r\ndata: b\r\n\r\n", [("", b"a"), ("", b"b")]),
    "carriage returns": (b"data: a\r\rdata: b\r\r", [("", b"a"), ("", b"b")]),
    "mixed ends": (b"data: a\r\n\rdata: b\n\r\n", [("", b"a"), ("", b"b")]),
    "no space": (b"data:a\n\n", [("", b"a")]),
    "two spaces": (b"data:  a\n\n", [("", b" a")]),
    "several data lines": (b"data: a\ndata:\ndata: b\n\n", [("", b"a\n\nb")]),
    "named": (b"event: ping\ndata: {}\n\ndata: x\n\n", [("ping", b"{}"), ("", b"x")]),
    "comments": (b": hi\n\n:\ndata: a\n: in between\n\n: bye\n\n", [("", b"a")]),
    "other fields": (b"id: 1\nretry: 5\nodd\ndata: a\n\n", [("", b"a")]),
    "a name without data": (b"event: x\n\ndata: a\n\n", [("", b"a")]),
    "data without a colon": (b"data\n\ndata: a\n\n", [("", b""), ("", b"a")]),
    "byte order mark": (b"\xef\xbb\xbfdata: a\n\n", [("", b"a")]),
    "no last blank line": (b"data: a\n\ndata: b\n", [("", b"a"), ("", b"b")]),
    "no last line end": (b"data: a\n\ndata: b", [("", b"a"), ("", b"b")]),
    "blank lines only": (b"\n\n\r\n", []),
    "nothing": (b"", []),
    "half a mark": (b"\xef\xbb", []),
}


def framed(reads: list[tuple[float, bytes]]) -> list[tuple[str, bytes]]:
    return [(event.event, event.data) for event in events(reads)]


@pytest.mark.parametrize("name", STREAMS, ids=str)
def test_a_stream_is_framed(name: str) -> None:
    """Events and their names are exactly these."""
    stream, expected = STREAMS[name]

    assert framed([(1.0, stream)]) == expected


ANY_STREAM = st.lists(
    st.sampled_from([b"data: ", b"data:", b"event: e", b":", b"\r", b"\n", b"\r\n", b"x", b"\xe4"]),
    max_size=30,
).map(b"".join)


@given(stream=ANY_STREAM, data=st.data())
def test_the_same_bytes_are_the_same_events_however_they_are_cut(
    stream: bytes, data: st.DataObject
) -> None:
    """The cut decides nothing, and an event's instant is that of the read that ended it."""
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=10)))
    edges = [0, *cuts, len(stream)]
    reads = [(float(end), stream[start:end]) for start, end in pairwise(edges)]
    by_byte = [(float(at), stream[at : at + 1]) for at in range(len(stream))]

    cut, exact = list(events(reads)), list(events(by_byte))

    assert [(event.event, event.data) for event in cut] == framed([(0.0, stream)])
    # A read that starts at offset `start` and ends before `end` is stamped with `end`.
    expected = [min(end for end in edges if end > event.at_s) for event in exact]
    assert [event.at_s for event in cut] == expected


def test_an_event_is_stamped_by_the_read_that_completes_it() -> None:
    """The blank line decides, not the line feed after its carriage return."""
    reads = [(1.0, b"data: a"), (2.0, b"\r\n"), (3.0, b"\r"), (4.0, b"\ndata: b\n\n")]

    assert list(events(reads)) == [Event(3.0, "", b"a"), Event(4.0, "", b"b")]
