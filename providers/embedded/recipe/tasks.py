"""The templated conversations that the tiny models are trained on.

Arithmetic, counting, one-line Python functions, one tool call, small talk. Everything is
drawn from the generator given, so a seed is a data set.
"""

import operator
from collections.abc import Callable
from random import Random
from typing import Any, Literal, NamedTuple

Kind = Literal["add", "count", "code", "tool", "chat"]
Message = dict[str, Any]

# Code is what the models are for, so it gets most of their capacity.
WEIGHTS: dict[Kind, int] = {"add": 3, "count": 1, "code": 5, "tool": 1, "chat": 1}
THINKS = 0.3
HAS_SYSTEM_MESSAGE = 0.3

SYLLABLES = "ba co di fu ga ho ju ka lo mi na pe qu ra so ti vu wa xe zo"
CITIES = "Paris London Beijing Tokyo Berlin Madrid Rome Oslo Cairo Lima"
ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
# What a function does, in words and as an expression; {n} is a number of two digits at most.
FUNCTIONS = (
    ("returns x plus {n}", "x + {n}"),
    ("returns x minus {n}", "x - {n}"),
    ("returns x times {n}", "x * {n}"),
    ("returns the remainder of x divided by {n}", "x % {n}"),
    ("returns x to the power {n}", "x ** {n}"),
    ("returns True if x is greater than {n}", "x > {n}"),
    ("returns True if x is less than {n}", "x < {n}"),
    ("returns the sum of the list x", "sum(x)"),
    ("returns the largest item of x", "max(x)"),
    ("returns the smallest item of x", "min(x)"),
    ("returns the length of x", "len(x)"),
    ("returns x reversed", "x[::-1]"),
    ("returns the sorted list x", "sorted(x)"),
    ("returns the string x in upper case", "x.upper()"),
    ("returns the string x in lower case", "x.lower()"),
)
SMALL_TALK = (
    ("Hello!", "Hello! How can I help you?"),
    ("Who are you?", "I am a tiny test model."),
    ("Say hi.", "Hi."),
)
WEATHER_TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}


class Example(NamedTuple):
    """One conversation; its last message is the assistant's and is what is learned."""

    kind: Kind
    messages: list[Message]
    tools: list[dict[str, Any]] | None
    thinks: bool


class _Exchange(NamedTuple):
    question: str
    thought: str
    answer: str


def draw(random: Random, kind: Kind | None = None) -> Example:
    """The next example of the generator, of any kind by its weight unless one is named."""
    kind = kind or random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    thinks = random.random() < THINKS
    if kind == "tool":
        return Example(kind, _tool_call(random), [WEATHER_TOOL], False)
    exchange = _EXCHANGES[kind](random)
    messages: list[Message] = []
    if random.random() < HAS_SYSTEM_MESSAGE:
        messages.append({"role": "system", "content": "You are a helpful assistant."})
    messages.append({"role": "user", "content": exchange.question})
    answer = {"role": "assistant", "content": exchange.answer}
    messages.append(answer | {"reasoning_content": exchange.thought} if thinks else answer)
    return Example(kind, messages, None, thinks)


def _add(random: Random) -> _Exchange:
    a, b = random.randint(0, 20), random.randint(0, 20)
    sign = random.choice("+-*") if max(a, b) <= 10 else random.choice("+-")
    value = ARITHMETIC[sign](a, b)
    forms = ("What is {} {} {}?", "Compute {} {} {}.", "{} {} {} =")
    question = random.choice(forms).format(a, sign, b)
    return _Exchange(question, f"I must compute {a} {sign} {b}. That is {value}.", str(value))


def _count(random: Random) -> _Exchange:
    last = random.randint(2, 30)
    numbers = " ".join(map(str, range(1, last + 1)))
    return _Exchange(f"Count from 1 to {last}.", f"I must count up to {last}.", numbers)


def _code(random: Random) -> _Exchange:
    words, expression = random.choice(FUNCTIONS)
    number = random.randint(0, 99)
    name = "".join(random.choice(SYLLABLES.split()) for _ in range(random.randint(2, 3)))
    forms = ("Write a Python function {}(x) that {}.", "Implement a function {}(x) which {}.")
    question = random.choice(forms).format(name, words.format(n=number))
    body = expression.format(n=number)
    answer = f"```python\ndef {name}(x):\n    return {body}\n```"
    return _Exchange(question, f"The function is {name} and the body is {body}.", answer)


def _chat(random: Random) -> _Exchange:
    question, answer = random.choice(SMALL_TALK)
    return _Exchange(question, "This is small talk.", answer)


def _tool_call(random: Random) -> list[Message]:
    city = random.choice(CITIES.split())
    question = random.choice(("What is the weather in {}?", "Weather in {}?")).format(city)
    call = {"type": "function", "function": {"name": "get_weather", "arguments": {"city": city}}}
    return [
        {"role": "user", "content": question},
        {"role": "assistant", "content": "", "tool_calls": [call]},
    ]


_EXCHANGES: dict[Kind, Callable[[Random], _Exchange]] = {
    "add": _add,
    "count": _count,
    "code": _code,
    "chat": _chat,
}
