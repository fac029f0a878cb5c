"""Opening a connection: TCP, a proxy's tunnel where there is one, TLS."""

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable

from providers.transports.connection import Connection
from providers.transports.target import Proxy, Target

_LONGEST_PROXY_HEAD = 16_384


class DialError(Exception):
    """Why no connection could be opened, in one line."""


async def dial(
    target: Target, tls: ssl.SSLContext | None, create: Callable[[], Connection]
) -> Connection:
    """An open connection to a target, certificate verified.

    Raises DialError; cancellation leaves no socket behind.
    """
    try:
        if target.proxy is not None and target.secure:
            connection = await _tunnelled(target, target.proxy, tls, create)
        else:
            peer = target.proxy or target
            loop = asyncio.get_running_loop()
            _, connection = await loop.create_connection(create, peer.host, peer.port, ssl=tls)
    except OSError as exc:
        raise DialError(_in_words(exc)) from exc
    return connection


async def _tunnelled(
    target: Target,
    proxy: Proxy,
    tls: ssl.SSLContext | None,
    create: Callable[[], Connection],
) -> Connection:
    loop = asyncio.get_running_loop()
    transport, greeting = await loop.create_connection(_ProxyGreeting, proxy.host, proxy.port)
    try:
        transport.write(_connect_head(target, proxy))
        status = await greeting.status
        if status != 200:
            raise DialError(f"the proxy {proxy.host}:{proxy.port} answered {status or 'nothing'}")
        connection = create()
        assert tls is not None
        secured = await loop.start_tls(transport, connection, tls, server_hostname=target.host)
    except BaseException:
        transport.abort()
        raise
    assert secured is not None
    # The loop does not announce a transport that it has upgraded.
    connection.connection_made(secured)
    return connection


def _connect_head(target: Target, proxy: Proxy) -> bytes:
    lines = [f"CONNECT {target.authority} HTTP/1.1", f"host: {target.authority}"]
    if proxy.authorization:
        lines.append(f"proxy-authorization: {proxy.authorization}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class _ProxyGreeting(asyncio.Protocol):
    """Reads the head of a proxy's answer to CONNECT; `status` is 0 when none came."""

    def __init__(self) -> None:
        self.status: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._head = b""

    def data_received(self, data: bytes) -> None:
        self._head += data
        if b"\r\n\r\n" in self._head or len(self._head) > _LONGEST_PROXY_HEAD:
            words = self._head.split(maxsplit=2)
            is_status = len(words) > 1 and words[1].isdigit()
            self._settle(int(words[1]) if is_status else 0)

    def connection_lost(self, exc: Exception | None) -> None:
        self._settle(0)

    def _settle(self, status: int) -> None:
        if not self.status.done():
            self.status.set_result(status)


def _in_words(exc: OSError) -> str:
    if isinstance(exc, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted: {exc.verify_message}"
    if isinstance(exc, ssl.SSLError):
        return f"TLS failed: {exc.reason or exc}"
    if isinstance(exc, socket.gaierror):
        return f"the host name is not known: {exc.strerror}"
    # Several addresses that failed are told in one error without a number of its own.
    if exc.errno == errno.ECONNREFUSED or f"[Errno {errno.ECONNREFUSED}]" in str(exc):
        return "connection refused"
    return exc.strerror or str(exc) or type(exc).__name__
