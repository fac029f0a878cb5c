"""Warm-up: trials before a load that are paid for and count for nothing else."""

from collections import Counter
from pathlib import Path
from typing import Any

from harness.reading import summarize_stored
from harness.summary import CellSummary
from tests.run.playing import Said, Stage, Words, always

ONE, TWO = "v/one", "v/two"


def slow_at_first(body: dict[str, Any], number: int) -> Said:
    return Said(seconds=30.0 if number <= 3 else 1.0)


def cells(stage: Stage) -> dict[str, CellSummary]:
    return {cell.key: cell for cell in summarize_stored(stage.stored()).cells}


async def test_warm_up_is_in_no_figure_but_the_overhead(tmp_path: Path) -> None:
    """Three slow warm-up trials on four tasks: the cell knows of four quick ones."""
    stage = Stage(tmp_path, {ONE: slow_at_first}, concurrency=[3], warmup=3)

    await stage.play()

    cell = cells(stage)["v/one/words/c3"]
    assert Counter(each.purpose for each in stage.stored().attempts) == {"warmup": 3, "task": 4}
    assert (cell.trials, cell.attempts, cell.answered, cell.solved) == (4, 4, 4, 4)
    assert cell.busy_s == 2.0
    assert [(each.purpose, each.attempts) for each in cell.overhead] == [("warmup", 3)]
    assert not [each for each in cell.warnings if each.code == "unfinished_trials"]


async def test_no_offer_begins_before_all_are_warm(tmp_path: Path) -> None:
    stage = Stage(
        tmp_path, {ONE: slow_at_first, TWO: always()}, rate=[1.0], arrival="constant", warmup=3
    )

    await stage.play()

    for name in (ONE, TWO):
        starts = [asked.at_s for asked in stage.transports[name].asked]
        assert starts == [0, 0, 0, 30, 31, 32, 33]
    assert all(a.instants.intended_s == 0 for a in stage.stored().attempts)


async def test_a_duration_counts_from_the_end_of_the_warm_up(tmp_path: Path) -> None:
    stage = Stage(tmp_path, {ONE: slow_at_first}, concurrency=[1], warmup=3, duration_s=5.0, seed=2)

    ended = await stage.play()

    assert ended.duration_s == 90 + 5
    assert len(stage.stored().trials) == 5


async def test_warm_up_asks_with_seeds_of_its_own(tmp_path: Path) -> None:
    stage = Stage(tmp_path, {ONE: always()}, workload=Words(2), concurrency=[1], warmup=5)

    await stage.play()

    seeds = [asked.body["seed"] for asked in stage.transports[ONE].asked]
    assert len(set(seeds)) == len(seeds) == 7


async def test_an_offer_that_refuses_its_warm_up_is_stopped(tmp_path: Path) -> None:
    stage = Stage(tmp_path, {ONE: always(status=401), TWO: always()}, concurrency=[1], warmup=2)

    ended = await stage.play()

    assert ended.reason == "offers_stopped"
    assert len(stage.transports[ONE].asked) == 1
    assert {trial.offer for trial in stage.stored().trials} == {TWO}


async def test_a_resumed_load_is_warmed_up_again(tmp_path: Path) -> None:
    """Its attempts have ids of their own, and what came before is abandoned."""
    stage = Stage(tmp_path, {ONE: always()}, rate=[1.0], arrival="constant", warmup=2)
    await stage.play(stop_after=2)

    ended = await stage.play(resume=True)

    cell = cells(stage)["v/one/words/r1-constant"]
    assert ended.reason == "complete"
    assert cell.trials == 4
    assert {each.purpose: each.attempts for each in cell.overhead}["warmup"] == 2
