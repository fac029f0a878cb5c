"""aiperf's `profile_export_aiperf.json`: the statistics of one load.

Its `inter_token_latency` is one number per request, (latency − TTFT) / (tokens − 1), which
is our TPOT but for what comes after the last token.
"""

from collections.abc import Mapping
from typing import Any

from harness.frontier import Pair, Point, decode_rate
from harness.importers.keys import Imported, at, load_label, number, text, whole

_PER_UNIT = {"ms": 1e-3, "s": 1.0, "sec": 1.0, "us": 1e-6, "ns": 1e-9}


def read(document: Mapping[str, Any]) -> Imported | None:
    """What the file says, or None if it is not aiperf's."""
    if number(document, "request_throughput", "avg") is None or "input_config" not in document:
        return None
    config = document["input_config"]
    names = at(config, "endpoint", "model_names")
    model = names[0] if isinstance(names, list) and names and isinstance(names[0], str) else None
    concurrency = number(config, "loadgen", "concurrency")
    rate = number(config, "loadgen", "request_rate") if concurrency is None else None
    n = number(document, "request_count", "avg")
    tpot = _pair(document, "inter_token_latency")
    point = Point(
        load=load_label(concurrency, rate),
        concurrency=whole(concurrency),
        rate_per_s=rate,
        n=int(n or 0),
        output_tokens_per_s=number(document, "output_token_throughput", "avg"),
        requests_per_s=number(document, "request_throughput", "avg"),
        ttft_s=_pair(document, "time_to_first_token"),
        tpot_s=tpot,
        decode_tokens_per_s_per_stream=decode_rate(tpot.p50),
        goodput_share=_goodput(document, n),
    )
    return Imported(model=model, points=(point,) if n else ())


def _goodput(document: Mapping[str, Any], n: float | None) -> float | None:
    good = number(document, "good_request_count", "avg")
    if good is None or n is None:
        return None
    return good / (n + (number(document, "error_request_count", "avg") or 0.0))


def _pair(document: Mapping[str, Any], name: str) -> Pair:
    unit = _PER_UNIT.get(text(document, name, "unit") or "ms")
    if unit is None:
        return Pair()
    p50, p95 = (number(document, name, each) for each in ("p50", "p95"))
    return Pair(
        p50=None if p50 is None else p50 * unit,
        p95=None if p95 is None else p95 * unit,
    )
