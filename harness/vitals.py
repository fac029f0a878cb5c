"""What this process does to what it measures: late timers, CPU, collector, memory.

One timer of 50 ms and the collector's own callbacks: too little to show in what they watch.
"""

import asyncio
import gc
import sys
import time
from array import array
from types import TracebackType
from typing import Any, Self

from harness.instrument import PhaseVitals, spread

TICK_S = 0.05


class Vitals:
    """Watches the running loop's process for the length of the block, part by part."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._due_s = 0.0
        self._collecting_since_s: float | None = None
        self._begin()

    def __enter__(self) -> Self:
        gc.callbacks.append(self._on_collection)
        self._begin()
        self._arm()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        gc.callbacks.remove(self._on_collection)

    def part(self, phase: str, *, attempts: int, events: int) -> PhaseVitals:
        """What happened since the block or its last part began; a new part begins."""
        self._count_due(time.perf_counter())
        ended = PhaseVitals(
            phase=phase,
            wall_s=round(time.perf_counter() - self._began_s, 6),
            cpu_s=round(time.process_time() - self._cpu_s, 6),
            attempts=attempts,
            events=events,
            loop_lag_s=spread(self._lags_s),
            gc_s=round(self._gc_s, 6),
            gc_longest_s=round(self._gc_longest_s, 6),
            max_rss_bytes=max_rss_bytes(),
        )
        self._begin()
        return ended

    def _begin(self) -> None:
        self._began_s = time.perf_counter()
        self._cpu_s = time.process_time()
        self._due_s = self._began_s + TICK_S
        self._lags_s = array("d")
        self._gc_s = self._gc_longest_s = 0.0

    def _arm(self) -> None:
        wait_s = max(0.0, self._due_s - time.perf_counter())
        self._timer = self._loop.call_later(wait_s, self._tick)

    def _tick(self) -> None:
        self._count_due(time.perf_counter())
        self._arm()

    def _count_due(self, now_s: float) -> None:
        """Count every tick that is due: those that a blocked loop swallowed were late too.

        A timer that a loop's coarse clock fires early counts as punctual.
        """
        punctual_s = now_s + TICK_S / 10
        while self._due_s <= punctual_s:
            self._lags_s.append(max(0.0, now_s - self._due_s))
            self._due_s += TICK_S

    def _on_collection(self, stage: str, info: dict[str, Any]) -> None:
        now_s = time.perf_counter()
        if stage == "start":
            self._collecting_since_s = now_s
        elif self._collecting_since_s is not None:
            pause_s = now_s - self._collecting_since_s
            self._gc_s += pause_s
            self._gc_longest_s = max(self._gc_longest_s, pause_s)


def max_rss_bytes() -> int | None:
    """The process's peak resident memory; None where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
