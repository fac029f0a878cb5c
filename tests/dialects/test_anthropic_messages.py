"""Requests in Anthropic's protocol, and what of its answers samples do not show."""

import json
from typing import Any

import pytest

from providers.dialect import Answer, Ask, Delta, Dialect, ToolCall
from providers.dialects.anthropic_messages import AnthropicMessages
from providers.outcomes import Outcome
from tests.dialects.exchanges import ANTHROPIC, exchange, named

TOOL = {
    "type": "function",
    "function": {"name": "f", "description": "does f", "parameters": {"type": "object"}},
}


def body(*messages: dict[str, Any], dialect: Dialect = ANTHROPIC, **ask: Any) -> dict[str, Any]:
    request = AnthropicMessages().request(
        Ask(model="m", messages=messages, **ask), dialect, "http://h", "k"
    )
    decoded: dict[str, Any] = json.loads(request.body)
    return decoded


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def test_the_request_is_authorised_and_versioned() -> None:
    """The key goes into x-api-key, the version is the dialect's."""
    request = AnthropicMessages().request(Ask(model="m", messages=()), ANTHROPIC, "http://h", "k")

    assert request.url == "http://h/v1/messages"
    assert {("x-api-key", "k"), ("anthropic-version", "2023-06-01")} <= set(request.headers)


def test_a_full_ask_is_converted() -> None:
    """System hoisted, tools rewritten, cap always there, no field of OpenAI's left."""
    sent = body(
        {"role": "system", "content": "be brief"},
        user("hi"),
        {"role": "developer", "content": "be kind"},
        tools=(TOOL,),
        temperature=0.5,
        seed=7,
        body={"thinking": {"type": "disabled"}},
    )

    assert sent == {
        "model": "m",
        "max_tokens": 4096,
        "system": "be brief\n\nbe kind",
        "messages": [{"role": "user", "content": [text("hi")]}],
        "stream": True,
        "temperature": 0.5,
        "tools": [{"name": "f", "description": "does f", "input_schema": {"type": "object"}}],
        "thinking": {"type": "disabled"},
    }


def test_seed_is_foreign_and_named_as_dropped() -> None:
    """The protocol has no seed; the record says that it was wanted."""
    ask = Ask(model="m", messages=(), seed=7, temperature=1.5)

    assert AnthropicMessages().dropped(ask, ANTHROPIC) == ("seed",)
    hot = Dialect(protocol="anthropic-messages", temperature_max=1.0)
    assert set(AnthropicMessages().dropped(ask, hot)) == {"seed", "temperature"}


@pytest.mark.parametrize(("asked", "sent"), [(None, 4096), (0, 0), (9, 9)])
def test_the_cap_is_always_sent(asked: int | None, sent: int) -> None:
    """The protocol demands one; the default stands in where none was asked."""
    assert body(user("hi"), max_tokens=asked)["max_tokens"] == sent


CONVERSATIONS: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    "a tool loop": (
        [
            user("go"),
            {
                "role": "assistant",
                "content": "on it",
                "tool_calls": [
                    {"id": "a", "function": {"name": "f", "arguments": '{"x":1}'}},
                    {"id": "b", "function": {"name": "g", "arguments": ""}},
                ],
            },
            {"role": "tool", "tool_call_id": "a", "content": "1"},
            {"role": "tool", "tool_call_id": "b", "content": [text("2")]},
            user("and?"),
        ],
        [
            user([text("go")]),
            {
                "role": "assistant",
                "content": [
                    text("on it"),
                    {"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}},
                    {"type": "tool_use", "id": "b", "name": "g", "input": {}},
                ],
            },
            user(
                [
                    {"type": "tool_result", "tool_use_id": "a", "content": "1"},
                    {"type": "tool_result", "tool_use_id": "b", "content": [text("2")]},
                    text("and?"),
                ]
            ),
        ],
    ),
    "images": (
        [
            user(
                [
                    text("see"),
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}},
                    {"type": "image_url", "image_url": {"url": "https://h/x.png"}},
                ]
            )
        ],
        [
            user(
                [
                    text("see"),
                    {
                        "type": "image",
                        "source": {"type": "base64", "media_type": "image/png", "data": "QUJD"},
                    },
                    {"type": "image", "source": {"type": "url", "url": "https://h/x.png"}},
                ]
            )
        ],
    ),
    "an empty answer before the next question": (
        [user("a"), {"role": "assistant", "content": ""}, user("b")],
        [user([text("a"), text("b")])],
    ),
    "arguments that are no object": (
        [
            {
                "role": "assistant",
                "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "["}}],
            }
        ],
        [
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "a", "name": "f", "input": {}}],
            }
        ],
    ),
}


@pytest.mark.parametrize("name", CONVERSATIONS, ids=str)
def test_a_conversation_is_rewritten(name: str) -> None:
    """Roles alternate, tool results are blocks of the user's, order is kept."""
    messages, expected = CONVERSATIONS[name]

    assert body(*messages)["messages"] == expected


