"""Answers in Anthropic's Messages protocol.

Input is counted apart here: `input_tokens` holds neither cache reads nor cache writes.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import msgspec

from providers.simulated.engine import Count, Piece
from providers.simulated.reply import Reply
from providers.simulated.script import Frame, Mark, Script, event, json_script

_STOP_REASON = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}
# Real signatures are opaque to clients, who send them back unread.
_SIGNATURE = "c2ltdWxhdGVk"


def input_usage(count: Count) -> dict[str, Any]:
    """The input side of usage. Writes live for five minutes, the vendor's default."""
    written = count.cache_write_tokens
    return {
        "input_tokens": count.fresh_tokens,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": count.cache_read_tokens,
        "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0},
        "service_tier": "standard",
    }


def output_usage(count: Count) -> dict[str, Any]:
    """The output side of usage; thinking is part of the output."""
    usage: dict[str, Any] = {"output_tokens": count.output_tokens}
    if count.reasoning_tokens:
        usage["output_tokens_details"] = {"thinking_tokens": count.reasoning_tokens}
    return usage


def whole(reply: Reply) -> Script:
    """The answer in one body, due when its last token is."""
    generation = reply.generation
    body = _message(reply) | {
        "content": _content(reply),
        "stop_reason": _STOP_REASON[generation.finish],
    }
    if reply.sends_usage:
        body["usage"] = input_usage(generation.count) | output_usage(generation.count)
    return json_script(body, at_s=generation.last_s)


def stream(reply: Reply) -> Script:
    """The answer as events; blocks follow one another, `message_delta` ends the count."""
    generation = reply.generation
    message = _message(reply)
    if reply.sends_usage:
        message["usage"] = input_usage(generation.count) | {"output_tokens": 1}
    frames = [_event(generation.first_s, "message_start", "head", message=message)]
    blocks = groupby(generation.pieces, key=lambda piece: (piece.kind == "reasoning", piece.call))
    for index, (_, pieces) in enumerate(blocks):
        frames += _block(reply, index, list(pieces))
        if index == 0:
            frames.insert(2, _event(generation.first_s, "ping", "head"))
    delta = {"stop_reason": _STOP_REASON[generation.finish], "stop_sequence": None}
    ending: dict[str, Any] = {"delta": delta}
    if reply.sends_usage:
        ending["usage"] = output_usage(generation.count)
    frames.append(_event(generation.last_s, "message_delta", "finish", **ending))
    frames.append(_event(generation.last_s, "message_stop", "done"))
    return Script(frames=tuple(frames))


def error_event(body: dict[str, Any]) -> bytes:
    """An error within a stream: the same object as in a body, as an event of its own name."""
    return event(body, name="error")


def _block(reply: Reply, index: int, pieces: list[Piece]) -> Iterator[Frame]:
    first, last = pieces[0], pieces[-1]
    opening = _opening(reply, first)
    yield _event(first.at_s, "content_block_start", "head", index=index, content_block=opening)
    for piece in pieces:
        delta = _delta(piece)
        yield _event(piece.at_s, "content_block_delta", "token", tokens=1, index=index, delta=delta)
    if first.kind == "reasoning":
        signed = {"type": "signature_delta", "signature": _SIGNATURE}
        yield _event(last.at_s, "content_block_delta", "head", index=index, delta=signed)
    yield _event(last.at_s, "content_block_stop", "head", index=index)


def _opening(reply: Reply, piece: Piece) -> dict[str, Any]:
    if piece.kind == "reasoning":
        return {"type": "thinking", "thinking": "", "signature": ""}
    if piece.call is None:
        return {"type": "text", "text": ""}
    call_id = reply.call_id(piece.call, "toolu")
    return {"type": "tool_use", "id": call_id, "name": piece.text, "input": {}}


def _delta(piece: Piece) -> dict[str, Any]:
    if piece.kind == "reasoning":
        return {"type": "thinking_delta", "thinking": piece.text}
    if piece.kind == "content":
        return {"type": "text_delta", "text": piece.text}
    # The name stands in the block's start; its token shows as an empty piece of JSON.
    text = piece.text if piece.kind == "tool_arguments" else ""
    return {"type": "input_json_delta", "partial_json": text}


def _content(reply: Reply) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if thought := reply.text("reasoning"):
        blocks.append({"type": "thinking", "thinking": thought, "signature": _SIGNATURE})
    if text := reply.text("content"):
        blocks.append({"type": "text", "text": text})
    for call in reply.calls():
        name, given = reply.text("tool_name", call), reply.text("tool_arguments", call)
        call_id = reply.call_id(call, "toolu")
        blocks.append({"type": "tool_use", "id": call_id, "name": name, "input": _input(given)})
    return blocks


def _input(arguments: str) -> Any:
    try:
        return msgspec.json.decode(arguments)
    except msgspec.DecodeError:
        # Cut by max_tokens: a whole body has no way to show half an object.
        return {}


def _message(reply: Reply) -> dict[str, Any]:
    return {
        "id": reply.id,
        "type": "message",
        "role": "assistant",
        "model": reply.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def _event(at_s: float, kind: str, mark: Mark, *, tokens: int = 0, **fields: Any) -> Frame:
    return Frame(at_s, event({"type": kind} | fields, name=kind), mark, tokens)
