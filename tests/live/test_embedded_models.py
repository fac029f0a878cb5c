"""The models that ship here: what they are said to be able to do, and where they come from."""

import asyncio
import json
from collections.abc import Callable
from random import Random

import aiohttp
import pytest

from providers.embedded.engine import MODELS, model_path
from providers.embedded.recipe import tasks

TEMPLATE = model_path("small").parents[1] / "recipe" / "chat_template.jinja"
CODE_TASKS = 80


@pytest.mark.llamacpp
@pytest.mark.parametrize(
    ("model", "least", "most"),
    [
        pytest.param("small", 0.25, 0.55, id="small solves about two in five"),
        pytest.param("better", 0.90, 1.00, id="better solves nearly all"),
    ],
)
async def test_a_model_answers_its_share_of_fresh_code_tasks(
    llama_server: Callable[[str], str], model: str, least: float, most: float
) -> None:
    """Two models of different quality are what makes a comparison worth showing."""
    random = Random(20)
    examples = [tasks.draw(random, "code") for _ in range(CODE_TASKS)]
    connections = aiohttp.TCPConnector(limit=4, force_close=True)

    async def solves(example: tasks.Example) -> bool:
        *prompt, answer = example.messages
        body = {"messages": prompt, "temperature": 0, "max_tokens": 80}
        async with session.post(f"{llama_server(model)}/chat/completions", json=body) as response:
            said = json.loads(await response.text())["choices"][0]["message"]["content"]
        return bool(said.strip() == answer["content"])

    async with aiohttp.ClientSession(connector=connections) as session:
        solved = sum(await asyncio.gather(*map(solves, examples)))

    assert least <= solved / CODE_TASKS <= most


@pytest.mark.parametrize("model", MODELS)
def test_a_model_carries_the_template_of_the_recipe(model: str) -> None:
    """The recipe in the tree is the one that the shipped file was made with."""
    assert TEMPLATE.read_bytes() in model_path(model).read_bytes()


def test_a_seed_is_a_data_set() -> None:
    """Training data are drawn from the generator given and from nothing else."""
    first, again = Random(3), Random(3)

    assert [tasks.draw(first) for _ in range(50)] == [tasks.draw(again) for _ in range(50)]


@pytest.mark.parametrize("kind", tasks.WEIGHTS)
def test_every_kind_ends_with_the_answer_to_learn(kind: tasks.Kind) -> None:
    """What is learned is an assistant's message with a text or a tool call."""
    example = tasks.draw(Random(1), kind)

    assert example.kind == kind
    assert example.messages[-1]["role"] == "assistant"
    assert example.messages[-1]["content"] or example.messages[-1]["tool_calls"]
