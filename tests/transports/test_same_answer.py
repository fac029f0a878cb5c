"""The same bytes of a server give the same answer, whichever transport carried them."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from msgspec import structs

from providers.clock import SystemClock
from providers.dialect import Answer, Ask
from providers.dialects.openai_chat import OpenAIChat
from providers.exchange import Timeouts, Transport
from providers.outcomes import Outcome
from providers.transports.choice import TRANSPORTS, open_transport
from tests.dialects.exchanges import DONE, OPENAI, chunk, ending, message, sse
from tests.transports.conftest import Serve
from tests.transports.serving import Peer

PATIENT = Timeouts(connect_s=5.0, first_token_s=5.0, idle_s=5.0, total_s=10.0)
EVENTS = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
USAGE: dict[str, Any] = {
    "prompt_tokens": 12,
    "completion_tokens": 3,
    "total_tokens": 15,
    "prompt_tokens_details": {"cached_tokens": 4},
    "cost_of_ours": 1.5e-05,
}
HELLO = [chunk({"content": "Hel"}), chunk({"content": "lo"}), chunk({}, "stop")]
ROLE = chunk({"role": "assistant", "content": ""})
TOOL = {
    "index": 0,
    "id": "call_1",
    "type": "function",
    "function": {"name": "add", "arguments": '{"a":'},
}
REST_OF_TOOL = {"index": 0, "function": {"arguments": "1}"}}
NAMED = {"id": "x", "model": "served", "system_fingerprint": "fp", "service_tier": "flex"}

STREAMS: dict[str, bytes] = {
    "role first": sse(ROLE, *HELLO),
    "reasoning, then the answer": sse(
        ROLE, chunk({"reasoning_content": "Hm"}), chunk({"reasoning_content": "…"}), *HELLO
    ),
    "reasoning by its other name": sse(chunk({"reasoning": "Hm"}), *HELLO),
    "usage after the choices": sse(*HELLO, ending(**USAGE)),
    "usage beside the finish": sse(*HELLO[:-1], HELLO[-1] | {"usage": USAGE}),
    "usage on every chunk": sse(*(each | {"usage": USAGE} for each in HELLO)),
    "usage that is null until the end": sse(
        *(each | {"usage": None} for each in HELLO), ending(**USAGE)
    ),
    "what the server says of itself": sse(*(each | NAMED for each in HELLO)),
    "a tool call in pieces": sse(
        ROLE,
        chunk({"tool_calls": [TOOL]}),
        chunk({"tool_calls": [REST_OF_TOOL]}),
        chunk({}, "tool_calls"),
    ),
    "CRLF": sse(ROLE, *HELLO).replace(b"\n", b"\r\n"),
    "comments and keep-alives": b": ok\n\n" + sse(*HELLO).replace(b"\n\n", b"\n\n: on\n\n"),
    "characters of several bytes": sse(
        f"data: {json.dumps(chunk({'content': '费用 💰'}), ensure_ascii=False)}", HELLO[-1]
    ),
    "no end marker": sse(*HELLO, done=False),
    "an error in mid-answer": sse(
        HELLO[0], {"error": {"message": "worker died", "type": "server_error", "code": 500}}
    ),
    "fields of the wrong type": sse(
        chunk({"content": "Hel"}, created="yesterday", id=7), *HELLO[1:]
    ),
    "server timings": sse(*HELLO[:-1], HELLO[-1] | {"timings": {"predicted_ms": 1.5}}),
    "cut off by the limit": sse(HELLO[0], chunk({}, "length")),
}
CUTS = {"at once": 10_000, "in sevens": 7}


def whole(status: str, kind: str, body: bytes, *headers: str, missing: int = 0) -> bytes:
    """An answer that is no stream; `missing` bytes of what it announces do not come."""
    lines = [f"HTTP/1.1 {status}", f"content-type: {kind}", *headers]
    lines.append(f"content-length: {len(body) + missing}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


JSON, HTML = "application/json", "text/html; charset=utf-8"
PAGE = b"<html><title>Hello</title></html>"
ANSWERS: dict[str, bytes] = {
    "a stream that breaks off": whole(
        "200 OK", "text/event-stream", sse(HELLO[0], done=False), missing=99
    ),
    "a page instead of a stream": whole("200 OK", HTML, PAGE),
    "a page that breaks off": whole("200 OK", HTML, PAGE, missing=1),
    "a gateway's error page": whole("502 Bad Gateway", HTML, b"<title>502 Bad Gateway</title>"),
    "a limit with its wait": whole(
        "429 Too Many", JSON, b'{"error":{"message":"slow down"}}', "retry-after: 7"
    ),
    "a document instead of a stream": whole(
        "200 OK", JSON, json.dumps(message("Hello", usage=USAGE)).encode()
    ),
    "a redirect": whole("302 Found", HTML, b"", "location: /elsewhere"),
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "nothing at all": b"",
}


@pytest.fixture
async def transports() -> AsyncIterator[dict[str, Transport]]:
    """Each kind of transport that a run can be told to use."""
    pytest.importorskip("openai", reason="the openai SDK is not installed")
    opened = {str(name): open_transport(name, SystemClock()) for name in TRANSPORTS}
    yield opened
    for transport in opened.values():
        await transport.close()


def timeless(answer: Answer) -> Answer:
    """The answer but for when it came, and how many reads of one kind it took."""
    return structs.replace(answer, first_event_s=None, deltas=())


async def answers(
    pieces: Sequence[bytes],
    serve: Serve,
    transports: dict[str, Transport],
    *,
    stream: bool = True,
    hold: bool = False,
) -> dict[str, Answer]:
    """What each transport makes of an answer that is sent in these pieces."""

    async def handler(peer: Peer) -> None:
        await peer.request()
        for piece in pieces:
            await peer.send(piece)
            # Gives the network a chance to deliver the pieces one by one.
            await asyncio.sleep(0)

    served = await serve(handler)
    adapter = OpenAIChat()
    ask = Ask(model="m", messages=({"role": "user", "content": "Hi"},), stream=stream)
    request = adapter.request(ask, OPENAI, served.url(""), "key")
    found = {}
    for name, transport in transports.items():
        exchange = await transport.exchange(request, PATIENT)
        found[name] = adapter.decode(exchange, OPENAI, stream=stream)
    return found


@pytest.mark.parametrize("size", CUTS.values(), ids=CUTS)
@pytest.mark.parametrize("case", STREAMS)
async def test_a_stream_reads_the_same_through_every_transport(
    case: str, size: int, serve: Serve, transports: dict[str, Transport]
) -> None:
    """Text, reasoning, tool calls, usage, finish and errors do not depend on the client."""
    body = STREAMS[case]
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    head = (EVENTS + "transfer-encoding: chunked\r\n\r\n").encode()
    pieces = [head, *(b"%x\r\n%s\r\n" % (len(each), each) for each in chunks), b"0\r\n\r\n"]

    found = await answers(pieces, serve, transports)

    assert timeless(found["aio"]) == timeless(found["wire"])
    assert timeless(found["sdk"]) == timeless(found["wire"])
    assert [each.kind for each in found["sdk"].deltas][:1] == [
        each.kind for each in found["wire"].deltas
    ][:1]
    assert found["wire"].text or found["wire"].tool_calls


@pytest.mark.parametrize("case", ANSWERS)
async def test_what_is_no_stream_reads_the_same_through_every_transport(
    case: str, serve: Serve, transports: dict[str, Transport]
) -> None:
    """Errors, pages and broken streams have one outcome each."""
    found = await answers([ANSWERS[case]], serve, transports)

    outcomes = {name: (each.outcome, each.text, each.usage) for name, each in found.items()}
    assert outcomes["aio"] == outcomes["wire"]
    assert outcomes["sdk"] == outcomes["wire"]
    assert timeless(found["aio"]) == timeless(found["wire"])


async def test_an_answer_in_one_piece_reads_the_same_through_every_transport(
    serve: Serve, transports: dict[str, Transport]
) -> None:
    """Without a stream as well."""
    body = json.dumps(message("Hello", usage=USAGE, **NAMED)).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"

    found = await answers([head.encode() + b"\r\n\r\n", body], serve, transports, stream=False)

    assert found["aio"] == found["wire"]
    assert found["sdk"] == found["wire"]
    assert (found["wire"].outcome, found["wire"].text) == (Outcome.OK, "Hello")


def test_the_end_marker_closes_a_stream() -> None:
    """The corpus is of streams that end as they should, but where it says otherwise."""
    ended = [name for name, body in STREAMS.items() if not body.replace(b"\r", b"").endswith(DONE)]

    assert ended == ["comments and keep-alives", "no end marker"]
