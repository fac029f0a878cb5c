"""A server of ours as a child process: started through the launcher, announced, ended.

It has a process of its own so that its work is not mistaken for the client's. The launcher
makes it find our packages whatever lies in the working directory, and it ends when its
standard input does: it cannot outlive its parent.
"""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from providers.errors import ConfigurationError

LAUNCHER = Path(__file__).resolve().parents[1] / "maasbench.py"
# The command line calls it so in front of its one line of error.
_OWN_NAME = "maasbench: "
# A server in the middle of long answers may need a moment; then it is killed.
_ENDS_WITHIN_S = 5.0


def command_line(verb: str, *arguments: str) -> list[str]:
    """The command of a child that serves on a free port until its standard input ends."""
    return launched(verb, *arguments, "--port", "0", "--until-stdin-closes")


def launched(verb: str, *arguments: str) -> list[str]:
    """The command of a child that runs a verb of ours."""
    return [sys.executable, str(LAUNCHER), verb, *arguments]


@asynccontextmanager
async def serving_child(
    command: Sequence[str], *, what: str, ready_within_s: float
) -> AsyncIterator[str]:
    """The base URL (`…/v1`) of a child, served for the length of the block.

    The child prints one JSON line with `listening` once it answers. Raises
    ConfigurationError with the child's own last line when it does not.
    """
    with TemporaryFile() as chatter:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=chatter,
            # Ctrl-C in a terminal reaches every process of the group. The parent wants to
            # finish its journal with the server still there, and ends it afterwards.
            start_new_session=True,
        )
        try:
            yield await _listening(process, chatter, what, ready_within_s)
        finally:
            await _end(process)


async def _listening(process: Process, chatter: IO[bytes], what: str, within_s: float) -> str:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(within_s):
            line = await process.stdout.readline()
        return str(json.loads(line)["listening"])
    except (TimeoutError, ValueError, KeyError, TypeError):
        raise ConfigurationError(f"{what} did not start: {last_words(chatter)}") from None


def last_words(chatter: IO[bytes]) -> str:
    """The last line that a child wrote on its standard error."""
    chatter.seek(0)
    said = chatter.read().decode(errors="replace").strip()
    return said.splitlines()[-1].removeprefix(_OWN_NAME) if said else "it said nothing"


async def _end(process: Process) -> None:
    """The end of its standard input asks the child to leave; a kill makes sure."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(_ENDS_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
