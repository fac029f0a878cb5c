"""The `sdk` transport: what the official SDK sends, and what it lets its application see.

What it makes of TLS, proxies and whole answers is tested beside the other transports.
"""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from providers.clock import SystemClock
from providers.exchange import Exchange, HttpRequest, Timeouts
from providers.transports.sdk import SdkTransport
from tests.dialects.exchanges import chunk, sse
from tests.transports.conftest import Serve
from tests.transports.serving import Handler, Peer

pytest.importorskip("openai", reason="the openai SDK is not installed")

PATIENT = Timeouts(connect_s=5.0, first_token_s=5.0, idle_s=5.0, total_s=10.0)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
TICK_S = 0.02
BODY = '{"model":"m","messages":[],"stream":true,"extra":"费用","n":1.50}'.encode()
ACCEPT = (("content-type", "application/json"), ("accept", "text/event-stream"))
STREAM = sse(chunk({"content": "a"}), chunk({"content": "b"}), chunk({}, "stop"))


@pytest.fixture
async def sdk() -> AsyncIterator[SdkTransport]:
    transport = SdkTransport(SystemClock())
    yield transport
    await transport.close()


def asking(url: str, *headers: tuple[str, str]) -> HttpRequest:
    return HttpRequest(url=url, headers=(*ACCEPT, *headers), body=BODY)


def kind_of(exchange: Exchange) -> str | None:
    return None if exchange.fault is None else exchange.fault.kind


