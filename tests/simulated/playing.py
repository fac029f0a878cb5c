"""Builders for tests of the simulated provider: offers, requests, and reading the wire."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp
import msgspec

from providers.dialect import Dialect
from providers.offers import Offer
from providers.simulated.answers import AnswerBook
from providers.simulated.config import SimConfig
from providers.simulated.engine import Timing
from providers.simulated.server import simulated_server
from providers.simulated.simulator import Simulator

AT_ONCE = Timing(ttft_s=0.0, itl_s=0.0)
MODEL = "sim-1"
OPEN = Dialect(auth="none")
ANTHROPIC = Dialect(
    protocol="anthropic-messages",
    path="/messages",
    auth="x-api-key",
    usage_place="message_events",
    input_includes_cache=False,
)


def config(dialect: Dialect = OPEN, **settings: Any) -> SimConfig:
    """A server that answers at once, unless told otherwise."""
    limits = {name: settings.pop(name, None) for name in ("context_tokens", "max_output_tokens")}
    offer = Offer(id="url/sim-1", vendor="url", model=MODEL, base_url="", dialect=dialect, **limits)
    return SimConfig(offer=offer, **({"timing": AT_ONCE} | settings))


def ask(*turns: str, **fields: Any) -> dict[str, Any]:
    """A request body in which only users speak; a stream unless told otherwise."""
    messages = [{"role": "user", "content": turn} for turn in turns or ("hello",)]
    return {"model": MODEL, "messages": messages, "stream": True} | fields


def with_usage(*turns: str, **fields: Any) -> dict[str, Any]:
    return ask(*turns, stream_options={"include_usage": True}, **fields)


class Heard(NamedTuple):
    """What a client saw: the status, lower-case headers, all bytes, and whether HTTP ended."""

    status: int
    headers: dict[str, str]
    body: bytes
    ended: bool = True

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The JSON payloads of the stream, in order; the end marker is none."""
        lines = self.body.replace(b"\r\n", b"\n").split(b"\n")
        data = [line[6:] for line in lines if line.startswith(b"data: ")]
        return [msgspec.json.decode(payload) for payload in data if payload != b"[DONE]"]

    @property
    def usages(self) -> list[dict[str, Any]]:
        """Every usage object of the stream, wherever it stands."""
        found = [event.get("usage") for event in self.events]
        found += [
            choice.get("usage") for event in self.events for choice in event.get("choices") or []
        ]
        return [usage for usage in found if usage]

    @property
    def text(self) -> str:
        """The visible text of an OpenAI-like stream."""
        return "".join(
            choice["delta"].get("content") or ""
            for event in self.events
            for choice in event.get("choices") or []
        )


@asynccontextmanager
async def serving(
    settings: SimConfig | None = None, book: AnswerBook | None = None
) -> AsyncIterator["Visitor"]:
    """A running server and a client for it."""
    async with (
        simulated_server(settings or config(), book) as base_url,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session,
    ):
        yield Visitor(base_url, session)


class Visitor:
    """A plain HTTP client that reads raw bytes."""

    def __init__(self, base_url: str, session: aiohttp.ClientSession) -> None:
        self.base_url = base_url
        self._session = session

    async def post(
        self,
        body: dict[str, Any] | bytes,
        path: str = "/chat/completions",
        headers: dict[str, str] | None = None,
    ) -> Heard:
        data = body if isinstance(body, bytes) else msgspec.json.encode(body)
        url = self.base_url + path
        async with self._session.post(url, data=data, headers=headers) as response:
            received, ended = [], True
            try:
                async for chunk in response.content.iter_any():
                    received.append(chunk)
            except aiohttp.ClientPayloadError:
                ended = False
            names = {name.lower(): value for name, value in response.headers.items()}
            return Heard(response.status, names, b"".join(received), ended)

    async def get(self, path: str) -> Any:
        async with self._session.get(self.base_url + path) as response:
            return await response.json()


def respond(simulator: Simulator, body: dict[str, Any]) -> Heard:
    """The simulator's answer without a socket."""
    script, _ = simulator.respond("/v1/chat/completions", {}, msgspec.json.encode(body))
    return Heard(script.status, dict(script.headers), script.body)


def simulator(settings: SimConfig | None = None, book: AnswerBook | None = None) -> Simulator:
    return Simulator(settings or config(), book or AnswerBook(), lambda: 1.0)
