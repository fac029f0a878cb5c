"""Checks on one reply, as data: each kind says in one line what is wrong, or nothing.

They look at what a program can decide: words, shapes, numbers, calls. They do not judge
tone or truth.
"""

import re
from typing import Any

import msgspec
from msgspec import Struct

from workloads.task import Reply

_FENCE = re.compile(r"\A```[a-zA-Z]*[ \t]*\n(.*?)\n?```\Z", re.DOTALL)
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


class Check(
    Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="kind",
):
    """One condition on the reply to `turn`, counted from 1; 0 is the last."""

    turn: int = 0

    def fault(self, reply: Reply) -> str | None:
        """What is wrong with `reply`, in one line, or None."""
        raise NotImplementedError


class Contains(Check, frozen=True, kw_only=True, tag="contains"):
    """Every text occurs; a line break counts as a space."""

    texts: tuple[str, ...]
    ignore_case: bool = False

    def fault(self, reply: Reply) -> str | None:
        said = _folded(reply.text, ignore_case=self.ignore_case)
        missing = [
            text for text in self.texts if _folded(text, ignore_case=self.ignore_case) not in said
        ]
        return f"lacks {missing[0]!r}" if missing else None


class NotContains(Check, frozen=True, kw_only=True, tag="not_contains"):
    """None of the texts occurs. An empty reply does not count as leaving them out."""

    texts: tuple[str, ...]
    ignore_case: bool = False

    def fault(self, reply: Reply) -> str | None:
        if not reply.text.strip():
            return "is empty"
        said = _folded(reply.text, ignore_case=self.ignore_case)
        found = [text for text in self.texts if _folded(text, ignore_case=self.ignore_case) in said]
        return f"has {found[0]!r}" if found else None


class Equals(Check, frozen=True, kw_only=True, tag="equals"):
    """The reply is this text, spaces around it aside."""

    text: str

    def fault(self, reply: Reply) -> str | None:
        return None if reply.text.strip() == self.text else f"is not {self.text!r}"


class Matches(Check, frozen=True, kw_only=True, tag="matches"):
    """The pattern is found; `^` and `$` are ends of lines."""

    pattern: str

    def fault(self, reply: Reply) -> str | None:
        found = re.search(self.pattern, reply.text, re.MULTILINE)
        return None if found else f"does not match {self.pattern!r}"


class JsonEquals(Check, frozen=True, kw_only=True, tag="json_equals"):
    """The reply is JSON, fenced or bare, with this value. 1 and 1.0 are equal, True is not."""

    value: Any

    def fault(self, reply: Reply) -> str | None:
        decoded, problem = _json(reply.text)
        if problem is None and not _equal(self.value, decoded):
            return f"is JSON with another value than {msgspec.json.encode(self.value).decode()}"
        return problem


class JsonHas(Check, frozen=True, kw_only=True, tag="json_has"):
    """The reply is JSON with this value at the end of a path of names and positions."""

    path: tuple[str | int, ...]
    value: Any

    def fault(self, reply: Reply) -> str | None:
        found, problem = _json(reply.text)
        for step in self.path:
            try:
                found = found[step]
            except (TypeError, LookupError):
                problem = problem or f"lacks {self._shown()}"
        if problem is None and not _equal(self.value, found):
            return f"has another {self._shown()} than {msgspec.json.encode(self.value).decode()}"
        return problem

    def _shown(self) -> str:
        return "/".join(map(str, self.path))


class JsonShape(Check, frozen=True, kw_only=True, tag="json_shape"):
    """The reply is a JSON object with exactly these fields, of these JSON types."""

    fields: dict[str, str]

    def fault(self, reply: Reply) -> str | None:
        decoded, problem = _json(reply.text)
        if problem is not None:
            return problem
        if not isinstance(decoded, dict):
            return "is JSON, but not an object"
        for name in sorted(self.fields.keys() ^ decoded.keys()):
            return f"{'lacks' if name in self.fields else 'has'} the field {name!r}"
        for name, kind in self.fields.items():
            if not _is_a(decoded[name], kind):
                return f"has a field {name!r} that is no {kind}"
        return None


class Words(Check, frozen=True, kw_only=True, tag="words"):
    """Between `low` and `high` words, as spaces separate them."""

    low: int = 1
    high: int

    def fault(self, reply: Reply) -> str | None:
        count = len(reply.text.split())
        return None if self.low <= count <= self.high else f"has {count} words"


class Lines(Check, frozen=True, kw_only=True, tag="lines"):
    """Between `low` and `high` lines that are not empty."""

    low: int = 1
    high: int

    def fault(self, reply: Reply) -> str | None:
        count = sum(1 for line in reply.text.splitlines() if line.strip())
        return None if self.low <= count <= self.high else f"has {count} lines"


class ToolCalled(Check, frozen=True, kw_only=True, tag="tool_called"):
    """Exactly one tool is called, this one, with these arguments."""

    name: str
    arguments: dict[str, Any]

    def fault(self, reply: Reply) -> str | None:
        if len(reply.tool_calls) != 1:
            return f"calls {len(reply.tool_calls)} tools"
        call = reply.tool_calls[0]
        if call.name != self.name:
            return f"calls {call.name!r}"
        decoded, problem = _json(call.arguments)
        right = problem is None and _equal(self.arguments, decoded)
        return None if right else f"calls {call.name} with {call.arguments}"


class NoToolCalled(Check, frozen=True, kw_only=True, tag="no_tool_called"):
    """No tool is called; the reply says something instead."""

    def fault(self, reply: Reply) -> str | None:
        if reply.tool_calls:
            return f"calls {reply.tool_calls[0].name!r}"
        return None if reply.text.strip() else "is empty"


AnyCheck = (
    Contains
    | NotContains
    | Equals
    | Matches
    | JsonEquals
    | JsonHas
    | JsonShape
    | Words
    | Lines
    | ToolCalled
    | NoToolCalled
)


def _folded(text: str, *, ignore_case: bool) -> str:
    one_line = " ".join(text.split())
    return one_line.casefold() if ignore_case else one_line


def _json(text: str) -> tuple[Any, str | None]:
    bare = text.strip()
    fenced = _FENCE.match(bare)
    try:
        return msgspec.json.decode(fenced[1] if fenced else bare), None
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None, "is not JSON"


def _equal(expected: Any, got: Any) -> bool:
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, dict) and isinstance(got, dict):
        return expected.keys() == got.keys() and all(
            _equal(value, got[name]) for name, value in expected.items()
        )
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(map(_equal, expected, got))
    return bool(expected == got)


def _is_a(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])
