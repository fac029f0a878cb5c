"""How exchanges fail: every phase's timeout, broken answers, cancellation.

Both transports are held to it, but for what aiohttp does not show: bytes that came together
with what broke the framing, an interim answer, and whether a close was orderly.
"""

import asyncio
import socket

import pytest

from providers.exchange import HttpRequest, Timeouts, Transport
from tests.transports.conftest import Serve, wire_only
from tests.transports.serving import Peer

PATIENT = Timeouts(connect_s=5.0, first_token_s=5.0, idle_s=5.0, total_s=10.0)
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
TICK_S = 0.02


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


BROKEN = {
    "nothing at all": (b"", "connection"),
    "half a head": (b"HTTP/1.1 200 OK\r\nconte", "stream_broken"),
    "less than the declared length": (
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello",
        "stream_broken",
    ),
    "half a chunk": (CHUNKED + b"9\r\nhello", "stream_broken"),
    "no final chunk": (CHUNKED + chunk(b"hello"), "stream_broken"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", "stream_broken"),
    "an upgrade nobody asked for": (
        b"HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
        "stream_broken",
    ),
}
BROKEN_BEFORE_WIRE_ALONE = {
    "a bad chunk size": (CHUNKED + chunk(b"hello") + b"zz\r\n", "stream_broken"),
    "only an interim answer": (b"HTTP/1.1 100 Continue\r\n\r\n", "stream_broken"),
}


@pytest.mark.parametrize("case", BROKEN, ids=str)
async def test_an_answer_that_breaks_off_is_told_from_none(
    case: str, serve: Serve, transport: Transport
) -> None:
    """Without a byte the connection failed; after one the stream broke. Bytes are kept."""
    await check_broken(*BROKEN[case], serve, transport)


@wire_only
@pytest.mark.parametrize("case", BROKEN_BEFORE_WIRE_ALONE, ids=str)
async def test_what_aiohttp_hides_is_told_by_wire(
    case: str, serve: Serve, transport: Transport
) -> None:
    """An interim answer is an answer begun, and bytes before a broken chunk are kept."""
    await check_broken(*BROKEN_BEFORE_WIRE_ALONE[case], serve, transport)


async def check_broken(answer: bytes, kind: str, serve: Serve, transport: Transport) -> None:
    async def handler(peer: Peer) -> None:
        await peer.request()
        await peer.send(answer)

    served = await serve(handler)

    exchange = await transport.exchange(HttpRequest(url=served.url(), body=b"{}"), PATIENT)

    assert exchange.fault is not None
    assert exchange.fault.kind == kind
    assert exchange.body() == (b"hello" if b"hello" in answer else b"")
    assert exchange.end_s is not None


@wire_only
async def test_a_reset_in_mid_answer_breaks_even_a_body_without_length(
    serve: Serve, transport: Transport
) -> None:
    """Only an orderly close ends a body that declares no length."""

    async def handler(peer: Peer) -> None:
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\n\r\nhalf")
        peer.refuse_to_linger()
        peer.reset()

    served = await serve(handler)

    exchange = await transport.exchange(HttpRequest(url=served.url()), PATIENT)

    assert exchange.fault is not None
    assert exchange.fault.kind == "stream_broken"


async def test_a_port_without_a_server_refuses(transport: Transport) -> None:
    """The fault says what the user has to look at."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    exchange = await transport.exchange(HttpRequest(url=f"http://127.0.0.1:{port}/"), PATIENT)

    assert exchange.fault is not None
    assert (exchange.fault.kind, exchange.fault.message) == ("connection", "connection refused")
    assert (exchange.connected_s, exchange.status) == (None, None)


async def test_a_server_that_closes_as_soon_as_it_accepts_is_one_fault(
    serve: Serve, transport: Transport
) -> None:
    """Whether the close comes before or after the request was written, nothing hangs."""

    async def handler(peer: Peer) -> None:
        peer.reset()

    served = await serve(handler)

    exchanges = await asyncio.gather(
        *(transport.exchange(HttpRequest(url=served.url(), body=b"{}"), PATIENT) for _ in range(9))
    )

    assert {each.fault.kind for each in exchanges if each.fault} == {"connection"}
    assert all(each.fault for each in exchanges)


async def silent(peer: Peer) -> None:
    await peer.closed_or_reset()


async def test_a_handshake_that_does_not_come_times_out(serve: Serve, transport: Transport) -> None:
    """The connect phase covers TCP and TLS together."""
    served = await serve(silent)
    limits = Timeouts(connect_s=TICK_S, first_token_s=5.0, idle_s=5.0, total_s=10.0)

    exchange = await transport.exchange(HttpRequest(url=served.url(scheme="https")), limits)

    assert exchange.fault is not None
    assert exchange.fault.kind == "timeout_connect"


async def test_the_total_limit_holds_while_connecting(serve: Serve, transport: Transport) -> None:
    """A total below the connect limit is the one that is named."""
    served = await serve(silent)
    limits = Timeouts(connect_s=5.0, first_token_s=5.0, idle_s=5.0, total_s=TICK_S)

    exchange = await transport.exchange(HttpRequest(url=served.url(scheme="https")), limits)

    assert exchange.fault is not None
    assert exchange.fault.kind == "timeout_total"


async def keep_alive_comments(peer: Peer) -> None:
    await peer.request()
    await peer.send(CHUNKED)
    while True:
        # Cut so that a comment's rest arrives without its colon.
        for piece in (b": keep", b"-alive data\n", b"\r\n"):
            await peer.send(chunk(piece))
            await asyncio.sleep(TICK_S / 4)


async def test_keep_alive_comments_are_no_first_token(serve: Serve, transport: Transport) -> None:
    """Comments and blank lines do not stop the clock of the first token."""
    served = await serve(keep_alive_comments)
    limits = Timeouts(connect_s=5.0, first_token_s=4 * TICK_S, idle_s=5.0, total_s=10.0)

    exchange = await transport.exchange(HttpRequest(url=served.url()), limits)

    assert exchange.fault is not None
    assert exchange.fault.kind == "timeout_first_token"
    assert len(exchange.reads) > 1


async def test_comments_end_no_idle_wait_but_keep_it_alive(
    serve: Serve, transport: Transport
) -> None:
    """After the first token any bytes count as a sign of life, until the total runs out."""

    async def handler(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED + chunk(b"data: 1\n\n"))
        while True:
            await peer.send(chunk(b":\n"))
            await asyncio.sleep(TICK_S)

    served = await serve(handler)
    limits = Timeouts(connect_s=5.0, first_token_s=5.0, idle_s=15 * TICK_S, total_s=30 * TICK_S)

    exchange = await transport.exchange(HttpRequest(url=served.url()), limits)

    assert exchange.fault is not None
    assert exchange.fault.kind == "timeout_total"


async def test_silence_in_mid_answer_times_out_after_the_last_read(
    serve: Serve, transport: Transport
) -> None:
    """The idle limit counts from the last read, not from the first."""

    async def handler(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED)
        for _ in range(4):
            await peer.send(chunk(b"data: 1\n\n"))
            await asyncio.sleep(TICK_S)
        await peer.closed_or_reset()

    served = await serve(handler)
    limits = Timeouts(connect_s=5.0, first_token_s=5.0, idle_s=15 * TICK_S, total_s=10.0)

    exchange = await transport.exchange(HttpRequest(url=served.url()), limits)

    assert exchange.fault is not None
    assert exchange.fault.kind == "timeout_idle"
    assert exchange.end_s is not None
    assert exchange.end_s - exchange.reads[-1][0] >= limits.idle_s
    assert len(exchange.reads) == 4


async def test_a_timeout_closes_the_connection(serve: Serve, transport: Transport) -> None:
    """A server that was given up on is told so, and its late answer is never heard."""
    ended = asyncio.Event()

    async def handler(peer: Peer) -> None:
        await peer.request()
        await peer.closed_or_reset()
        ended.set()

    served = await serve(handler)
    limits = Timeouts(connect_s=5.0, first_token_s=TICK_S, idle_s=5.0, total_s=10.0)

    await transport.exchange(HttpRequest(url=served.url()), limits)

    async with asyncio.timeout(5):
        await ended.wait()


@pytest.mark.parametrize("phase", ["connecting", "waiting", "streaming"])
async def test_cancellation_closes_the_socket(
    phase: str, serve: Serve, transport: Transport
) -> None:
    """Cancelling an exchange re-raises and leaves nothing open, in whatever phase."""
    reached, ended = asyncio.Event(), asyncio.Event()

    async def handler(peer: Peer) -> None:
        if phase == "streaming":
            await peer.request()
            await peer.send(CHUNKED + chunk(b"data: 1\n\n"))
        reached.set()
        await peer.closed_or_reset()
        ended.set()

    served = await serve(handler)
    url = served.url(scheme="https" if phase == "connecting" else "http")
    running = asyncio.create_task(transport.exchange(HttpRequest(url=url), PATIENT))
    await reached.wait()
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    async with asyncio.timeout(5):
        await ended.wait()
