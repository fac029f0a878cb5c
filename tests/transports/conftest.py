"""Servers that stop with their test, and each transport in turn, closed after it."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from ssl import SSLContext

import pytest

from providers.clock import Clock, SystemClock
from providers.exchange import Transport
from providers.transports.aio import AioTransport
from providers.transports.wire import WireTransport
from tests.transports.identity import identity
from tests.transports.serving import Handler, Served, serving

__all__ = ["identity", "make", "pytest_asyncio_loop_factories", "serve", "transport"]

LoopFactory = Callable[[], asyncio.AbstractEventLoop]
Serve = Callable[..., Awaitable[Served]]
Make = Callable[[Clock], Transport]

# Those that promise the same of any HTTP exchange. What only `wire` promises says so.
KINDS: Mapping[str, Make] = {"wire": WireTransport, "aio": AioTransport}
wire_only = pytest.mark.parametrize("make", ["wire"], indirect=True)


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, LoopFactory]:
    """Everything here has to hold on Python's own loop and on uvloop, which measures."""
    factories: dict[str, LoopFactory] = {"asyncio": asyncio.new_event_loop}
    if sys.platform != "win32":
        import uvloop

        factories["uvloop"] = uvloop.new_event_loop
    return factories


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts servers that stop with the test."""
    async with AsyncExitStack() as stack:

        async def start(handler: Handler, tls: SSLContext | None = None) -> Served:
            return await stack.enter_async_context(serving(handler, tls))

        yield start


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest) -> Make:
    """How the transport under test is made, for tests that make it at a moment of their own."""
    return KINDS[request.param]


@pytest.fixture
async def transport(make: Make) -> AsyncIterator[Transport]:
    made = make(SystemClock())
    yield made
    await made.close()
