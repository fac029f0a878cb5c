"""One timer for all streams: who is due in which millisecond."""

import asyncio
import heapq
import math
from collections.abc import Callable
from typing import Protocol

# The grain of the event loops' timers: a finer wheel would only turn more often.
SLOT_S = 0.001


class Stream(Protocol):
    """Something to be played again and again."""

    def play(self) -> float | None:
        """Do what is due, and return when the next is due; None at the end."""


class Wheel:
    """Plays streams when they are due, never before; late ones catch up at once.

    A timer per stream would cost more than what it sends.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._slots: dict[int, list[Stream]] = {}
        self._order: list[int] = []
        self._timer: asyncio.TimerHandle | None = None
        self._fires_at = math.inf

    def put(self, stream: Stream, due_s: float) -> None:
        """Play a stream at that instant."""
        slot = self._place(stream, due_s)
        if slot * SLOT_S < self._fires_at:
            self._arm()

    def stop(self) -> None:
        """Play nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
        self._slots.clear()
        self._order.clear()

    def _place(self, stream: Stream, due_s: float) -> int:
        slot = math.ceil(due_s / SLOT_S)
        waiting = self._slots.get(slot)
        if waiting is None:
            self._slots[slot] = [stream]
            heapq.heappush(self._order, slot)
        else:
            waiting.append(stream)
        return slot

    def _turn(self) -> None:
        self._timer, self._fires_at = None, math.inf
        while self._order and self._order[0] * SLOT_S <= self._now_s():
            for stream in self._slots.pop(heapq.heappop(self._order)):
                due_s = stream.play()
                if due_s is not None:
                    self._place(stream, due_s)
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._fires_at = None, math.inf
        if self._order:
            self._fires_at = self._order[0] * SLOT_S
            # At least one grain of the timer: less is rounded to nothing and only spins.
            wait_s = max(SLOT_S, self._fires_at - self._now_s())
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._turn)
