"""Skill: the share of right answers, and what it must not depend on."""

import asyncio
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.simulated.answers import AnswerBook
from providers.simulated.draws import fraction
from providers.simulated.faults import parse_fault
from providers.simulated.simulator import Simulator
from tests.simulated.playing import ask, config, respond, serving, simulator

TASKS = [f"task {number}" for number in range(40)]


def book() -> AnswerBook:
    answers = AnswerBook()
    for task in TASKS:
        answers.add([task], "right", "wrong")
    return answers


def solved(server: Simulator, *, request_seed: int | None = None, epochs: int = 1) -> list[bool]:
    seed = {} if request_seed is None else {"seed": request_seed}
    return [
        respond(server, ask(task, **seed)).text == "right" for _ in range(epochs) for task in TASKS
    ]


@given(st.lists(st.integers() | st.text()))
def test_a_draw_is_a_fraction_fixed_by_its_parts(parts: list[int | str]) -> None:
    assert 0 <= fraction(*parts) < 1
    assert fraction(*parts) == fraction(*parts)


@pytest.mark.parametrize("skill", [0.0, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("request_seeds", [True, False], ids=["seeded", "unseeded"])
def test_the_share_of_right_answers_is_the_skill(*, skill: float, request_seeds: bool) -> None:
    server = simulator(config(skill=skill, seed=7), book())
    if request_seeds:
        right = [ok for seed in range(50) for ok in solved(server, request_seed=seed)]
    else:
        right = solved(server, epochs=50)

    # Four standard errors of a binomial share over 2000 draws.
    assert sum(right) / 2000 == pytest.approx(skill, abs=4 * sqrt(skill * (1 - skill) / 2000))


def test_the_same_seeds_give_the_same_answers_and_others_give_others() -> None:
    def answers(seed: int, request_seed: int) -> list[bool]:
        server = simulator(config(skill=0.5, seed=seed), book())
        return solved(server, request_seed=request_seed)

    assert answers(1, 1) == answers(1, 1)
    assert answers(1, 1) != answers(2, 1)
    assert answers(1, 1) != answers(1, 2)


def test_one_seed_for_all_requests_does_not_make_all_tasks_alike() -> None:
    right = solved(simulator(config(skill=0.5), book()), request_seed=3)

    assert 5 < sum(right) < 35


def test_repeating_an_unseeded_request_draws_anew() -> None:
    server = simulator(config(skill=0.5), book())

    answers = {respond(server, ask(TASKS[0])).text for _ in range(20)}

    assert answers == {"right", "wrong"}


def test_a_reset_server_starts_over() -> None:
    server = simulator(config(skill=0.5), book())
    before = solved(server, epochs=3)

    server.reset()

    assert solved(server, epochs=3) == before
    assert server.ledger.summary()["requests"] == 120


def test_the_key_covers_all_turns_so_far() -> None:
    answers = AnswerBook()
    answers.add(["first"], "one", "-")
    answers.add(["first", "second"], "two", "-")
    server = simulator(book=answers)

    assert respond(server, ask("first")).text == "one"
    assert respond(server, ask("first", "second")).text == "two"
    assert respond(server, ask("second")).text not in ("one", "two")


@pytest.mark.parametrize("seeded", [True, False], ids=["seeded", "unseeded"])
async def test_answers_do_not_depend_on_order_or_concurrency(*, seeded: bool) -> None:
    seed = {"seed": 5} if seeded else {}
    bodies = {task: ask(task, **seed) for task in TASKS}

    async def concurrently(tasks: list[str]) -> dict[str, str]:
        async with serving(config(skill=0.5), book()) as visitor:
            heard = await asyncio.gather(*(visitor.post(bodies[task]) for task in tasks))
        return {task: each.text for task, each in zip(tasks, heard, strict=True)}

    async def one_by_one(tasks: list[str]) -> dict[str, str]:
        async with serving(config(skill=0.5), book()) as visitor:
            return {task: (await visitor.post(bodies[task])).text for task in tasks}

    assert await concurrently(TASKS) == await concurrently(TASKS[::-1]) == await one_by_one(TASKS)


def test_a_failed_attempt_does_not_use_up_a_draw() -> None:
    faulty = config(skill=0.5, faults=(parse_fault("http_500:every=2"),))
    sound = simulator(config(skill=0.5), book())
    failing = simulator(faulty, book())

    heard = [respond(failing, ask(TASKS[0])) for _ in range(20)]

    given = [each.text for each in heard if each.status == 200]
    assert len(given) == 10
    assert given == [respond(sound, ask(TASKS[0])).text for _ in range(10)]


def test_the_same_seed_gives_the_same_bytes() -> None:
    settings = config(skill=0.5, reasoning_tokens={"default": 5})

    one, two = (simulator(settings, book()) for _ in range(2))

    assert [respond(one, ask(task)).body for task in TASKS] == [
        respond(two, ask(task)).body for task in TASKS
    ]
