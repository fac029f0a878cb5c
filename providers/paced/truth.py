"""What really left the server: its own TTFT, ITL and lateness, for `/stats`."""

import math
from array import array
from typing import Any

_KEPT = 1_000_000


class Truth:
    """Totals since the last reset, and the first million of each kind of duration.

    Seconds. ttft_s: arrival → first chunk handed to the kernel. itl_s: between chunks.
    late_s: behind the schedule.
    """

    def __init__(self) -> None:
        self.streaming = 0
        self.reset()

    def reset(self) -> None:
        self.requests = 0
        self.chunks = 0
        self.most_streaming = self.streaming
        self._ttft_s = array("d")
        self._itl_s = array("d")
        self._late_s = array("d")

    def began(self) -> None:
        self.requests += 1
        self.streaming += 1
        self.most_streaming = max(self.most_streaming, self.streaming)

    def ended(self) -> None:
        self.streaming -= 1

    def sent(self, *, since_s: float, first: bool, late_s: float) -> None:
        """A chunk went out, so long after the arrival (the first) or the chunk before."""
        self.chunks += 1
        if len(self._late_s) < _KEPT:
            self._late_s.append(late_s)
            (self._ttft_s if first else self._itl_s).append(since_s)

    def summary(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "chunks": self.chunks,
            "streaming": self.streaming,
            "most_streaming": self.most_streaming,
            "ttft_s": _percentiles(self._ttft_s),
            "itl_s": _percentiles(self._itl_s),
            "late_s": _percentiles(self._late_s),
        }


def _percentiles(values: "array[float]") -> dict[str, float | None]:
    ordered = sorted(values)
    wanted = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
    return {
        name: ordered[math.ceil(q * len(ordered)) - 1] if ordered else None
        for name, q in wanted.items()
    }
