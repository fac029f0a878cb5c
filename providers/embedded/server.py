"""An embedded model as a child process: started, announced, ended.

What runs inside the child is `providers.embedded.engine`; this module never imports the
engine's library. The child is started through the launcher, so that it finds our packages
whatever lies in the working directory.
"""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from providers.embedded.engine import MODELS, READY_WITHIN_S, available, model_path
from providers.errors import ConfigurationError

__all__ = ["MODELS", "available", "command", "embedded_server"]

LAUNCHER = Path(__file__).resolve().parents[2] / "maasbench.py"
# A server in the middle of long answers may need a moment; then it is killed.
ENDS_WITHIN_S = 5.0


def command(model: str, *, slots: int, threads: int = 1) -> list[str]:
    """The child's command line. It prints one JSON line once it answers and lives until
    its standard input ends."""
    child = [sys.executable, str(LAUNCHER), "embedded", "--model", model, "--port", "0"]
    return [*child, "--slots", str(slots), "--threads", str(threads), "--until-stdin-closes"]


@asynccontextmanager
async def embedded_server(model: str, *, slots: int, threads: int = 1) -> AsyncIterator[str]:
    """Serve an embedded model for the length of the block; its base URL (`…/v1`).

    One thread is the fastest on a shared machine: llama.cpp's threads wait by spinning,
    and two on two busy cores were measured at a tenth of the speed of one.
    """
    model_path(model)
    if reason := available():
        raise ConfigurationError(reason)
    with TemporaryFile() as chatter:
        process = await asyncio.create_subprocess_exec(
            *command(model, slots=slots, threads=threads),
            stdin=PIPE,
            stdout=PIPE,
            stderr=chatter,
            # Ctrl-C in a terminal reaches every process of the group. The parent wants to
            # finish its journal with the server still there, and ends it afterwards.
            start_new_session=True,
        )
        try:
            yield await _listening(process, chatter)
        finally:
            await _end(process)


async def _listening(process: Process, chatter: IO[bytes]) -> str:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            line = await process.stdout.readline()
    except TimeoutError:
        line = b""
    try:
        return str(json.loads(line)["listening"])
    except (ValueError, KeyError, TypeError):
        raise ConfigurationError(
            f"the embedded server did not start: {_last_words(chatter)}"
        ) from None


def _last_words(chatter: IO[bytes]) -> str:
    chatter.seek(0)
    lines = chatter.read().decode(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "it said nothing")


async def _end(process: Process) -> None:
    """The end of its standard input asks the child to leave; a kill makes sure."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(ENDS_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
