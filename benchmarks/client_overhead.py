"""How far HTTP clients distort the latency of streams: ours, plain aiohttp, the openai SDK.

    .venv/bin/python benchmarks/client_overhead.py [--streams 16,64,200] [--clients wire,openai]

Each client runs in a process of its own against a paced server of its own: TTFT 50 ms, then
128 tokens, one every 10 ms, four answers per stream, closed loop, all begun in the same
instant. What a client saw is held against the instants that the chunks themselves carry.
Clients with a transport of ours store what came and decode later, as they do in a run; the
other two decode each chunk as it comes, as their users do.
"""

import argparse
import asyncio
import itertools
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from providers.clock import SystemClock  # noqa: E402
from providers.dialect import Ask, Dialect  # noqa: E402
from providers.dialects.openai_chat import OpenAIChat  # noqa: E402
from providers.dialects.sse import events  # noqa: E402
from providers.event_loop import run_fast  # noqa: E402
from providers.exchange import Timeouts, TransportName  # noqa: E402
from providers.paced.child import paced_child  # noqa: E402
from providers.paced.pace import MODEL as PACED  # noqa: E402
from providers.paced.pace import Pace  # noqa: E402
from providers.transports.choice import open_transport  # noqa: E402

CLIENTS = ("wire", "aio", "sdk", "aiohttp", "openai")
PACE = Pace(ttft_s=0.05, itl_s=0.01, tokens=128)
ROUNDS = 4
QUESTION = {"role": "user", "content": "word " * 100}
BODY = {
    "model": PACED,
    "messages": [QUESTION],
    "max_tokens": PACE.tokens,
    "stream": True,
    "stream_options": {"include_usage": True},
}


class Answer(NamedTuple):
    """One answer: when it was asked for; when the server had it; per chunk, when it was seen
    and when it was sent."""

    issued_s: float
    arrived_s: float
    seen_s: list[float]
    sent_s: list[float]


Asking = Callable[[], Awaitable[Any]]
Told = Callable[[Any], Answer]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--streams", default="16,64,200", help="levels, comma-separated")
    parser.add_argument("--clients", default=",".join(CLIENTS), help="which, comma-separated")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(run_fast(measured(given.one, int(given.streams)))))
        return
    compare([int(each) for each in given.streams.split(",")], given.clients.split(","))


def compare(levels: Sequence[int], clients: Sequence[str]) -> None:
    """The table, a line as soon as it is known."""
    print(f"{os.cpu_count()} CPUs, load average {os.getloadavg()[0]:.1f} before it began\n")
    columns = ("streams", "client", "TTFT p50", "true", "TTFT p99", "true", "ITL error p50",
               "CPU/event", "ratio")  # fmt: skip
    print("| " + " | ".join(columns) + " |")
    print("|" + "---|" * len(columns))
    for streams in levels:
        least = None
        for client in clients:
            told = in_a_process(client, streams)
            least = least or told["cpu_us"]
            print(
                f"| {streams} | {client} "
                f"| {told['ttft'][0]:.1f} ms | {told['true'][0]:.1f} ms "
                f"| {told['ttft'][1]:.1f} ms | {told['true'][1]:.1f} ms "
                f"| {told['itl_error']:.2f} ms | {told['cpu_us']:.1f} µs "
                f"| {told['cpu_us'] / least:.1f} |",
                flush=True,
            )


def in_a_process(client: str, streams: int) -> dict[str, Any]:
    """The figures of one client, measured in a process that knows no other."""
    command = [sys.executable, __file__, "--one", client, "--streams", str(streams)]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, Any] = json.loads(ended.stdout)
    return figures


