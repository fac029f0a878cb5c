"""The transport and both adapters against llama.cpp's own server."""

import asyncio
from collections.abc import Callable

import pytest

from providers.dialect import Adapter, Ask, Dialect
from providers.dialects.anthropic_messages import AnthropicMessages
from providers.dialects.openai_chat import OpenAIChat
from providers.exchange import Timeouts, Transport
from providers.outcomes import Outcome
from providers.probe import preflight

pytestmark = pytest.mark.llamacpp

PATIENT = Timeouts(connect_s=10.0, first_token_s=60.0, idle_s=30.0, total_s=90.0)
OPENAI = Dialect()
ANTHROPIC = Dialect(protocol="anthropic-messages", path="/messages", input_includes_cache=False)
QUESTION = "Write a Python function luna(x) that returns x plus 3."
ADAPTERS: dict[str, tuple[Adapter, Dialect]] = {
    "openai-chat": (OpenAIChat(), OPENAI),
    "anthropic-messages": (AnthropicMessages(), ANTHROPIC),
}


@pytest.fixture
def base_url(llama_server: Callable[[str], str]) -> str:
    return llama_server("better")


def ask(*, stream: bool) -> Ask:
    message = {"role": "user", "content": QUESTION}
    return Ask(model="m", messages=(message,), max_tokens=40, temperature=0.0, stream=stream)


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "one piece"])
@pytest.mark.parametrize("protocol", ADAPTERS)
async def test_a_real_answer_is_read_in_both_protocols(
    protocol: str, base_url: str, transport: Transport, *, stream: bool
) -> None:
    """Text, counts and instants come out of a server that was not written for us."""
    adapter, dialect = ADAPTERS[protocol]
    request = adapter.request(ask(stream=stream), dialect, base_url, None)

    exchange = await transport.exchange(request, PATIENT)
    answer = adapter.decode(exchange, dialect, stream=stream)

    assert answer.outcome in (Outcome.OK, Outcome.LENGTH), answer.error
    assert answer.text
    assert (answer.usage.provenance, answer.usage.flags) == ("reported", ())
    assert answer.usage.output_tokens
    assert bool(answer.deltas) == stream


async def test_concurrent_streams_lose_nothing(base_url: str, transport: Transport) -> None:
    """llama.cpp closes after every stream what it promised to keep; no answer is lost."""
    adapter, dialect = ADAPTERS["openai-chat"]
    request = adapter.request(ask(stream=True), dialect, base_url, None)

    async def user() -> list[Outcome]:
        exchanges = [await transport.exchange(request, PATIENT) for _ in range(5)]
        return [adapter.decode(each, dialect, stream=True).outcome for each in exchanges]

    outcomes = await asyncio.gather(*(user() for _ in range(8)))

    assert {outcome for user_ in outcomes for outcome in user_} <= {Outcome.OK, Outcome.LENGTH}


async def test_a_real_server_lists_its_model(base_url: str, transport: Transport) -> None:
    """The look before the money finds the model."""
    assert (await preflight(transport, base_url, OPENAI, None)).models
