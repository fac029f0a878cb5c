"""What a task's reference texts stand for: plain replies, or scripted tool calls."""

from typing import Any

import msgspec

from workloads.task import Reply, Task, ToolUse, Transcript


def reply_of(reference: str, *, tools_offered: bool) -> Reply:
    """The reply a reference text describes.

    Where tools are offered, `{"tool_calls": [{"name": ..., "arguments": {...}}]}` is a
    reply that calls them; any other text is said as it stands.
    """
    calls = _scripted_calls(reference) if tools_offered else None
    if calls is None:
        return Reply(text=reference, turn={"role": "assistant", "content": reference})
    uses = tuple(
        ToolUse(
            id=f"call_{number}",
            name=call["name"],
            arguments=msgspec.json.encode(call.get("arguments", {})).decode(),
        )
        for number, call in enumerate(calls, start=1)
    )
    return Reply(text="", tool_calls=uses, stop="tool_calls", turn=_turn(uses))


def transcript_of(task: Task, references: tuple[str, ...]) -> Transcript:
    """The conversation in which the model says exactly `references`, turn by turn."""
    replies = tuple(reply_of(text, tools_offered=bool(task.tools)) for text in references)
    messages: list[dict[str, Any]] = []
    for turn, reply in zip(task.turns, replies, strict=True):
        messages += [{"role": "user", "content": turn}, reply.turn]
    return Transcript(replies=replies, messages=tuple(messages))


def _turn(uses: tuple[ToolUse, ...]) -> dict[str, Any]:
    calls = [
        {
            "id": use.id,
            "type": "function",
            "function": {"name": use.name, "arguments": use.arguments},
        }
        for use in uses
    ]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def _scripted_calls(reference: str) -> list[dict[str, Any]] | None:
    try:
        decoded = msgspec.json.decode(reference)
    except msgspec.DecodeError:
        return None
    calls = decoded.get("tool_calls") if isinstance(decoded, dict) else None
    return calls if isinstance(calls, list) else None
