"""Every kind of check, with a reply that passes and replies that do not."""

from typing import Any

import pytest

from tests.workloads.support import chat_task, reply, said
from workloads.chat.grade import grade_chat
from workloads.task import Reply, ToolUse


def _call(name: str, arguments: str) -> Reply:
    return reply(calls=(ToolUse(id="1", name=name, arguments=arguments),))


_TWICE = (ToolUse(id="1", name="go", arguments="{}"), ToolUse(id="2", name="go", arguments="{}"))
_GO: dict[str, Any] = {"kind": "tool_called", "name": "go", "arguments": {}}
_GO_ONE: dict[str, Any] = {"kind": "tool_called", "name": "go", "arguments": {"n": 1}}
_SHAPE: dict[str, Any] = {
    "kind": "json_shape",
    "fields": {"n": "integer", "ok": "boolean", "t": "null"},
}
_CHECKS: list[tuple[str, dict[str, Any], Reply, bool]] = [
    ("contains", {"kind": "contains", "texts": ["a", "b"]}, reply("b a"), True),
    ("contains, one missing", {"kind": "contains", "texts": ["a", "c"]}, reply("b a"), False),
    ("contains, over a line break", {"kind": "contains", "texts": ["a b"]}, reply("a\nb"), True),
    ("contains, other case", {"kind": "contains", "texts": ["A"]}, reply("a"), False),
    (
        "contains, case ignored",
        {"kind": "contains", "texts": ["A"], "ignore_case": True},
        reply("a"),
        True,
    ),
    ("not_contains", {"kind": "not_contains", "texts": ["a"]}, reply("b"), True),
    ("not_contains, found", {"kind": "not_contains", "texts": ["a"]}, reply("ba"), False),
    ("not_contains, empty", {"kind": "not_contains", "texts": ["a"]}, reply(" "), False),
    ("equals", {"kind": "equals", "text": "a b"}, reply(" a b\n"), True),
    ("equals, more", {"kind": "equals", "text": "a"}, reply("a."), False),
    ("matches", {"kind": "matches", "pattern": "^b$"}, reply("a\nb"), True),
    ("matches, not", {"kind": "matches", "pattern": "^b$"}, reply("ab"), False),
    ("json_equals", {"kind": "json_equals", "value": {"a": [1]}}, reply('{"a": [1]}'), True),
    (
        "json_equals, fenced",
        {"kind": "json_equals", "value": [1]},
        reply("```json\n[1]\n```"),
        True,
    ),
    ("json_equals, other", {"kind": "json_equals", "value": [1]}, reply("[2]"), False),
    ("json_equals, bool for 1", {"kind": "json_equals", "value": [1]}, reply("[true]"), False),
    ("json_equals, prose", {"kind": "json_equals", "value": [1]}, reply("It is [1]"), False),
    ("json_equals, too deep", {"kind": "json_equals", "value": 1}, reply("[" * 99_999), False),
    ("json_has", {"kind": "json_has", "path": ["a", 1], "value": 2}, reply('{"a": [1, 2]}'), True),
    ("json_has, other", {"kind": "json_has", "path": ["a"], "value": 2}, reply('{"a": 3}'), False),
    (
        "json_has, missing",
        {"kind": "json_has", "path": ["b"], "value": 2},
        reply('{"a": 3}'),
        False,
    ),
    (
        "json_has, no list",
        {"kind": "json_has", "path": ["a", 0], "value": 2},
        reply('{"a": 3}'),
        False,
    ),
    ("json_has, no json", {"kind": "json_has", "path": ["a"], "value": None}, reply("a"), False),
    ("json_shape", _SHAPE, reply('{"n": 1, "ok": true, "t": null}'), True),
    ("json_shape, float", _SHAPE, reply('{"n": 1.5, "ok": true, "t": null}'), False),
    ("json_shape, bool for int", _SHAPE, reply('{"n": true, "ok": true, "t": null}'), False),
    ("json_shape, missing", _SHAPE, reply('{"n": 1, "ok": true}'), False),
    ("json_shape, extra", _SHAPE, reply('{"n": 1, "ok": true, "t": null, "x": 1}'), False),
    ("json_shape, list", _SHAPE, reply("[1]"), False),
    ("words", {"kind": "words", "low": 2, "high": 3}, reply("a b\nc"), True),
    ("words, too many", {"kind": "words", "high": 2}, reply("a b c"), False),
    ("words, too few", {"kind": "words", "low": 2, "high": 9}, reply("a"), False),
    ("words, none", {"kind": "words", "high": 9}, reply(""), False),
    ("lines", {"kind": "lines", "high": 2}, reply("a\n\nb"), True),
    ("lines, too many", {"kind": "lines", "high": 1}, reply("a\nb"), False),
    ("tool_called", _GO_ONE, _call("go", '{"n":1}'), True),
    ("tool_called, float", _GO_ONE, _call("go", '{"n":1.0}'), True),
    ("tool_called, other", _GO, _call("stay", "{}"), False),
    ("tool_called, arguments", _GO, _call("go", '{"n":1}'), False),
    ("tool_called, no JSON", _GO, _call("go", "{"), False),
    ("tool_called, twice", _GO, reply(calls=_TWICE), False),
    ("tool_called, only told", _GO, reply("go {}"), False),
    ("no_tool_called", {"kind": "no_tool_called"}, reply("When?"), True),
    ("no_tool_called, called", {"kind": "no_tool_called"}, _call("go", "{}"), False),
    ("no_tool_called, empty", {"kind": "no_tool_called"}, reply(""), False),
]


@pytest.mark.parametrize(
    ("check", "answer", "holds"), [row[1:] for row in _CHECKS], ids=[row[0] for row in _CHECKS]
)
def test_a_check_tells_right_from_wrong(check: dict[str, Any], answer: Reply, holds: bool) -> None:
    """One check, one reply, one verdict; a failure is explained in one line."""
    grade = grade_chat(chat_task(check), said(answer))

    assert grade.solved is holds, grade.detail
    assert (grade.reason == "solved") is holds
    assert bool(grade.detail) is not holds
    assert "\n" not in grade.detail
    assert grade.judged_in == "checks"


def test_a_check_looks_at_its_own_turn() -> None:
    """Turns count from 1, and 0 is the last."""
    first = {"kind": "equals", "text": "one", "turn": 1}
    last = {"kind": "equals", "text": "two"}

    right = grade_chat(chat_task(first, last, turns=2), said(reply("one"), reply("two")))
    wrong = grade_chat(chat_task(first, last, turns=2), said(reply("two"), reply("two")))

    assert right.solved
    assert (wrong.solved, wrong.score) == (False, 0.5)
    assert wrong.detail == "the reply to turn 1 is not 'one'"


@pytest.mark.parametrize(
    ("stop", "reason"),
    [
        ("length", "cut_off"),
        ("refused", "refused"),
        ("stop", "wrong_answer"),
        (None, "wrong_answer"),
    ],
)
def test_the_models_stop_gives_the_reason(stop: str | None, reason: str) -> None:
    """A failed conversation that was cut off or refused says so."""
    task = chat_task({"kind": "equals", "text": "x"})

    assert grade_chat(task, said(reply("", stop=stop))).reason == reason
