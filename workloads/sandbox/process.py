"""One child process with its output capped, its time bounded and its group killed.

Every tier starts its program through `execute`. It isolates nothing by itself.
"""

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic

from workloads.sandbox.contract import Limits, Run, Status

_CHUNK = 65_536
_GRACE_S = 2.0
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


async def execute(
    argv: Sequence[str],
    *,
    stdin: bytes,
    limits: Limits,
    pass_fds: Sequence[int] = (),
    cwd: str | None = None,
    environment: dict[str, str] | None = None,
    stop: signal.Signals = signal.SIGKILL,
) -> Run:
    """Run `argv` and return how it ended; nothing of its process group is left.

    stop: the signal that ends the group; SIGKILL follows two seconds later where it is
    another one. Raises OSError when the program cannot be started.
    """
    started = monotonic()
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        pass_fds=tuple(pass_fds),
        cwd=cwd,
        env=_ENVIRONMENT if environment is None else environment,
        start_new_session=True,
    )
    stdout, stderr, flooded = bytearray(), bytearray(), asyncio.Event()
    pipes = [
        asyncio.create_task(_read(process.stdout, stdout, limits.output_bytes, flooded)),
        asyncio.create_task(_read(process.stderr, stderr, limits.output_bytes, flooded)),
        asyncio.create_task(_feed(process.stdin, stdin)),
    ]
    ended: Status | None = "killed"
    try:
        ended = await _watch(process, flooded, limits.wall_s)
    finally:
        await _end(process, pipes, stop)
    if flooded.is_set():
        ended = "output_limit"
    status = ended or _status(process.returncode, bytes(stderr))
    return Run(
        status=status,
        exit_code=None if ended else _exit_code(process.returncode),
        stdout=bytes(stdout),
        stderr=bytes(stderr),
        wall_s=monotonic() - started,
    )


async def _watch(
    process: asyncio.subprocess.Process, flooded: asyncio.Event, wall_s: float
) -> Status | None:
    """Why the program has to be ended, or None when it ended by itself."""
    ends = [asyncio.create_task(process.wait()), asyncio.create_task(flooded.wait())]
    try:
        done, _ = await asyncio.wait(ends, timeout=wall_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for end in ends:
            end.cancel()
    return None if done else "timeout"


async def _end(
    process: asyncio.subprocess.Process, pipes: list["asyncio.Task[None]"], stop: signal.Signals
) -> None:
    """Kill what is left of the group and let the pipes run dry."""
    if process.returncode is None:
        _signal_group(process.pid, stop)
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_S):
                await process.wait()
    # Also after a normal end: a fork may survive its parent and hold the pipes open.
    _signal_group(process.pid, signal.SIGKILL)
    await process.wait()
    _, unfinished = await asyncio.wait(pipes, timeout=_GRACE_S)
    for task in unfinished:
        task.cancel()
    await asyncio.gather(*pipes, return_exceptions=True)


async def _read(
    stream: asyncio.StreamReader | None, into: bytearray, limit: int, flooded: asyncio.Event
) -> None:
    """Keep the first `limit` bytes; go on reading, so that the pipe can be closed."""
    while stream is not None and (chunk := await stream.read(_CHUNK)):
        into += chunk[: limit - len(into)]
        if len(into) >= limit:
            flooded.set()


async def _feed(stream: asyncio.StreamWriter | None, data: bytes) -> None:
    if stream is None:
        return
    # A program may end, or close its standard input, without reading it.
    with suppress(ConnectionError):
        stream.write(data)
        await stream.drain()
    stream.close()


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _exit_code(returncode: int | None) -> int | None:
    if returncode is None:
        return None
    return returncode if returncode >= 0 else 128 - returncode


def _status(returncode: int | None, stderr: bytes) -> Status:
    code = _exit_code(returncode)
    if code == 0:
        return "ok"
    if code == 128 + signal.SIGXCPU:
        return "timeout"
    # An address-space limit shows only as the interpreter's own complaint.
    if stderr.rstrip().rpartition(b"\n")[2].startswith(b"MemoryError"):
        return "memory"
    if code is None or code >= 128:
        return "killed"
    return "failed"
