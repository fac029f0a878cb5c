"""Whole runs against servers that are none of ours: llama.cpp, and LiteLLM in front of it."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from harness.records import Attempt
from harness.store import StoredRun, load_run
from providers.outcomes import Outcome
from tests.end_to_end.commands import maasbench, report_json
from tests.servers.litellm import TINY_PRICES, Proxy

# What the Messages endpoint behind the proxy reports, at the list price of its model:
# 12 fresh, 60 written for 5 minutes, 40 for an hour, 2048 read, 7 out.
SONNET = """
[[prices]]
vendor = "litellm"
currency = "USD"
source = "genai-prices 0.2.3"
checked = 2026-10-26
[[prices.rows]]
models = ["claude"]
start = 2025-09-29T00:00:00Z
[prices.rows.rates]
input = "3"
cache_write_5m = "3.75"
cache_write_1h = "6"
cache_read = "0.3"
output = "15"
"""
CLAUDE_COST_USD = Decimal("0.0012204")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def metrics(base_url: str) -> dict[str, float]:
    """llama.cpp's own counters."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(base_url.removesuffix("/v1") + "/metrics") as response,
    ):
        text = await response.text()
    return {
        name: float(value)
        for name, value in re.findall(r"^(llamacpp:\w+) ([\d.e+-]+)$", text, re.MULTILINE)
    }


def smoke(stream: bool, *offer: str) -> list[str]:
    streaming = "--stream" if stream else "--no-stream"
    return [
        "run", *offer, "--workload", "smoke", "--epochs", "2", "--temperature", "0.7",
        "--concurrency", "2", streaming, "--out", "out",
        # A line in front of the prompt would be more than so small a model can bear.
        "--cache", "as-is",
    ]  # fmt: skip


def billed(stored: StoredRun) -> tuple[int, int]:
    """Prompt and output tokens over all attempts, every one of which reported them."""
    usages = [attempt.usage for attempt in stored.attempts]
    prompts = [usage.input_tokens for usage in usages if usage.input_tokens is not None]
    outputs = [usage.output_tokens for usage in usages if usage.output_tokens is not None]
    assert len(prompts) == len(outputs) == len(usages)
    return sum(prompts), sum(outputs)


@pytest.mark.llamacpp
@pytest.mark.sandbox
@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "in one piece"])
async def test_token_counts_are_the_engines_own_and_its_timings_bound_our_latencies(
    here: Path,
    llama_server: Callable[[str], str],
    capsys: pytest.CaptureFixture[str],
    stream: bool,
) -> None:
    base_url = llama_server("better")
    before = await metrics(base_url)

    said = maasbench_in_thread(capsys, *smoke(stream, "--base-url", base_url, "--model", "better"))

    assert said.code == 0, said.err
    after = await metrics(base_url)
    stored = load_run(here / "out")
    prompt, output = billed(stored)
    cached = sum(attempt.usage.cache_read_tokens or 0 for attempt in stored.attempts)
    grown = {name: after[name] - before[name] for name in after}
    assert prompt - cached == grown["llamacpp:prompt_tokens_total"]
    assert output == grown["llamacpp:tokens_predicted_total"]
    for attempt in stored.attempts:
        _bounded_by_the_engine(attempt)
    (cell,) = report_json(capsys, "out")["cells"]
    assert cell["solve_rate"]["estimate"] > 0.6
    assert cell["ok"] == cell["attempts"] == cell["trials"] == 2 * cell["tasks"]


def maasbench_in_thread(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """The command runs a loop of its own, so it cannot run in the test's."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(maasbench, capsys, *arguments).result(timeout=120)


def _bounded_by_the_engine(attempt: Attempt) -> None:
    timings = attempt.server_timings
    assert timings is not None
    assert attempt.outcome is Outcome.OK
    assert timings["predicted_n"] == attempt.usage.output_tokens
    assert timings["prompt_n"] + timings["cache_n"] == attempt.usage.input_tokens
    end_s = attempt.instants.end_s
    assert end_s is not None
    # What the engine says it computed cannot take longer than what we saw from outside.
    assert end_s >= (timings["prompt_ms"] + timings["predicted_ms"]) / 1000 - 0.001
    if attempt.stream:
        assert attempt.instants.first_token_s is not None
        assert attempt.instants.first_token_s >= timings["prompt_ms"] / 1000 - 0.001


@pytest.mark.litellm
@pytest.mark.llamacpp
@pytest.mark.sandbox
@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "in one piece"])
def test_the_smoke_tasks_through_a_real_proxy_cost_what_the_proxy_says(
    here: Path,
    litellm_proxy: Proxy,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    stream: bool,
) -> None:
    monkeypatch.setenv("PROXY_KEY", litellm_proxy.key)
    per_mtok = {name: Decimal(str(price)) * 10**6 for name, price in TINY_PRICES.items()}
    price = (
        f"{per_mtok['cache_read_input_token_cost']}/{per_mtok['input_cost_per_token']}"
        f"/{per_mtok['output_cost_per_token']} USD"
    )

    said = maasbench(
        capsys,
        *smoke(
            stream, "--base-url", litellm_proxy.base_url, "--model", "better",
            "--api-key-env", "PROXY_KEY", "--price", price,
        ),
    )  # fmt: skip

    assert said.code == 0, said.err
    stored = load_run(here / "out")
    assert {attempt.outcome for attempt in stored.attempts} == {Outcome.OK}
    (cell,) = report_json(capsys, "out")["cells"]
    assert cell["solve_rate"]["estimate"] > 0.6
    theirs = [attempt.usage.vendor_cost for attempt in stored.attempts]
    assert None not in theirs
    assert float(cell["cost"]["spent"]) == pytest.approx(float(sum(filter(None, theirs))))
    assert litellm_proxy.key not in "".join(
        file.read_text(errors="replace") for file in (here / "out").iterdir()
    )


@pytest.mark.litellm
@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "in one piece"])
def test_cache_classes_through_the_proxys_claude_route_are_priced_to_the_digit(
    here: Path,
    litellm_proxy: Proxy,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    stream: bool,
) -> None:
    monkeypatch.setenv("LITELLM_API_KEY", litellm_proxy.key)
    (here / "suite.toml").write_text(
        'offers = ["litellm/claude"]\nworkloads = ["synthetic"]\nrequests = 3\ncurrency = "USD"\n'
        f"stream = {json.dumps(stream)}\n{SONNET}\n"
        f'[offer."litellm/claude"]\nbase_url = "{litellm_proxy.base_url}"\n'
        # This route has no seed, and the proxy refuses what it cannot pass on.
        'refused = ["seed"]\n'
    )

    said = maasbench(capsys, "run", "suite.toml", "--out", "out")

    assert said.code == 0, said.err
    for attempt in load_run(here / "out").attempts:
        usage = attempt.usage
        assert attempt.dropped == ("seed",)
        assert usage.input_tokens == 12 + 100 + 2048
        assert (usage.cache_read_tokens, usage.cache_write_tokens) == (2048, 100)
        assert (usage.cache_write_5m_tokens, usage.cache_write_1h_tokens) == (60, 40)
        assert usage.vendor_cost == CLAUDE_COST_USD
    (cell,) = report_json(capsys, "out")["cells"]
    assert Decimal(cell["cost"]["spent"]) == 3 * CLAUDE_COST_USD
    assert cell["cost"]["priced_share"] == 1
