"""Looks at the engines behind a run's offers while it goes: their `/metrics`, once a second.

Apart from what is measured: a task and a connection of its own per offer, no key, and a page
that does not come is written down as such. It never fails a run.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from harness.endpoint import Endpoint
from harness.records import EngineSample
from harness.store import EngineJournal
from providers.clock import Clock
from providers.engine_metrics import SELF_HOSTED, metrics_url, read_metrics
from providers.exchange import HttpRequest, Timeouts
from providers.transports.choice import open_transport

EVERY_S = 1.0
# A page that takes longer is from another second than the one it is for.
_PATIENCE = Timeouts(connect_s=2.0, first_token_s=2.0, idle_s=2.0, total_s=2.0)


@asynccontextmanager
async def scraping(
    endpoints: Mapping[str, Endpoint], journal: EngineJournal, clock: Clock
) -> AsyncIterator[None]:
    """Sample the engines that publish metrics for the length of the block, its two ends
    included; those that do not are not asked again."""
    async with AsyncExitStack() as stack:
        for endpoint in endpoints.values():
            if endpoint.offer.vendor in SELF_HOSTED and not endpoint.offer.simulated:
                await stack.enter_async_context(_sampled(endpoint, journal, clock))
        yield


@asynccontextmanager
async def _sampled(endpoint: Endpoint, journal: EngineJournal, clock: Clock) -> AsyncIterator[None]:
    scraper = Scraper(endpoint.offer.id, endpoint.offer.base_url, clock)
    try:
        first = await scraper.sample()
        if first.reading is None:
            yield
            return
        journal.add(first)
        task = asyncio.create_task(_every_second(scraper, journal, clock))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            journal.add(await scraper.sample())
    finally:
        await scraper.close()


class Scraper:
    """One engine's metrics page, asked for over a connection of its own."""

    def __init__(self, offer: str, base_url: str, clock: Clock) -> None:
        self._offer = offer
        self._clock = clock
        self._transport = open_transport("wire", clock)
        self._request = HttpRequest(
            method="GET", url=metrics_url(base_url), headers=(("accept", "text/plain"),)
        )

    async def sample(self) -> EngineSample:
        """What the engine says now; a failure is a sample with an `error`."""
        at = self._clock.now()
        exchange = await self._transport.exchange(self._request, _PATIENCE)
        reading = None
        if exchange.fault is not None:
            error = exchange.fault.message
        elif exchange.status != 200:
            error = f"HTTP {exchange.status}"
        else:
            reading = read_metrics(exchange.body())
            error = "" if reading is not None else "no metrics of an engine that is known"
        return EngineSample(offer=self._offer, at=at, reading=reading, error=error[:200])

    async def close(self) -> None:
        await self._transport.close()


async def _every_second(scraper: Scraper, journal: EngineJournal, clock: Clock) -> None:
    due_s = clock.monotonic_s()
    while True:
        due_s = max(due_s + EVERY_S, clock.monotonic_s())
        await clock.sleep_until(due_s)
        journal.add(await scraper.sample())