async def measured(client: str, streams: int) -> dict[str, Any]:
    """One client against one server; times in ms, CPU in µs per token-bearing event."""
    async with paced_child(PACE) as base_url:
        opened, ask, told = client_of(client, base_url)
        turns = iter(range(ROUNDS * streams))

        async def stream() -> list[Any]:
            return [await ask() for _ in turns]

        async with opened:
            cpu_s = time.process_time()
            kept = await asyncio.gather(*(stream() for _ in range(streams)))
            cpu_s = time.process_time() - cpu_s
    answers = [told(each) for mine in kept for each in mine]
    ttft = [each.seen_s[0] - each.issued_s for each in answers]
    true = [each.sent_s[0] - each.arrived_s for each in answers]
    chunks = sum(len(each.seen_s) for each in answers)
    assert chunks == ROUNDS * streams * PACE.tokens, "answers are missing"
    return {
        "ttft": [1000 * percentile(ttft, 50), 1000 * percentile(ttft, 99)],
        "true": [1000 * percentile(true, 50), 1000 * percentile(true, 99)],
        "itl_error": 1000 * percentile([e for each in answers for e in gap_errors(each)], 50),
        "cpu_us": 1e6 * cpu_s / chunks,
    }


def client_of(name: str, base_url: str) -> tuple[Any, Asking, Told]:
    """A client: its context, how it asks, and what it tells of an answer afterwards."""
    if name == "aiohttp":
        return with_aiohttp(base_url)
    if name == "openai":
        return with_openai(base_url)
    return with_transport(base_url, cast(TransportName, name))


def with_transport(base_url: str, name: TransportName) -> tuple[Any, Asking, Told]:
    """One of our transports, as a run uses it: nothing is decoded in the stream."""
    transport = open_transport(name, SystemClock())
    question = Ask(model=PACED, messages=(QUESTION,), max_tokens=PACE.tokens)
    request = OpenAIChat().request(question, Dialect(auth="none"), base_url, None)

    def told(exchange: Any) -> Answer:
        chunks = [
            (e.at_s, json.loads(e.data)) for e in events(exchange.reads) if e.data[:1] == b"{"
        ]
        return answer(exchange.issued_s, [(at_s, c) for at_s, c in chunks if "sent_s" in c])

    return _Closing(transport), lambda: transport.exchange(request, Timeouts()), told


def with_aiohttp(base_url: str) -> tuple[Any, Asking, Told]:
    """aiohttp and the standard library's json, line by line."""
    import aiohttp

    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def ask() -> tuple[float, list[tuple[float, dict[str, Any]]]]:
        issued_s, seen = time.perf_counter(), []
        async with session.post(f"{base_url}/chat/completions", json=BODY) as response:
            async for line in response.content:
                if line.startswith(b"data: {"):
                    chunk = json.loads(line[6:])
                    if chunk["choices"]:
                        seen.append((time.perf_counter(), chunk))
        return issued_s, seen

    return session, ask, lambda kept: answer(*kept)


def with_openai(base_url: str) -> tuple[Any, Asking, Told]:
    """The openai SDK as its documentation shows it, on its own HTTP client."""
    import openai

    client = openai.AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0)

    async def ask() -> tuple[float, list[tuple[float, dict[str, Any]]]]:
        issued_s, seen = time.perf_counter(), []
        stream = await client.chat.completions.create(**BODY)  # type: ignore[call-overload]
        async for chunk in stream:
            if chunk.choices:
                seen.append((time.perf_counter(), chunk.model_extra))
        return issued_s, seen

    return client, ask, lambda kept: answer(*kept)


class _Closing:
    """A transport as a context."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, *_: object) -> None:
        await self._transport.close()


def answer(issued_s: float, seen: list[tuple[float, dict[str, Any]]]) -> Answer:
    """The answer whose chunks were seen at those instants."""
    return Answer(
        issued_s=issued_s,
        arrived_s=seen[0][1]["arrived_s"],
        seen_s=[at_s for at_s, _ in seen],
        sent_s=[chunk["sent_s"] for _, chunk in seen],
    )


def gap_errors(each: Answer) -> list[float]:
    """|client's gap − server's own gap|, per gap."""
    late_s = [seen - sent for seen, sent in zip(each.seen_s, each.sent_s, strict=True)]
    return [abs(later - earlier) for earlier, later in itertools.pairwise(late_s)]


def percentile(values: Sequence[float], percent: int) -> float:
    """The ⌈qn⌉-th smallest."""
    return sorted(values)[math.ceil(percent * len(values) / 100) - 1]


if __name__ == "__main__":
    main()
