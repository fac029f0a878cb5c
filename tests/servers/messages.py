"""A loopback Messages endpoint with the usage of a cached prompt: the upstream of a proxy.

It plays the protocol, not a model: the answer and its counts are fixed, so that whatever
comes out of a proxy in front of it can be checked to the token.
"""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

WORDS = ("Hello", " world")
OUTPUT_TOKENS = 7
USAGE = {
    "input_tokens": 12,
    "cache_creation_input_tokens": 100,
    "cache_read_input_tokens": 2048,
    "cache_creation": {"ephemeral_5m_input_tokens": 60, "ephemeral_1h_input_tokens": 40},
    "output_tokens": 1,
    "service_tier": "standard",
}
# The usage of a message and of its last event: the counts so far, then the final ones.
FINAL_USAGE = USAGE | {"output_tokens": OUTPUT_TOKENS}


@dataclass
class Messages:
    """The endpoint: where it is, and the (headers, body) of every request it has seen."""

    origin: str = ""
    seen: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.seen.append(({name.lower(): value for name, value in request.headers.items()}, body))
        if not body.get("stream"):
            return web.json_response(_message(body["model"], text="".join(WORDS)))
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for kind, event in _events(body["model"]):
            data = json.dumps({"type": kind, **event})
            await response.write(f"event: {kind}\ndata: {data}\n\n".encode())
        await response.write_eof()
        return response


@contextmanager
def serving() -> Iterator[Messages]:
    """Serve on a free port, from a thread with a loop of its own."""
    endpoint, loop = Messages(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="messages-endpoint")
    thread.start()
    runner = asyncio.run_coroutine_threadsafe(_start(endpoint), loop).result(timeout=10)
    try:
        yield endpoint
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


async def _start(endpoint: Messages) -> web.AppRunner:
    application = web.Application()
    application.router.add_post("/v1/messages", endpoint.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    endpoint.origin = f"http://{host}:{port}"
    return runner


def _message(model: str, *, text: str | None) -> dict[str, Any]:
    """The whole message, or with text None the empty one that a stream begins with."""
    ended = text is not None
    return {
        "id": "msg_fixed",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": text}] if ended else [],
        "stop_reason": "end_turn" if ended else None,
        "stop_sequence": None,
        "usage": FINAL_USAGE if ended else USAGE,
    }


def _events(model: str) -> Iterator[tuple[str, dict[str, Any]]]:
    text = {"type": "text", "text": ""}
    ending = {"stop_reason": "end_turn", "stop_sequence": None}
    yield "message_start", {"message": _message(model, text=None)}
    yield "content_block_start", {"index": 0, "content_block": text}
    yield "ping", {}
    for word in WORDS:
        yield "content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": word}}
    yield "content_block_stop", {"index": 0}
    yield "message_delta", {"delta": ending, "usage": {"output_tokens": OUTPUT_TOKENS}}
    yield "message_stop", {}
