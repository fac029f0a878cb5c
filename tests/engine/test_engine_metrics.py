"""What is read off an engine's metrics page, whoever wrote it."""

import pytest

from providers.engine_metrics import EngineReading, metrics_url, read_metrics
from tests.engine import pages


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param(
            pages.VLLM,
            EngineReading(
                running=5,
                waiting=7,
                kv_cache_usage=0.75,
                preemptions=2,
                prefix_queries=1000,
                prefix_hits=400,
                prompt_tokens=1200,
                generation_tokens=640,
            ),
            id="vLLM, two replicas: sums, and the fullest cache",
        ),
        pytest.param(
            pages.SGLANG,
            EngineReading(
                running=4,
                waiting=1,
                kv_cache_usage=0.5,
                preemptions=0,
                prefix_queries=900,
                prefix_hits=250,
                prompt_tokens=900,
                generation_tokens=300,
            ),
            id="SGLang: ranks tell the same twice, cache sources add up",
        ),
        pytest.param(
            pages.LLAMACPP,
            EngineReading(
                running=2,
                waiting=1,
                prefix_queries=160,
                prefix_hits=60,
                prompt_tokens=100,
                generation_tokens=50,
            ),
            id="llama.cpp, whose last line has no end",
        ),
        pytest.param(
            'vllm:gpu_cache_usage_perc{model_name="m"} 0.5\r\n',
            EngineReading(kv_cache_usage=0.5),
            id="an older vLLM's name, lines ended by CRLF",
        ),
        pytest.param(
            "vllm:num_requests_running NaN\nvllm:num_requests_waiting 1 1700000000\n",
            EngineReading(waiting=1),
            id="no number is unknown, a time stamp is no value",
        ),
    ],
)
def test_a_page_is_read_in_names_of_ours(page: str, expected: EngineReading) -> None:
    assert read_metrics(page.encode()) == expected


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>not found</html>", id="a web page"),
        pytest.param(b"python_gc_objects_collected_total 3\n", id="another program's"),
        pytest.param(b"# vllm:num_requests_running 3\n", id="a comment"),
        pytest.param(b"vllm:num_requests_running\n", id="a name without a value"),
        pytest.param(b"vllm:num_requests_running{ 3\n", id="labels that do not end"),
        pytest.param(b"\xff\xfevllm:num_requests_running x", id="no text"),
    ],
)
def test_a_page_without_a_known_engine_is_none(page: bytes) -> None:
    assert read_metrics(page) is None


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/metrics"),
        ("https://gpu.example:30000/api/v1/", "https://gpu.example:30000/metrics"),
        ("http://[::1]:8080", "http://[::1]:8080/metrics"),
    ],
)
def test_metrics_stand_at_the_origin(base_url: str, expected: str) -> None:
    assert metrics_url(base_url) == expected
