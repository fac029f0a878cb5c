"""Tool calls in OpenAI's form, put together from whatever pieces a vendor sends.

Seen in the wild: fragments with an index and the id on the first only (OpenAI), the id on
every fragment (xAI), whole calls without an index (Gemini), several whole calls that all
claim index 0, arguments as an object instead of text (Ollama).
"""

from typing import Any

import msgspec

from providers.dialect import ToolCall
from providers.dialects.loose import mapping, text


class ToolCalls:
    """The calls of one answer in the order of their first pieces."""

    def __init__(self) -> None:
        self._calls: list[dict[str, Any]] = []
        self._by_index: dict[int, dict[str, Any]] = {}

    def add(self, piece: dict[str, Any]) -> int:
        """Take one fragment or whole call in; returns the characters of text it brought."""
        function = mapping(piece.get("function"))
        name, arguments = text(function.get("name")), _as_text(function.get("arguments"))
        call = self._call_of(piece, name)
        for key, value in piece.items():
            if key not in ("index", "function") and value not in (None, ""):
                call[key] = value
        known = call["function"]
        characters = len(arguments)
        if name and not known["name"]:
            known["name"] = name
            characters += len(name)
        known["arguments"] += arguments
        return characters

    def calls(self) -> tuple[ToolCall, ...]:
        return tuple(
            ToolCall(text(call.get("id")), call["function"]["name"], call["function"]["arguments"])
            for call in self._calls
        )

    def turn(self) -> list[dict[str, Any]]:
        """The calls as they go back into the history, vendors' extra fields included."""
        return list(self._calls)

    def _call_of(self, piece: dict[str, Any], name: str) -> dict[str, Any]:
        index, call_id = piece.get("index"), text(piece.get("id"))
        if not isinstance(index, int):
            return self._call_without_index(call_id, name)
        call = self._by_index.get(index)
        if call is None or (call_id and call.get("id", call_id) != call_id):
            call = self._by_index[index] = self._started()
        return call

    def _call_without_index(self, call_id: str, name: str) -> dict[str, Any]:
        if call_id:
            same = (call for call in self._calls if call.get("id") == call_id)
            return next(same, None) or self._started()
        if name or not self._calls:
            return self._started()
        return self._calls[-1]

    def _started(self) -> dict[str, Any]:
        call: dict[str, Any] = {"type": "function", "function": {"name": "", "arguments": ""}}
        self._calls.append(call)
        return call


def _as_text(arguments: Any) -> str:
    if arguments is None or isinstance(arguments, str):
        return arguments or ""
    return msgspec.json.encode(arguments).decode()
