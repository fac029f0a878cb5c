"""Keeping connections alive, and surviving servers that do not mean it.

Both transports lose nothing. aiohttp reuses the connection that has rested longest, looks at
no connection before it sends (so it repairs afterwards, and says so), and its connections age
by a clock of its own.
"""

import asyncio
import socket

import pytest

from providers.clock import SystemClock
from providers.exchange import HttpRequest, Timeouts, Transport
from tests.transports.conftest import Make, Serve, wire_only
from tests.transports.serving import Peer

PATIENT = Timeouts(connect_s=5.0, first_token_s=5.0, idle_s=5.0, total_s=10.0)
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
STREAM = (
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n"
    b"keep-alive: timeout=5, max=100\r\n\r\n2\r\nok\r\n0\r\n\r\n"
)


async def answer_forever(peer: Peer) -> None:
    while True:
        await peer.request()
        await peer.send(OK)


async def test_a_second_exchange_uses_the_first_ones_connection(
    serve: Serve, transport: Transport
) -> None:
    """A kept-alive connection is reused, and the record says so."""
    served = await serve(answer_forever)

    exchanges = [await transport.exchange(HttpRequest(url=served.url()), PATIENT) for _ in range(3)]

    assert [exchange.reused for exchange in exchanges] == [False, True, True]
    assert served.connections == 1


@wire_only
async def test_the_connection_used_last_is_used_first(serve: Serve, transport: Transport) -> None:
    """Reuse is last in, first out, so that the rest can grow old and close."""
    at_once = asyncio.Barrier(2)
    used: list[int] = []

    async def handler(peer: Peer) -> None:
        while True:
            head, _ = await peer.request()
            used.append(peer.number)
            if "/pair" in head:
                await at_once.wait()
            await peer.send(OK)
            if "/pair" in head and peer.number == 1:
                used.clear()

    served = await serve(handler)
    pair = HttpRequest(url=served.url("/pair"))
    await asyncio.gather(transport.exchange(pair, PATIENT), transport.exchange(pair, PATIENT))
    used.clear()

    for _ in range(4):
        await transport.exchange(HttpRequest(url=served.url()), PATIENT)

    assert len(set(used)) == 1


async def test_servers_that_announce_keep_alive_and_close_lose_nothing(
    serve: Serve, transport: Transport
) -> None:
    """llama.cpp promises a kept-alive connection and closes it after every stream."""

    async def handler(peer: Peer) -> None:
        await peer.request()
        await peer.send(STREAM)

    served = await serve(handler)

    async def user() -> list[bytes | None]:
        request = HttpRequest(url=served.url(), body=b"{}")
        exchanges = [await transport.exchange(request, PATIENT) for _ in range(10)]
        return [exchange.body() if exchange.fault is None else None for exchange in exchanges]

    heard = await asyncio.gather(*(user() for _ in range(32)))

    assert heard == [[b"ok"] * 10] * 32


@wire_only
async def test_a_connection_closed_while_idle_is_not_used(
    serve: Serve, transport: Transport
) -> None:
    """An end that came while idle is noticed before the next request, so nothing is retried."""
    gone = asyncio.Event()

    async def handler(peer: Peer) -> None:
        await peer.request()
        await peer.send(OK)
        if peer.number == 1:
            peer.reset()
            gone.set()

    served = await serve(handler)
    await transport.exchange(HttpRequest(url=served.url()), PATIENT)
    await gone.wait()

    exchange = await transport.exchange(HttpRequest(url=served.url()), PATIENT)

    assert (exchange.fault, exchange.reused, exchange.fresh_retries) == (None, False, 0)


@pytest.mark.parametrize("way", ["close", "reset"])
async def test_a_close_that_crosses_the_request_is_repaired_once(
    way: str, serve: Serve, transport: Transport
) -> None:
    """A kept connection that ends before any byte of the answer is replaced by a fresh one."""

    async def handler(peer: Peer) -> None:
        await peer.request()
        await peer.send(OK)
        await peer.request()
        if peer.number > 1:
            await peer.send(OK)
        elif way == "reset":
            peer.refuse_to_linger()

    served = await serve(handler)
    request = HttpRequest(url=served.url(), body=b"{}")
    await transport.exchange(request, PATIENT)

    exchange = await transport.exchange(request, PATIENT)

    assert (exchange.fault, exchange.body()) == (None, b"ok")
    assert (exchange.reused, exchange.fresh_retries, served.connections) == (False, 1, 2)


async def test_a_fresh_connection_is_not_tried_twice(serve: Serve, transport: Transport) -> None:
    """When the replacement closes as well, that is the server's answer."""

    async def handler(peer: Peer) -> None:
        await peer.request()
        if peer.number == 1:
            await peer.send(OK)
            await peer.request()

    served = await serve(handler)
    request = HttpRequest(url=served.url())
    await transport.exchange(request, PATIENT)

    exchange = await transport.exchange(request, PATIENT)

    assert exchange.fault is not None
    assert exchange.fault.kind == "connection"
    assert (exchange.fresh_retries, served.connections) == (1, 2)


