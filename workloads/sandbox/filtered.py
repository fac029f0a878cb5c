"""Lower the limits, refuse system calls, then become the program. Runs inside the sandbox.

`python -c <this file> POLICY PROGRAM ARGUMENT...`; only the standard library. It is a stage
of its own because the supervisor outside needs some of the calls that are refused here.
"""

import ctypes
import json
import os
import resource
import sys
from typing import Any

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _SECCOMP_MODE_FILTER = 22, 38, 2


class _Filter(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def become(policy: dict[str, Any], argv: list[str]) -> None:
    """Replace this process by `argv`, limited and filtered."""
    for name, value in policy["limits"].items():
        resource.setrlimit(getattr(resource, name), (value, value))
    cpu_s = policy["cpu_s"]
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    instructions = bytes.fromhex(policy["calls"])
    program = _Filter(len(instructions) // 8, instructions)
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the call filter was not accepted")
    os.execv(argv[0], argv)  # noqa: S606


if __name__ == "__main__":
    become(json.loads(sys.argv[1]), sys.argv[2:])
