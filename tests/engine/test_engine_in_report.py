"""What a cell's report says of the engine behind it."""

from datetime import timedelta
from typing import Any

import pytest

from harness.records import EngineSample
from harness.report.as_html import render_html
from harness.report.as_markdown import render_markdown
from harness.report.as_text import render_text
from harness.summary import Summary, summarize
from harness.summary.shape import EngineFigures, Gauge
from providers.engine_metrics import EngineReading
from tests.report import builders as b


def sample(at_s: float, *, offer: str = b.CHEAP, **reading: float) -> EngineSample:
    told = EngineReading(**reading) if reading else None
    at = b.START + timedelta(seconds=at_s)
    return EngineSample(offer=offer, at=at, reading=told, error="" if told else "HTTP 500")


def summary(*samples: EngineSample) -> Summary:
    """A cell at work from second 10 to 21.25."""
    trials = [b.trial(b.CHEAP, 1), b.trial(b.CHEAP, 2)]
    attempts = [b.attempt(trials[0], start_s=10), b.attempt(trials[1], start_s=20)]
    charges = b.charges((each, b.charge("1")) for each in attempts)
    return summarize(b.run([b.CHEAP]), attempts, trials, charges, ended=b.ended(), engine=samples)


def figures(*samples: EngineSample) -> EngineFigures:
    found = summary(*samples).cells[0].engine
    assert found is not None
    return found


def test_gauges_are_of_the_cells_own_time() -> None:
    found = figures(
        sample(5, running=9), sample(12, running=1), sample(18, running=2), sample(30, running=8)
    )

    assert found.running == Gauge(mean=1.5, max=2)
    assert (found.waiting, found.samples, found.failed) == (None, 2, 0)


def test_counters_go_from_the_last_sample_before_to_the_first_after() -> None:
    found = figures(*(sample(at, generation_tokens=100 * at) for at in (0, 9, 15, 22, 40)))

    assert (found.generation_tokens, found.counted_s) == (1300, 13)


def test_a_cell_shorter_than_a_second_has_counters_and_no_gauges() -> None:
    found = figures(sample(9, running=1, preemptions=1), sample(22, running=1, preemptions=4))

    assert (found.samples, found.running, found.preemptions) == (0, None, 3)


def test_a_counter_that_fell_says_nothing() -> None:
    """The server was restarted."""
    found = figures(sample(9, prompt_tokens=50), sample(15, prompt_tokens=4), sample(22))

    assert found.prompt_tokens is None


def test_failed_samples_are_counted_and_are_no_zero() -> None:
    found = figures(sample(9, running=1), sample(12), sample(15, running=4), sample(25, running=1))

    assert (found.samples, found.failed, found.running) == (2, 1, Gauge(mean=4, max=4))


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param([], id="none taken"),
        pytest.param([sample(12, offer=b.DEAR, running=1)], id="another offer's"),
        pytest.param([sample(12)], id="failed only"),
    ],
)
def test_without_any_reading_there_are_no_figures(samples: list[EngineSample]) -> None:
    assert summary(*samples).cells[0].engine is None


@pytest.mark.parametrize(
    "render",
    [lambda s: render_text(s, 200), render_markdown, lambda s: render_html(s, plotly="")],
    ids=["text", "markdown", "html"],
)
def test_reports_for_people_say_it_in_a_line(render: Any) -> None:
    reading: dict[str, Any] = {
        "running": 2.0,
        "kv_cache_usage": 0.4,
        "prefix_queries": 0.0,
        "prefix_hits": 0.0,
    }
    said = render(
        summary(
            sample(9, **reading, preemptions=0),
            sample(12, **reading | {"running": 4.0}, preemptions=1),
            sample(22, **reading | {"prefix_queries": 200, "prefix_hits": 50}, preemptions=1),
        )
    )

    assert "What the servers said" in said
    assert (
        "4.0 (at most 4.0) running, KV cache 40 % in use (at most 40 %), 25 % of the prompt tokens"
        " from its prefix cache, 1 preemption" in said
    )
