"""The embedded provider: real inference as a child process of ours."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from providers import child as child_process
from providers.embedded import engine
from providers.embedded.server import available, command, embedded_server
from providers.errors import ConfigurationError

ROOT = Path(__file__).parents[2]
ASK = {
    "messages": [
        {"role": "user", "content": "Write a Python function luna(x) that returns x plus 3."}
    ],
    "temperature": 0,
    "max_tokens": 60,
}


@pytest.fixture
def base_url(llama_server: Callable[[str], str]) -> str:
    return llama_server("better")


async def post(base_url: str, **body: Any) -> str:
    async with (
        # llama.cpp closes a connection after every stream while it promises to keep it.
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session,
        session.post(f"{base_url}/chat/completions", json={**ASK, **body}) as response,
    ):
        assert response.status == 200
        return await response.text()


def events(stream: str) -> list[dict[str, Any]]:
    data = [line.removeprefix("data: ") for line in stream.splitlines() if line.startswith("data:")]
    return [json.loads(event) for event in data if event != "[DONE]"]


@pytest.mark.llamacpp
async def test_an_answer_carries_its_model_usage_and_timings(base_url: str) -> None:
    """The engine's own counts are there to check ours against."""
    answer = json.loads(await post(base_url, model="better"))

    assert answer["model"] == "better"
    assert answer["choices"][0]["message"]["content"].startswith("```python\ndef ")
    assert answer["usage"]["completion_tokens"] == answer["timings"]["predicted_n"]
    cached = answer["usage"]["prompt_tokens_details"]["cached_tokens"]
    assert answer["usage"]["prompt_tokens"] == answer["timings"]["prompt_n"] + cached


@pytest.mark.llamacpp
async def test_a_stream_ends_with_usage_and_timings(base_url: str) -> None:
    """The streamed text is the whole one, and its last event counts it."""
    whole = json.loads(await post(base_url))
    stream = events(await post(base_url, stream=True, stream_options={"include_usage": True}))

    parts = [choice["delta"].get("content") for event in stream for choice in event["choices"]]
    assert "".join(filter(None, parts)) == whole["choices"][0]["message"]["content"]
    assert stream[-1]["usage"]["completion_tokens"] == whole["usage"]["completion_tokens"]
    assert stream[-1]["timings"]["predicted_n"] == whole["timings"]["predicted_n"]


@pytest.mark.llamacpp
async def test_reasoning_is_off_until_a_request_turns_it_on(base_url: str) -> None:
    """A model that thinks unasked would spend tokens nobody ordered."""
    plain = json.loads(await post(base_url))
    thinking = {"enable_thinking": True}
    reasoned = json.loads(await post(base_url, chat_template_kwargs=thinking, max_tokens=200))

    assert "reasoning_content" not in plain["choices"][0]["message"]
    assert reasoned["choices"][0]["message"]["reasoning_content"]


@pytest.mark.llamacpp
async def test_a_seed_repeats_an_answer_at_temperature_one(base_url: str) -> None:
    """Trials are repeatable because their seeds are."""
    first, again = [
        json.loads(await post(base_url, temperature=1.0, seed=7, cache_prompt=False))
        for _ in range(2)
    ]

    assert first["choices"][0]["message"] == again["choices"][0]["message"]


@pytest.mark.llamacpp
async def test_the_server_has_slots_metrics_and_an_end() -> None:
    """The block owns the server: settings as asked, and nothing listens after it."""
    async with embedded_server("small", slots=3) as base_url:
        origin = base_url.removesuffix("/v1")
        async with aiohttp.ClientSession() as session:
            metrics = await (await session.get(f"{origin}/metrics")).text()
            slots = await (await session.get(f"{origin}/slots")).json()

    assert "llamacpp:prompt_tokens_cached_total" in metrics
    assert [slot["n_ctx"] for slot in slots] == [engine.CONTEXT_TOKENS_PER_SLOT] * 3
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"{origin}/health")


@pytest.mark.llamacpp
async def test_the_event_loop_keeps_running_while_a_server_starts() -> None:
    """Servers start side by side, not one after the other."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.001)

    ticking = asyncio.create_task(tick())
    async with embedded_server("small", slots=1):
        ticking.cancel()

    assert ticks > 5


@pytest.mark.llamacpp
def test_the_server_dies_with_a_parent_that_was_killed() -> None:
    """kill -9 of a run leaves no server behind."""
    parent_program = (
        "import subprocess, sys\n"
        "child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, start_new_session=True)\n"
        "print(child.pid, flush=True)\n"
        "child.wait()\n"
    )
    arguments = [sys.executable, "-c", parent_program, *command("small", slots=1)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child, line = int(parent.stdout.readline()), parent.stdout.readline()
        parent.kill()
        try:
            # The child holds the pipe's other end, so the end of the pipe is the child's end.
            rest, _ = parent.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            os.kill(child, signal.SIGKILL)
            raise

    assert "listening" in line
    assert rest == ""


@pytest.mark.llamacpp
def test_a_taken_port_is_one_line_with_the_remedy(base_url: str) -> None:
    """Exit code 2, nothing on standard output, and none of the engine's own lines."""
    port = base_url.split(":")[2].removesuffix("/v1")
    verb = [sys.executable, str(ROOT / "maasbench.py"), "embedded", "--model", "small"]
    ended = subprocess.run(
        [*verb, "--port", port], capture_output=True, text=True, timeout=60, check=False
    )

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert f"port {port}" in ended.stderr


async def test_an_unknown_model_is_named_with_the_known_ones() -> None:
    """Nothing is started for a name that cannot be served."""
    with pytest.raises(ConfigurationError, match=r"'large'.*small and better"):
        async with embedded_server("large", slots=1):
            pytest.fail("started")


@pytest.mark.llamacpp
@pytest.mark.parametrize(
    ("child", "told"),
    [
        pytest.param("raise SystemExit('no memory left')", "no memory left", id="with a reason"),
        pytest.param("", "it said nothing", id="without a word"),
        pytest.param("print('hello')", "it said nothing", id="with another first line"),
    ],
)
async def test_a_server_that_does_not_start_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, child: str, told: str
) -> None:
    """The last thing it wrote is the reason that a user gets to read."""
    launcher = tmp_path / "launcher.py"
    launcher.write_text(child)
    monkeypatch.setattr(child_process, "LAUNCHER", launcher)

    with pytest.raises(ConfigurationError, match=f"did not start: {told}"):
        async with embedded_server("small", slots=1):
            pytest.fail("started")


async def test_without_the_wheel_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without llama.cpp's server is told what to install."""
    monkeypatch.setitem(sys.modules, "xllamacpp", None)

    assert "pip install 'maasbench[local]'" in str(available())
    with pytest.raises(ConfigurationError, match="pip install"):
        async with embedded_server("small", slots=1):
            pytest.fail("started")


@pytest.mark.parametrize(
    ("system", "machine", "libc"),
    [
        pytest.param("Linux", "riscv64", "glibc", id="a processor without a wheel"),
        pytest.param("Linux", "x86_64", "", id="a Linux without glibc"),
        pytest.param("Darwin", "x86_64", "", id="a Mac with an Intel processor"),
    ],
)
def test_a_platform_without_a_wheel_is_sent_to_the_simulated_provider(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, libc: str
) -> None:
    """No advice to install what cannot be installed."""
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("platform.libc_ver", lambda: (libc, ""))

    reason = str(available())

    assert f"none for {system} {machine}" in reason
    assert "maasbench simulate" in reason
    assert "pip" not in reason