async def test_a_half_heard_answer_is_not_repeated(serve: Serve, transport: Transport) -> None:
    """Once a byte of the answer came, the request may have been carried out and billed."""

    async def handler(peer: Peer) -> None:
        await peer.request()
        await peer.send(OK)
        await peer.request()
        await peer.send(b"HTTP/1.1 2")

    served = await serve(handler)
    request = HttpRequest(url=served.url())
    await transport.exchange(request, PATIENT)

    exchange = await transport.exchange(request, PATIENT)

    assert exchange.fault is not None
    assert (exchange.fault.kind, exchange.fresh_retries) == ("stream_broken", 0)
    assert served.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
        OK + b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil",
    ],
    ids=["connection: close", "HTTP/1.0", "a second answer"],
)
async def test_a_connection_that_cannot_be_trusted_is_closed(
    answer: bytes, serve: Serve, transport: Transport
) -> None:
    """The next exchange opens a connection of its own and hears only its own answer."""
    await check_closed_after(answer, serve, transport)


@wire_only
async def test_stray_bytes_after_an_answer_do_not_spoil_it(
    serve: Serve, transport: Transport
) -> None:
    """The answer was whole before they came; aiohttp takes it for a broken one."""
    await check_closed_after(OK + b"stray", serve, transport)


async def check_closed_after(answer: bytes, serve: Serve, transport: Transport) -> None:

    async def handler(peer: Peer) -> None:
        await peer.request()
        await peer.send(answer)
        await peer.closed_or_reset()

    served = await serve(handler)

    exchanges = [await transport.exchange(HttpRequest(url=served.url()), PATIENT) for _ in range(2)]

    assert [(exchange.body(), exchange.reused) for exchange in exchanges] == [(b"ok", False)] * 2
    assert served.connections == 2


async def test_bytes_that_nobody_asked_for_end_an_idle_connection(
    serve: Serve, transport: Transport
) -> None:
    """What a server sends between exchanges never becomes the next answer."""
    sent = asyncio.Event()

    async def handler(peer: Peer) -> None:
        await peer.request()
        await peer.send(OK)
        if peer.number == 1:
            await peer.send(b"HTTP/1.1 408 Timeout\r\ncontent-length: 0\r\n\r\n")
            sent.set()
        await peer.closed_or_reset()

    served = await serve(handler)
    await transport.exchange(HttpRequest(url=served.url()), PATIENT)
    await sent.wait()

    exchange = await transport.exchange(HttpRequest(url=served.url()), PATIENT)

    assert (exchange.status, exchange.reused) == (200, False)


class AheadClock(SystemClock):
    """The system's clock, set ahead by hand."""

    ahead_s = 0.0

    def monotonic_s(self) -> float:
        return super().monotonic_s() + self.ahead_s


@wire_only
async def test_a_connection_idle_for_long_is_not_trusted(serve: Serve, make: Make) -> None:
    """Middleboxes drop silent connections without a word, so old ones are closed unused."""
    served = await serve(answer_forever)
    clock = AheadClock()
    transport = make(clock)
    await transport.exchange(HttpRequest(url=served.url()), PATIENT)
    clock.ahead_s = 60.0

    exchange = await transport.exchange(HttpRequest(url=served.url()), PATIENT)
    await transport.close()

    assert (exchange.reused, served.connections) == (False, 2)


async def test_closing_the_transport_closes_its_connections(serve: Serve, make: Make) -> None:
    """After `close` the server sees the end of every idle connection."""
    ended = asyncio.Event()

    async def handler(peer: Peer) -> None:
        await peer.request()
        await peer.send(OK)
        await peer.closed_or_reset()
        ended.set()

    served = await serve(handler)
    transport = make(SystemClock())
    await transport.exchange(HttpRequest(url=served.url()), PATIENT)

    await transport.close()

    async with asyncio.timeout(5):
        await ended.wait()


@wire_only
async def test_connections_opened_beforehand_are_used(serve: Serve, transport: Transport) -> None:
    """The first requests of a load do not wait for connections of their own."""
    served = await serve(answer_forever)

    await transport.warm(served.url(), 3)
    await transport.warm(served.url(), 3)
    exchanges = await asyncio.gather(
        *(transport.exchange(HttpRequest(url=served.url()), PATIENT) for _ in range(3))
    )

    assert [exchange.reused for exchange in exchanges] == [True, True, True]
    assert served.connections == 3


@wire_only
async def test_a_server_that_is_not_there_is_met_by_the_first_exchange(
    transport: Transport,
) -> None:
    """Opening connections beforehand reports nothing, so that nothing is reported twice."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/v1/chat/completions"

    await transport.warm(url, 2)
    exchange = await transport.exchange(HttpRequest(url=url), PATIENT)

    assert exchange.fault is not None
    assert exchange.fault.kind == "connection"
