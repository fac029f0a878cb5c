"""A run's child processes, as the system shows them."""

import time
from pathlib import Path

PROC = Path("/proc")


def workers_of(parent: int) -> list[int]:
    """The measuring processes that a run has started and that still live."""
    return [pid for pid in children_of(parent) if b"\0worker\0" in command_line(pid)]


def children_of(parent: int) -> list[int]:
    found = []
    for folder in PROC.glob("[0-9]*"):
        try:
            _, _, rest = (folder / "stat").read_text().rpartition(")")
        except OSError:
            continue
        state, ppid, *_ = rest.split()
        if int(ppid) == parent and state != "Z":
            found.append(int(folder.name))
    return found


def command_line(pid: int) -> bytes:
    try:
        return (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return b""


def wait_until_gone(pids: list[int], within_s: float = 20.0) -> None:
    deadline_s = time.monotonic() + within_s
    while alive := [pid for pid in pids if command_line(pid)]:
        assert time.monotonic() < deadline_s, f"{alive} live on"
        time.sleep(0.02)
