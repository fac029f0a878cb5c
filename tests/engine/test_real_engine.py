"""A whole run on llama.cpp: its own counters stand beside what we metered."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.store import load_run
from tests.end_to_end.commands import maasbench, report_json

RUN = [
    "run", "--model", "small", "--workload", "synthetic", "--set", "input_tokens=40",
    "--set", "output_tokens=60", "--requests", "12", "--concurrency", "2", "--no-calibrate",
    "--out", "out",
]  # fmt: skip


@pytest.mark.llamacpp
def test_the_engines_counters_are_our_own_counts(
    workdir: Path, llama_server: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    said = maasbench(capsys, *RUN, "--base-url", llama_server("small"))

    assert said.code == 0, said.err
    (cell,) = report_json(capsys, "out")["cells"]
    engine = cell["engine"]
    assert engine["generation_tokens"] == cell["usage"]["output_tokens"]["sum"]
    assert engine["prefix_queries"] == cell["usage"]["input_tokens"]["sum"]
    assert engine["prefix_hits"] == cell["usage"]["cache_read_tokens"]["sum"]
    assert load_run(workdir / "out").engine[0].reading is not None


@pytest.mark.llamacpp
def test_on_request_nobody_looks_at_the_engine(
    workdir: Path, llama_server: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    maasbench(capsys, *RUN, "--base-url", llama_server("small"), "--no-engine-metrics")

    (cell,) = report_json(capsys, "out")["cells"]
    assert cell["engine"] is None
    assert not (workdir / "out" / "engine.jsonl").exists()
