"""The paced server on a loopback port."""

import errno
from asyncio import get_running_loop
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter

from providers.errors import ConfigurationError
from providers.paced.connection import connections
from providers.paced.pace import Pace
from providers.paced.truth import Truth
from providers.paced.wheel import Wheel

HOST = "127.0.0.1"
# Hundreds of streams that begin in the same instant.
_BACKLOG = 4096


@asynccontextmanager
async def paced_server(pace: Pace, *, port: int = 0) -> AsyncIterator[str]:
    """The base URL of a server that runs while the context is open; port 0 is a free one.

    Raises ConfigurationError when the port is taken.
    """
    wheel = Wheel(perf_counter)
    create = connections(pace, wheel, Truth())
    try:
        server = await get_running_loop().create_server(create, HOST, port, backlog=_BACKLOG)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        why = "is in use" if error.errno == errno.EADDRINUSE else "is not allowed"
        raise ConfigurationError(f"port {port} {why}; give another, or 0 for a free one") from error
    try:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        wheel.stop()
        server.close()
