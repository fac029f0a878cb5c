"""Servers that stop with their test, and a transport that is closed after it."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from ssl import SSLContext

import pytest

from providers.clock import SystemClock
from providers.transports.wire import WireTransport
from tests.transports.serving import Handler, Served, serving

LoopFactory = Callable[[], asyncio.AbstractEventLoop]
Serve = Callable[..., Awaitable[Served]]


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


@pytest.fixture
async def wire() -> AsyncIterator[WireTransport]:
    transport = WireTransport(SystemClock())
    yield transport
    await transport.close()