async def test_the_very_same_body_goes_out_with_the_requests_own_key_or_none(
    serve: Serve, sdk: SdkTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a byte is written anew, and nothing of the environment's account comes along."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-vendor")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    seen: list[tuple[str, bytes]] = []

    async def handler(peer: Peer) -> None:
        seen.append(await peer.request())
        await peer.send(HEAD + STREAM)

    served = await serve(handler)
    made_now = SdkTransport(SystemClock())

    await made_now.exchange(asking(served.url("/v4/chat/completions?a=b")), PATIENT)
    await made_now.exchange(asking(served.url(), ("authorization", "Bearer mine")), PATIENT)
    await made_now.close()

    heads = [head.lower() for head, _ in seen]
    assert [body for _, body in seen] == [BODY, BODY]
    assert heads[0].startswith("post /v4/chat/completions?a=b http/1.1\r\n")
    assert "authorization" not in heads[0]
    assert "authorization: bearer mine\r\n" in heads[1]
    assert "accept-encoding: identity\r\n" in heads[0]
    assert "secret" not in "".join(heads)


async def test_a_chunk_is_stamped_when_the_application_gets_it(
    serve: Serve, sdk: SdkTransport
) -> None:
    """One read per chunk, in order, none before the head and none after the end."""

    async def handler(peer: Peer) -> None:
        await peer.request()
        await peer.send(HEAD)
        for event in STREAM.split(b"\n\n")[:-1]:
            await peer.send(event + b"\n\n")
            await asyncio.sleep(TICK_S)

    served = await serve(handler)

    exchange = await sdk.exchange(asking(served.url()), PATIENT)

    instants = [at_s for at_s, _ in exchange.reads]
    assert exchange.first_byte_s is not None
    assert exchange.end_s is not None
    assert instants == sorted(instants)
    assert exchange.issued_s < exchange.first_byte_s <= instants[0]
    assert instants[-1] <= exchange.end_s
    assert [data[:6] for _, data in exchange.reads] == [b"data: "] * 3
    assert instants[1] - instants[0] > TICK_S / 2
    assert (exchange.connected_s, exchange.dns_s, exchange.reused) == (None, None, None)


@pytest.mark.parametrize("status", ["429 Too Many", "500 Oops", "503 Busy"])
async def test_the_sdk_does_not_ask_again_by_itself(
    status: str, serve: Serve, sdk: SdkTransport
) -> None:
    """Its retries would be attempts that nobody counts."""
    asked: list[int] = []

    async def handler(peer: Peer) -> None:
        await peer.request()
        asked.append(peer.number)
        await peer.send(f"HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\n{{}}".encode())
        await peer.closed_or_reset()

    served = await serve(handler)

    exchange = await sdk.exchange(asking(served.url()), PATIENT)

    assert (exchange.status, exchange.body(), exchange.fault) == (int(status[:3]), b"{}", None)
    assert asked == [1]


async def test_an_event_that_is_no_json_is_what_the_sdk_gives_up_on(
    serve: Serve, sdk: SdkTransport
) -> None:
    """An application would meet an exception; what came before it is kept."""

    async def handler(peer: Peer) -> None:
        await peer.request()
        await peer.send(HEAD + sse(chunk({"content": "a"}), "data: {oops", chunk({}, "stop")))

    served = await serve(handler)

    exchange = await sdk.exchange(asking(served.url()), PATIENT)

    assert exchange.fault is not None
    assert exchange.fault.kind == "stream_broken"
    assert "gave up: JSONDecodeError" in exchange.fault.message
    assert len(exchange.reads) == 1


async def test_a_port_without_a_server_refuses(sdk: SdkTransport) -> None:
    """In the words of the other transports."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"

    exchange = await sdk.exchange(asking(url), PATIENT)

    assert exchange.fault is not None
    assert (exchange.fault.kind, exchange.fault.message) == ("connection", "connection refused")


async def silent(peer: Peer) -> None:
    await peer.closed_or_reset()


async def only_comments(peer: Peer) -> None:
    await peer.request()
    await peer.send(HEAD)
    while True:
        await peer.send(b": still here\n\n")
        await asyncio.sleep(TICK_S / 4)


async def one_chunk(peer: Peer) -> None:
    await peer.request()
    await peer.send(HEAD + sse(chunk({"content": "a"}), done=False))
    await peer.closed_or_reset()


async def endless(peer: Peer) -> None:
    await peer.request()
    await peer.send(HEAD)
    while True:
        await peer.send(sse(chunk({"content": "a"}), done=False))
        await asyncio.sleep(TICK_S)


@pytest.mark.parametrize(
    ("handler", "scheme", "limits", "kind"),
    [
        (silent, "https", {"connect_s": TICK_S}, "timeout_connect"),
        (silent, "http", {"first_token_s": 5 * TICK_S}, "timeout_first_token"),
        (only_comments, "http", {"first_token_s": 5 * TICK_S}, "timeout_first_token"),
        (one_chunk, "http", {"idle_s": 5 * TICK_S}, "timeout_idle"),
        (endless, "http", {"total_s": 10 * TICK_S, "idle_s": 5.0}, "timeout_total"),
    ],
    ids=["no handshake", "no answer", "only comments", "silence in mid-answer", "no end"],
)
async def test_every_phase_has_its_limit(
    handler: Handler,
    scheme: str,
    limits: dict[str, float],
    kind: str,
    serve: Serve,
    sdk: SdkTransport,
) -> None:
    """The kinds are those of the other transports; what was heard before is kept."""
    served = await serve(handler)
    patience = {name: getattr(PATIENT, name) for name in PATIENT.__struct_fields__}

    exchange = await sdk.exchange(
        asking(served.url(scheme=scheme)), Timeouts(**(patience | limits))
    )

    assert kind_of(exchange) == kind
    assert bool(exchange.reads) == (handler in (one_chunk, endless))


@pytest.mark.parametrize("phase", ["waiting", "streaming"])
async def test_cancellation_closes_the_socket(phase: str, serve: Serve, sdk: SdkTransport) -> None:
    """It is re-raised, and the server sees the end."""
    reached, ended = asyncio.Event(), asyncio.Event()

    async def handler(peer: Peer) -> None:
        await peer.request()
        if phase == "streaming":
            await peer.send(HEAD + sse(chunk({"content": "a"}), done=False))
        reached.set()
        await peer.closed_or_reset()
        ended.set()

    served = await serve(handler)
    running = asyncio.create_task(sdk.exchange(asking(served.url()), PATIENT))
    await reached.wait()
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    async with asyncio.timeout(5):
        await ended.wait()


async def test_streams_side_by_side_lose_nothing(serve: Serve, sdk: SdkTransport) -> None:
    """Every application gets its own answer whole."""

    async def handler(peer: Peer) -> None:
        await peer.request()
        await peer.send(HEAD + STREAM)

    served = await serve(handler)

    exchanges = await asyncio.gather(
        *(sdk.exchange(asking(served.url()), PATIENT) for _ in range(32))
    )

    assert [(each.fault, len(each.reads)) for each in exchanges] == [(None, 3)] * 32
