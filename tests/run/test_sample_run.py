"""The stored sample: a run of format 1, which every later version has to read."""

from pathlib import Path

import pytest

from harness.reading import summarize_stored
from harness.report.as_json import render_json
from harness.store import load_run

SAMPLE = Path(__file__).resolve().parents[2] / "results" / "sample"


def test_the_sample_run_reads_as_it_was_recorded() -> None:
    stored = load_run(SAMPLE)

    assert stored.run.schema_version == 1
    assert (stored.lost, stored.torn) == ((), ())
    assert len(stored.trials) == len(stored.attempts) == 80
    assert stored.ended is not None
    assert stored.ended.reason == "complete"


def test_its_summary_follows_from_its_journal(request: pytest.FixtureRequest) -> None:
    """Reports are views: the same record gives the same bytes. --update-golden writes it anew."""
    summary = render_json(summarize_stored(load_run(SAMPLE)))
    file = SAMPLE / "summary.json"
    if request.config.getoption("--update-golden"):
        file.write_text(summary, encoding="utf-8")
        return

    assert summary == file.read_text(encoding="utf-8")
