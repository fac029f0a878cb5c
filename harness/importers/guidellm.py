"""guidellm's `benchmarks.json`: a list of benchmarks, each of one load.

Its `inter_token_latency_ms` is (last − first token) / (tokens − 1), our TPOT; its own
`time_per_output_token_ms` counts the prefill in and is not read.
"""

from collections.abc import Mapping
from typing import Any

from harness.frontier import Pair, Point, decode_rate
from harness.importers.keys import Imported, at, load_label, number, seconds, text, whole


def read(document: Mapping[str, Any]) -> Imported | None:
    """What the file says, or None if it is not guidellm's."""
    benchmarks = document.get("benchmarks")
    if not isinstance(benchmarks, list) or not all(isinstance(b, dict) for b in benchmarks):
        return None
    if not any("metrics" in each for each in benchmarks):
        return None
    models = (text(each, "config", "backend", "model") for each in benchmarks)
    points = (_point(each) for each in benchmarks)
    return Imported(
        model=next((model for model in models if model), None),
        points=tuple(point for point in points if point is not None),
    )


def _point(benchmark: Mapping[str, Any]) -> Point | None:
    metrics = benchmark.get("metrics")
    n = number(metrics, "request_totals", "successful")
    if not n:
        return None
    strategy = at(benchmark, "config", "strategy")
    streams = number(strategy, "streams")
    rate = number(strategy, "rate") if streams is None else None
    if text(strategy, "type_") == "synchronous":
        streams, rate = 1.0, None
    tpot = _pair(metrics, "inter_token_latency_ms")
    return Point(
        load=load_label(streams, rate),
        concurrency=whole(streams),
        rate_per_s=rate,
        n=int(n),
        output_tokens_per_s=number(metrics, "output_tokens_per_second", "successful", "mean"),
        requests_per_s=number(metrics, "requests_per_second", "successful", "mean"),
        ttft_s=_pair(metrics, "time_to_first_token_ms"),
        tpot_s=tpot,
        decode_tokens_per_s_per_stream=decode_rate(tpot.p50),
    )


def _pair(metrics: Any, name: str) -> Pair:
    p50, p95 = (number(metrics, name, "successful", "percentiles", p) for p in ("p50", "p95"))
    return Pair(p50=seconds(p50), p95=seconds(p95))
