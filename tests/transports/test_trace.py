"""What opening a connection took, step by step."""

import pytest

from providers.clock import SystemClock
from providers.exchange import Exchange, HttpRequest, Timeouts, Transport
from tests.transports.conftest import Make, Serve, wire_only
from tests.transports.identity import Identity
from tests.transports.serving import Peer

PATIENT = Timeouts(connect_s=5.0, first_token_s=5.0, idle_s=5.0, total_s=10.0)
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


async def answer_forever(peer: Peer) -> None:
    while True:
        await peer.request()
        await peer.send(OK)


def connecting_s(exchange: Exchange) -> float:
    assert exchange.connected_s is not None
    return exchange.connected_s - exchange.issued_s


async def test_a_name_is_looked_up_and_an_address_is_not(
    serve: Serve, transport: Transport
) -> None:
    """A step that was not taken has no duration, not one of zero."""
    served = await serve(answer_forever)

    by_address = await transport.exchange(HttpRequest(url=served.url()), PATIENT)
    by_name = await transport.exchange(HttpRequest(url=f"http://localhost:{served.port}/"), PATIENT)

    assert (by_address.fault, by_name.fault) == (None, None)
    assert (by_address.dns_s, by_address.tls_s) == (None, None)
    assert by_address.tcp_s is not None
    assert 0 < by_address.tcp_s <= connecting_s(by_address)
    assert by_name.dns_s is not None
    assert by_name.tcp_s is not None
    assert 0 < by_name.dns_s + by_name.tcp_s <= connecting_s(by_name)


async def test_a_reused_connection_was_not_opened(serve: Serve, transport: Transport) -> None:
    """Its exchange took none of the steps."""
    served = await serve(answer_forever)
    await transport.exchange(HttpRequest(url=served.url()), PATIENT)

    exchange = await transport.exchange(HttpRequest(url=served.url()), PATIENT)

    assert exchange.reused
    assert (exchange.dns_s, exchange.tcp_s, exchange.tls_s) == (None, None, None)


@wire_only
async def test_the_handshake_is_told_from_tcp(
    serve: Serve, identity: Identity, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """aiohttp shows them as one step, and leaves both unknown."""
    monkeypatch.setenv("SSL_CERT_FILE", str(identity.certificate))
    served = await serve(answer_forever, identity.server)

    transport = make(SystemClock())
    exchange = await transport.exchange(HttpRequest(url=served.url(scheme="https")), PATIENT)
    await transport.close()

    assert exchange.fault is None
    assert exchange.tcp_s is not None
    assert exchange.tls_s is not None
    assert 0 < exchange.tcp_s < exchange.tcp_s + exchange.tls_s <= connecting_s(exchange)


@wire_only
async def test_what_came_before_a_failed_handshake_is_known(
    serve: Serve, identity: Identity, transport: Transport
) -> None:
    """Name and TCP were fine: the certificate is what to look at."""
    served = await serve(answer_forever, identity.server)
    url = f"https://localhost:{served.port}/"

    exchange = await transport.exchange(HttpRequest(url=url), PATIENT)

    assert exchange.fault is not None
    assert exchange.dns_s is not None
    assert exchange.tcp_s is not None
    assert (exchange.tls_s, exchange.connected_s) == (None, None)
