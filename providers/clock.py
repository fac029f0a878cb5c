"""The clock seam: a monotonic clock for durations, a wall clock for tariffs.

Everything that waits or stamps takes a `Clock`, so that tests run in virtual time.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def monotonic_s(self) -> float:
        """Seconds on a clock that never goes back; only differences mean anything."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC."""

    async def sleep_until(self, monotonic_s: float) -> None:
        """Return at or after that instant of the monotonic clock, never before."""


class SystemClock:
    """The machine's own clocks."""

    def monotonic_s(self) -> float:
        return time.perf_counter()

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep_until(self, monotonic_s: float) -> None:
        # The loop's timer has a coarser grain than the clock and may fire a little early.
        while (gap := monotonic_s - time.perf_counter()) > 0:
            await asyncio.sleep(gap)


class VirtualClock:
    """A clock that jumps to whatever instant is waited for; for tests of schedules."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._elapsed_s = 0.0

    def monotonic_s(self) -> float:
        return self._elapsed_s

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed_s)

    async def sleep_until(self, monotonic_s: float) -> None:
        self._elapsed_s = max(self._elapsed_s, monotonic_s)
        await asyncio.sleep(0)
