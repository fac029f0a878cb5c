"""The timers of one exchange, and what counts as a first sign of an answer.

Timers belong to the event loop: a read costs no timer operation, the idle timer looks up
when the last read was each time it fires.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from providers.clock import Clock
from providers.exchange import Exchange, Fault, FaultKind, Timeouts


class Quiet:
    """Tells keep-alive comments and blank lines from the first bytes that say something."""

    def __init__(self) -> None:
        self._in_comment = False

    def ends_with(self, data: bytes) -> bool:
        """Whether these next bytes of the body are more than comments and blank lines."""
        for line in data.splitlines(keepends=True):
            starts_comment = line.lstrip().startswith(b":")
            if line.strip() and not (self._in_comment or starts_comment):
                return True
            in_comment = self._in_comment or starts_comment
            self._in_comment = in_comment and not line.endswith((b"\n", b"\r"))
        return False


class Deadlines:
    """Calls `expire` once, with the fault, when a phase of the exchange takes too long.

    It begins in the phase of the first token, or while connecting in the one before it.
    """

    def __init__(
        self,
        clock: Clock,
        timeouts: Timeouts,
        issued_s: float,
        expire: Callable[[Fault], None],
        *,
        connecting: bool = False,
    ) -> None:
        self._clock = clock
        self._timeouts = timeouts
        self._expire = expire
        self._loop = asyncio.get_running_loop()
        self._last_read_s = 0.0
        left_s = issued_s + timeouts.total_s - clock.monotonic_s()
        self._total = self._loop.call_later(max(0.0, left_s), self._fire, "timeout_total")
        self._phase = (
            self._loop.call_later(timeouts.connect_s, self._fire, "timeout_connect")
            if connecting
            else self._waiting()
        )

    def connected(self) -> None:
        """The connection is there: from here on an answer is waited for."""
        self._phase.cancel()
        self._phase = self._waiting()

    def speaking(self, at_s: float) -> None:
        """The first sign of an answer came: from here on only silence counts."""
        self._last_read_s = at_s
        self._phase.cancel()
        self._phase = self._loop.call_later(self._timeouts.idle_s, self._look_idle)

    def read(self, at_s: float) -> None:
        self._last_read_s = at_s

    def cancel(self) -> None:
        self._total.cancel()
        self._phase.cancel()

    def _waiting(self) -> asyncio.TimerHandle:
        return self._loop.call_later(
            self._timeouts.first_token_s, self._fire, "timeout_first_token"
        )

    def _look_idle(self) -> None:
        left_s = self._timeouts.idle_s - (self._clock.monotonic_s() - self._last_read_s)
        if left_s <= 0:
            self._fire("timeout_idle")
        else:
            self._phase = self._loop.call_later(left_s, self._look_idle)

    def _fire(self, kind: FaultKind) -> None:
        self.cancel()
        self._expire(timed_out(kind, self._timeouts))


@asynccontextmanager
async def deadlines_of(
    record: Exchange, clock: Clock, timeouts: Timeouts, *, connecting: bool = False
) -> AsyncIterator[Deadlines]:
    """Deadlines that end the block: it then raises TimeoutError, and the fault is in `record`."""
    async with asyncio.timeout(None) as scope:

        def expire(fault: Fault) -> None:
            record.fault = fault
            scope.reschedule(0.0)

        deadlines = Deadlines(clock, timeouts, record.issued_s, expire, connecting=connecting)
        try:
            yield deadlines
        finally:
            deadlines.cancel()


def timed_out(kind: FaultKind, timeouts: Timeouts) -> Fault:
    """The fault of a phase that took longer than it may."""
    phrases: dict[FaultKind, str] = {
        "timeout_connect": f"no connection within {timeouts.connect_s:g} s",
        "timeout_first_token": f"nothing was said within {timeouts.first_token_s:g} s",
        "timeout_idle": f"silent for {timeouts.idle_s:g} s in mid-answer",
        "timeout_total": f"not ended within {timeouts.total_s:g} s",
    }
    return Fault(kind, phrases[kind])