def test_cache_markers_on_the_system_prompt_survive() -> None:
    """Blocks are kept as blocks, so that what was marked for the cache still is."""
    marked = {**text("long"), "cache_control": {"type": "ephemeral"}}

    sent = body(
        {"role": "system", "content": [marked]}, {"role": "system", "content": "short"}, user("hi")
    )

    assert sent["system"] == [marked, text("short")]


THINKING = {"type": "thinking", "thinking": "hm", "signature": "c2ln"}
HIDDEN = {"type": "redacted_thinking", "data": "xyz"}
CALL = {"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}}


def streamed() -> list[dict[str, Any]]:
    def begin(index: int, block: dict[str, Any]) -> dict[str, Any]:
        return {"type": "content_block_start", "index": index, "content_block": block}

    def go_on(index: int, kind: str, **delta: str) -> dict[str, Any]:
        return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **delta}}

    return [
        {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 5}}},
        begin(0, {"type": "thinking", "thinking": "", "signature": ""}),
        go_on(0, "thinking_delta", thinking="h"),
        go_on(0, "thinking_delta", thinking="m"),
        go_on(0, "signature_delta", signature="c2ln"),
        {"type": "content_block_stop", "index": 0},
        begin(1, HIDDEN),
        begin(2, {"type": "text", "text": ""}),
        go_on(2, "text_delta", text="Hi"),
        begin(3, {"type": "tool_use", "id": "a", "name": "f", "input": {}}),
        go_on(3, "input_json_delta", partial_json='{"x"'),
        go_on(3, "input_json_delta", partial_json=":1}"),
        {
            "type": "message_delta",
            "delta": {"stop_reason": "tool_use"},
            "usage": {"output_tokens": 9},
        },
        {"type": "message_stop"},
    ]


WHOLE = {
    "type": "message",
    "model": "m",
    "content": [THINKING, HIDDEN, text("Hi"), CALL],
    "stop_reason": "tool_use",
    "usage": {"input_tokens": 5, "output_tokens": 9},
}


def decoded(given: bytes | dict[str, Any], cuts: tuple[int, ...] = ()) -> Answer:
    stream = isinstance(given, bytes)
    return AnthropicMessages().decode(exchange(given, cuts=cuts), ANTHROPIC, stream=stream)


@pytest.mark.parametrize("given", [named(*streamed()), WHOLE], ids=["a stream", "one piece"])
def test_an_answer_is_heard_whole(given: bytes | dict[str, Any]) -> None:
    """Text, thinking, calls and usage are the same in both forms, and so is the turn."""
    answer = decoded(given)

    assert (answer.outcome, answer.text, answer.reasoning) == (Outcome.OK, "Hi", "hm")
    assert answer.tool_calls == (ToolCall("a", "f", '{"x":1}'),)
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (5, 9)
    assert answer.turn == {"role": "assistant", "content": [THINKING, HIDDEN, text("Hi"), CALL]}


def test_the_turn_goes_back_unread() -> None:
    """Thinking with its signature is sent as it came, before the tool's result."""
    turn = decoded(WHOLE).turn

    sent = body(user("go"), turn, {"role": "tool", "tool_call_id": "a", "content": "1"})

    assert sent["messages"][1] == turn
    assert sent["messages"][2]["content"][0]["tool_use_id"] == "a"


def test_deltas_are_per_read_and_kind() -> None:
    """Signatures, pings and block borders are no tokens; a tool's name is."""
    stream = named(*streamed())
    cuts, position = [], 0
    for event in streamed():
        position += len(named(event))
        cuts.append(position)

    answer = decoded(stream, tuple(cuts))

    assert answer.first_event_s == 1.0
    assert answer.deltas == (
        Delta(3.0, "reasoning", 1),
        Delta(4.0, "reasoning", 1),
        Delta(9.0, "content", 2),
        Delta(10.0, "tool_call", 1),
        Delta(11.0, "tool_call", 4),
        Delta(12.0, "tool_call", 3),
    )


def test_a_call_without_input_has_an_empty_object() -> None:
    """Tools without parameters are called with nothing, which is JSON all the same."""
    call = {"type": "tool_use", "id": "a", "name": "f", "input": {}}

    answer = decoded({**WHOLE, "content": [call]})

    assert answer.tool_calls == (ToolCall("a", "f", "{}"),)
    assert answer.turn["content"] == [call]


def test_a_stream_that_stops_early_is_broken() -> None:
    """Without a stop reason or message_stop nobody knows what is missing."""
    answer = decoded(named(*streamed()[:9]))

    assert (answer.outcome, answer.text) == (Outcome.STREAM_BROKEN, "Hi")


def test_the_output_of_a_stream_that_broke_off_is_not_known() -> None:
    """The count at its start is not what was generated, and must not price it."""
    body = named(
        {
            "type": "message_start",
            "message": {"model": "m", "usage": {"input_tokens": 5, "output_tokens": 1}},
        },
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": "a long answer, of which half came"},
        },
    )

    answer = AnthropicMessages().decode(exchange(body), ANTHROPIC, stream=True)

    assert answer.outcome is Outcome.STREAM_BROKEN
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (5, None)
    assert answer.usage.flags == ("output_unfinished",)
    assert answer.usage.raw == {"input_tokens": 5, "output_tokens": 1}
