"""A result of `vllm bench serve --save-result`: the statistics of one load.

Percentiles other than the median are there where `--metric-percentiles` asked for them.
"""

from collections.abc import Mapping
from typing import Any

from harness.frontier import Pair, Point, decode_rate
from harness.importers.keys import Imported, load_label, number, seconds, text, whole


def read(document: Mapping[str, Any]) -> Imported | None:
    """What the file says, or None if it is not vllm bench's."""
    if number(document, "output_throughput") is None or number(document, "completed") is None:
        return None
    concurrency = number(document, "max_concurrency")
    # `inf` as text: all requests at once, or as many as the concurrency lets through.
    rate = number(document, "request_rate") if concurrency is None else None
    completed = number(document, "completed") or 0.0
    tpot = _pair(document, "tpot")
    point = Point(
        load=load_label(concurrency, rate),
        concurrency=whole(concurrency),
        rate_per_s=rate,
        n=int(completed),
        output_tokens_per_s=number(document, "output_throughput"),
        requests_per_s=number(document, "request_throughput"),
        ttft_s=_pair(document, "ttft"),
        tpot_s=tpot,
        decode_tokens_per_s_per_stream=decode_rate(tpot.p50),
        goodput_share=_goodput(document, completed),
    )
    return Imported(model=text(document, "model_id"), points=(point,) if completed else ())


def _goodput(document: Mapping[str, Any], completed: float) -> float | None:
    """Requests that were good, of all that were sent; failures are not good."""
    good, duration = number(document, "request_goodput"), number(document, "duration")
    if good is None or not duration or not completed:
        return None
    return min(1.0, good * duration / (completed + (number(document, "failed") or 0.0)))


def _pair(document: Mapping[str, Any], name: str) -> Pair:
    p50 = number(document, f"median_{name}_ms")
    return Pair(p50=seconds(p50), p95=seconds(number(document, f"p95_{name}_ms")))
