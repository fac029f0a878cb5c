"""A conversation in OpenAI's chat form, rewritten in Anthropic's.

System messages are hoisted, tool results become blocks of a user message, neighbours of
one role are joined. Assistant turns that already hold Anthropic's blocks pass unread:
their thinking carries signatures.
"""

from collections.abc import Iterable
from typing import Any

from providers.dialects.loose import items, mapping, parsed, text

Block = dict[str, Any]


def system_of(messages: Iterable[dict[str, Any]]) -> str | list[Block] | None:
    """The system prompt out of all system messages; blocks where one of them had blocks."""
    contents = [message.get("content") for message in messages if _is_system(message)]
    if not contents:
        return None
    if all(isinstance(content, str) for content in contents):
        return "\n\n".join(map(text, contents))
    return [block for content in contents for block in _blocks(content)]


def turns_of(messages: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages without the system's, roles alternating, content as blocks."""
    turns: list[dict[str, Any]] = []
    for message in messages:
        if _is_system(message):
            continue
        role = "assistant" if message.get("role") == "assistant" else "user"
        blocks = _content_of(message)
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        elif blocks:
            turns.append({"role": role, "content": blocks})
    return turns


def tool_of(tool: dict[str, Any]) -> dict[str, Any]:
    """A tool definition; one that is Anthropic's already passes unchanged."""
    function = mapping(tool.get("function"))
    if not function:
        return tool
    converted = {
        "name": function.get("name"),
        "description": function.get("description"),
        "input_schema": function.get("parameters") or {"type": "object", "properties": {}},
    }
    return {name: value for name, value in converted.items() if value is not None}


def arguments_of(written: str) -> dict[str, Any]:
    """The arguments as the object that the protocol wants; empty when they are none."""
    return mapping(parsed(written.encode())) if written else {}


def _is_system(message: dict[str, Any]) -> bool:
    return message.get("role") in ("system", "developer")


def _content_of(message: dict[str, Any]) -> list[Block]:
    if message.get("role") == "tool":
        content = message.get("content")
        result = content if isinstance(content, str) else _blocks(content)
        called = message.get("tool_call_id")
        return [{"type": "tool_result", "tool_use_id": called, "content": result}]
    blocks = _blocks(message.get("content"))
    for call in map(mapping, items(message.get("tool_calls"))):
        function = mapping(call.get("function"))
        blocks.append(
            {
                "type": "tool_use",
                "id": call.get("id"),
                "name": function.get("name"),
                "input": arguments_of(text(function.get("arguments"))),
            }
        )
    return blocks


def _blocks(content: Any) -> list[Block]:
    if isinstance(content, str):
        # The protocol refuses empty text blocks.
        return [{"type": "text", "text": content}] if content else []
    return [_block(mapping(part)) for part in items(content)]


def _block(part: Block) -> Block:
    if part.get("type") != "image_url":
        return part
    url = text(mapping(part.get("image_url")).get("url"))
    header, _, data = url.partition(",")
    if not header.startswith("data:"):
        return {"type": "image", "source": {"type": "url", "url": url}}
    media = header.removeprefix("data:").partition(";")[0]
    source = {"type": "base64", "media_type": media, "data": data}
    return {"type": "image", "source": source}
