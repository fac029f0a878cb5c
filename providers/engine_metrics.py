"""What an inference server says of itself at `/metrics`: the named few that tell why it is slow.

vLLM, SGLang (`--enable-metrics`) and llama.cpp (`--metrics`) publish counters and gauges as
Prometheus text, each under names of its own. Here they are found and given one name; whoever
asks for the page does that elsewhere.
"""

import math
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from msgspec import Struct

# Vendors whose address is a server somebody runs: nobody else's is asked for its metrics.
SELF_HOSTED = frozenset({"vllm", "sglang", "llamacpp", "embedded", "url"})


class EngineReading(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One look at an engine; None is what it does not publish.

    running, waiting: requests at work and in its queue. kv_cache_usage: share of the cache in
    use, of the fullest replica. The others count since the server started: preemptions of
    running requests for want of cache; prompt tokens looked up in the prefix cache, and found
    there; tokens of prompts and of answers, as the engine counts them (llama.cpp counts only
    the prompt tokens that it had to compute).
    """

    running: float | None = None
    waiting: float | None = None
    kv_cache_usage: float | None = None
    preemptions: float | None = None
    prefix_queries: float | None = None
    prefix_hits: float | None = None
    prompt_tokens: float | None = None
    generation_tokens: float | None = None


# By our name: whose names stand for it. A tuple of several is their sum, all of them needed.
_NAMES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "running": (
        ("vllm:num_requests_running",),
        ("sglang:num_running_reqs",),
        ("llamacpp:requests_processing",),
    ),
    "waiting": (
        ("vllm:num_requests_waiting",),
        ("sglang:num_queue_reqs",),
        ("llamacpp:requests_deferred",),
    ),
    "kv_cache_usage": (
        ("vllm:kv_cache_usage_perc",),
        ("vllm:gpu_cache_usage_perc",),
        ("sglang:token_usage",),
        ("llamacpp:kv_cache_usage_ratio",),
    ),
    "preemptions": (("vllm:num_preemptions_total",), ("sglang:num_retracted_requests_total",)),
    "prefix_queries": (
        ("vllm:prefix_cache_queries_total",),
        ("vllm:gpu_prefix_cache_queries_total",),
        ("sglang:prompt_tokens_total",),
        ("llamacpp:prompt_tokens_total", "llamacpp:prompt_tokens_cached_total"),
    ),
    "prefix_hits": (
        ("vllm:prefix_cache_hits_total",),
        ("vllm:gpu_prefix_cache_hits_total",),
        ("sglang:cached_tokens_total",),
        ("llamacpp:prompt_tokens_cached_total",),
    ),
    "prompt_tokens": (
        ("vllm:prompt_tokens_total",),
        ("sglang:prompt_tokens_total",),
        ("llamacpp:prompt_tokens_total",),
    ),
    "generation_tokens": (
        ("vllm:generation_tokens_total",),
        ("sglang:generation_tokens_total",),
        ("llamacpp:tokens_predicted_total",),
    ),
}
# Labels that part a number; under all others the same number is told several times over.
_PARTS = re.compile(rb'\b(?:engine|dp_rank|cache_source)="[^"]*"')


def metrics_url(base_url: str) -> str:
    """Where a server's metrics stand: at its origin, beside the API."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}/metrics"


def read_metrics(page: bytes) -> EngineReading | None:
    """What a page of Prometheus text says of an engine; None where it names none we know.

    Only the lines that are wanted are looked at: a page may have thousands of others, and
    reading them would cost the time of whoever is measured beside it.
    """
    page = b"\n" + page
    found: dict[str, float] = {}
    for name, alternatives in _NAMES.items():
        for names in alternatives:
            values = [_value(page, each, fullest=name == "kv_cache_usage") for each in names]
            known = [value for value in values if value is not None]
            if len(known) == len(names):
                found[name] = sum(known)
                break
    return EngineReading(**found) if found else None


def _value(page: bytes, name: str, *, fullest: bool) -> float | None:
    """The metric over all its parts: their sum, or the greatest of them."""
    parts: dict[bytes, float] = {}
    for labels, value in _series(page, name.encode()):
        part = b",".join(sorted(_PARTS.findall(labels)))
        parts[part] = max(value, parts.get(part, value))
    if not parts:
        return None
    return max(parts.values()) if fullest else math.fsum(parts.values())


def _series(page: bytes, name: bytes) -> Iterator[tuple[bytes, float]]:
    """Labels and value of each line of the metric of exactly that name."""
    wanted = b"\n" + name
    at = page.find(wanted)
    while at >= 0:
        end = page.find(b"\n", at + 1)
        line = page[at + len(wanted) : end if end >= 0 else None]
        labels, value = _parted(line)
        if value is not None:
            yield labels, value
        at = page.find(wanted, at + 1)


def _parted(rest: bytes) -> tuple[bytes, float | None]:
    """What follows a metric's name, as labels and value; no value for a longer name, and for
    what is no finite number."""
    labels = b""
    if rest.startswith(b"{"):
        labels, _, rest = rest.rpartition(b"}")
    elif rest[:1] not in (b" ", b"\t"):
        return labels, None
    words = rest.split()
    try:
        value = float(words[0]) if words else math.nan
    except ValueError:
        return labels, None
    return labels, value if math.isfinite(value) else None
