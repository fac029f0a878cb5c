"""When trials start: pure schedules, in seconds since the phase began.

Closed loops start a trial when an earlier one has ended and need no schedule; open loops
have an absolute one, so that a late start is followed by catching up, never by a slower
rate. docs/load.md shows all shapes.
"""

from harness.schedule.load import Load
from harness.schedule.pace import Pace
from harness.schedule.trace import Trace, read_timestamps

__all__ = ["Load", "Pace", "Trace", "read_timestamps"]
