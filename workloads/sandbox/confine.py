"""The supervisor process of the sandlock tier: `confine.py POLICY PROGRAM ARGUMENT...`

Run as a script and alone: the sandbox's native code stays out of our own process, and
the program cannot outlive it. Uses only the standard library and `sandlock`.
"""

import ctypes
import json
import os
import signal
import sys
import threading
from typing import Any

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER = 1, 4, 36
_KILLED = 137


def main(policy: dict[str, Any], argv: list[str]) -> int:
    """Run `argv` under `policy` and return its exit code as a shell would show it."""
    import sandlock

    prctl = ctypes.CDLL(None).prctl
    if policy["user"] is not None:
        # From here on nothing can be imported that only the former user may read.
        os.setgroups([])
        os.setgid(policy["user"])
        os.setuid(policy["user"])
        # A change of user hides /proc/self from its new owner; the sandbox needs it.
        prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
    prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    process = sandlock.Sandbox(**policy["sandbox"]).popen(argv)
    ended = threading.Event()
    results: list[Any] = []

    def wait() -> None:
        results.append(process.wait())
        ended.set()

    signal.signal(signal.SIGTERM, lambda *_: process.kill())
    threading.Thread(target=wait, daemon=True).start()
    if not ended.wait(policy["wall_s"]):
        process.kill()
        ended.wait(1.0)
    _end_orphans()
    return _exit_code(results[0]) if results else _KILLED


def _end_orphans() -> None:
    """Kill what the program left behind: as subreaper we are its parent now."""
    while orphans := _children():
        for pid in orphans:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _children() -> list[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", "rb") as file:
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return []


def _exit_code(result: Any) -> int:
    if result.signal > 0:
        return 128 + int(result.signal)
    return int(result.exit_code) if result.exit_code >= 0 else _KILLED


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1]), sys.argv[2:]))
