"""Loopback servers that control every byte and every close."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ssl import SSLContext

Handler = Callable[["Peer"], Awaitable[None]]


class Peer:
    """The server's end of one connection; `number` counts connections from 1."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        self._reader = reader
        self._writer = writer
        self.number = number

    async def request(self) -> tuple[str, bytes]:
        """The next request's head and body; raises IncompleteReadError at the end."""
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lengths = [
            int(line.partition(":")[2])
            for line in head.splitlines()
            if line.lower().startswith("content-length:")
        ]
        return head, await self._reader.readexactly(lengths[0] if lengths else 0)

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def closed(self) -> None:
        """Return when the client has closed its end."""
        while await self._reader.read(65_536):
            pass

    async def closed_or_reset(self) -> None:
        try:
            await self.closed()
        except ConnectionResetError:
            return

    async def joined_to(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass bytes both ways until both ends have ended."""
        await asyncio.gather(_piped(self._reader, writer), _piped(reader, self._writer))

    def refuse_to_linger(self) -> None:
        """Make the coming close a reset instead of an orderly end."""
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def reset(self) -> None:
        self._writer.transport.abort()


async def _piped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


class Served:
    """A running server: its port, and how many connections it has accepted."""

    def __init__(self) -> None:
        self.port = 0
        self.connections = 0

    def url(self, path: str = "/v1/chat/completions", scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.port}{path}"


@asynccontextmanager
async def serving(handler: Handler, tls: SSLContext | None = None) -> AsyncIterator[Served]:
    """A server on a free loopback port that runs the handler once per connection."""
    served, failures = Served(), list[BaseException]()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.connections += 1
        try:
            await handler(Peer(reader, writer, served.connections))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except Exception as exc:
            failures.append(exc)
        finally:
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
    assert failures == []
