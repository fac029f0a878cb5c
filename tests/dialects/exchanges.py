"""Finished exchanges, written by hand."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from providers.dialect import Dialect
from providers.exchange import Exchange, Fault

OPENAI = Dialect()
ANTHROPIC = Dialect(
    protocol="anthropic-messages",
    path="/v1/messages",
    auth="x-api-key",
    headers={"anthropic-version": "2023-06-01"},
    input_includes_cache=False,
)
ADDITIVE = Dialect(output_includes_reasoning=False)

DONE = b"data: [DONE]\n\n"


def sse(*chunks: dict[str, Any] | str, done: bool = True) -> bytes:
    """A stream of data events; a chunk given as text stands for itself."""
    lines = [chunk if isinstance(chunk, str) else f"data: {json.dumps(chunk)}" for chunk in chunks]
    return "".join(f"{line}\n\n" for line in lines).encode() + (DONE if done else b"")


def named(*events: dict[str, Any]) -> bytes:
    """A stream of events named by their type, as Anthropic sends them."""
    return "".join(
        f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events
    ).encode()


def chunk(
    delta: dict[str, Any] | None = None, finish: str | None = None, **extra: Any
) -> dict[str, Any]:
    """One chunk with one choice."""
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    return {"object": "chat.completion.chunk", "choices": [choice], **extra}


def ending(**usage: Any) -> dict[str, Any]:
    """The last chunk of a stream: no choices, only usage."""
    return {"object": "chat.completion.chunk", "choices": [], "usage": usage}


def message(content: str | None, finish: str = "stop", **extra: Any) -> dict[str, Any]:
    """A whole completion with one choice; `said` adds fields to its message."""
    said = {"role": "assistant", "content": content, **extra.pop("said", {})}
    return {"choices": [{"index": 0, "message": said, "finish_reason": finish}], **extra}


def exchange(
    body: bytes | dict[str, Any],
    status: int | None = 200,
    *,
    cuts: Sequence[int] = (),
    headers: tuple[tuple[str, str], ...] = (),
    fault: Fault | None = None,
) -> Exchange:
    """An exchange whose body came in reads cut at the given offsets, one second apart."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    edges = [0, *sorted(set(cuts)), len(data)]
    reads = [
        (float(number), data[start:end])
        for number, (start, end) in enumerate(pairwise(edges), start=1)
        if end > start
    ]
    return Exchange(
        issued_s=0.0,
        first_byte_s=1.0,
        end_s=float(len(reads) + 1),
        status=status,
        headers=headers,
        reads=reads,
        fault=fault,
    )
