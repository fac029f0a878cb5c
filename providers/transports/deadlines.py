"""The timers of one exchange, and what counts as a first sign of an answer.

Timers belong to the event loop: a read costs no timer operation, the idle timer looks up
when the last read was each time it fires.
"""

import asyncio
from collections.abc import Callable

from providers.clock import Clock
from providers.exchange import Fault, FaultKind, Timeouts


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
    """Calls `expire` once, with the fault, when a phase of the exchange takes too long."""

    def __init__(
        self, clock: Clock, timeouts: Timeouts, issued_s: float, expire: Callable[[Fault], None]
    ) -> None:
        self._clock = clock
        self._timeouts = timeouts
        self._expire = expire
        self._loop = asyncio.get_running_loop()
        self._last_read_s = 0.0
        left_s = issued_s + timeouts.total_s - clock.monotonic_s()
        self._total = self._loop.call_later(max(0.0, left_s), self._fire, "timeout_total")
        self._phase = self._loop.call_later(
            timeouts.first_token_s, self._fire, "timeout_first_token"
        )

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

    def _look_idle(self) -> None:
        left_s = self._timeouts.idle_s - (self._clock.monotonic_s() - self._last_read_s)
        if left_s <= 0:
            self._fire("timeout_idle")
        else:
            self._phase = self._loop.call_later(left_s, self._look_idle)

    def _fire(self, kind: FaultKind) -> None:
        self.cancel()
        self._expire(timed_out(kind, self._timeouts))


def timed_out(kind: FaultKind, timeouts: Timeouts) -> Fault:
    """The fault of a phase that took longer than it may."""
    phrases: dict[FaultKind, str] = {
        "timeout_connect": f"no connection within {timeouts.connect_s:g} s",
        "timeout_first_token": f"nothing was said within {timeouts.first_token_s:g} s",
        "timeout_idle": f"silent for {timeouts.idle_s:g} s in mid-answer",
        "timeout_total": f"not ended within {timeouts.total_s:g} s",
    }
    return Fault(kind, phrases[kind])
