"""Prompts of a wanted length, and answers that only have to come."""

import pytest

from tests.workloads.support import reply, said
from workloads.errors import ConfigurationError
from workloads.sandbox import Sandbox
from workloads.synthetic import Synthetic


def _no_sandbox() -> Sandbox:
    raise AssertionError("a sandbox was chosen without need")


def _built(*, seed: int = 1, **settings: object) -> Synthetic:
    return Synthetic(settings, seed=seed, sandbox=_no_sandbox)


@pytest.mark.parametrize("length", [10, 100, 2000])
def test_a_prompt_has_about_as_many_words_as_tokens_are_wanted(length: int) -> None:
    """A word of the list is about one token."""
    tasks = _built(input_tokens=length, n=3).tasks()

    assert [len(task.turns[0].split()) for task in tasks] == [length] * 3


def test_the_output_is_capped_as_wanted() -> None:
    """The cap is the wanted output length."""
    assert {task.max_tokens for task in _built(output_tokens=7, n=3).tasks()} == {7}


def test_prompts_differ_from_each_other() -> None:
    """No prompt shares its text with another, so that no cache helps by accident."""
    prompts = {task.turns[0] for task in _built(n=100).tasks()}

    assert len(prompts) == 100


def test_more_tasks_keep_the_first_ones() -> None:
    """A larger n only adds."""
    assert list(_built(n=5).tasks()) == list(_built(n=50).tasks())[:5]


async def test_every_answer_is_a_solved_task() -> None:
    """Nothing is judged: the grade says so."""
    workload = _built(n=1)

    grade = await workload.grade(workload.tasks()[0], said(reply("anything", stop="length")))

    assert (grade.solved, grade.reason, grade.judged_in) == (True, "solved", "none")


@pytest.mark.parametrize("name", ["input_tokens", "output_tokens", "n"])
def test_lengths_are_positive(name: str) -> None:
    """Zero of anything is refused."""
    with pytest.raises(ConfigurationError, match=f"{name} must be at least 1"):
        _built(**{name: 0})
