"""Think time: a conversation pauses between its turns, and no latency knows of it."""

from pathlib import Path
from typing import Any

from harness.thinking import ThinkingChat
from tests.run.playing import EventClock, Stage, Words, always
from workloads.task import Reply

ONE = "v/one"


async def test_every_turn_but_the_first_waits_and_latencies_do_not_hold_it(tmp_path: Path) -> None:
    stage = Stage(
        tmp_path,
        {ONE: always(seconds=1.0)},
        workload=Words(1, turns=3),
        concurrency=[1],
        think_s=5.0,
    )

    await stage.play()

    stored = stage.stored()
    assert [asked.at_s for asked in stage.transports[ONE].asked] == [0, 6, 12]
    assert {each.instants.end_s for each in stored.attempts} == {1.0}
    assert {each.instants.intended_s for each in stored.attempts} == {0.0}
    assert {each.instants.throttled_s for each in stored.attempts} == {0.0}
    assert [trial.duration_s for trial in stored.trials] == [13.0]


async def test_results_of_tools_are_sent_at_once() -> None:
    """Nobody reads them."""
    clock = EventClock()

    async def answer(*args: Any, **kwargs: Any) -> Reply:
        return Reply(text="yes", tool_calls=(), stop="stop", turn={"role": "assistant"})

    chat = ThinkingChat(answer, 5.0, clock)
    await chat([{"role": "user", "content": "look"}])
    await chat([{"role": "user", "content": "look"}, {"role": "tool", "content": "seen"}])

    assert clock.monotonic_s() == 0
