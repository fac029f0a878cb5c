"""The simulated server as a child process: started, announced, ended.

It has a process of its own so that its work is not mistaken for the client's. It is
started through the launcher, so that it finds our packages whatever lies in the working
directory, and ends when its standard input does: it cannot outlive its parent.
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

LAUNCHER = Path(__file__).resolve().parents[2] / "maasbench.py"
READY_WITHIN_S = 60.0
ENDS_WITHIN_S = 5.0


def command(
    offer: str,
    *,
    answers: Path | None = None,
    skill: float | None = None,
    seed: int = 0,
    flags: Sequence[str] = (),
) -> list[str]:
    """The child's command line; `flags` are further ones of `maasbench simulate`."""
    child = [sys.executable, str(LAUNCHER), "simulate", "--offer", offer, "--port", "0"]
    child += ["--seed", str(seed), "--until-stdin-closes"]
    if answers is not None:
        child += ["--answers", str(answers)]
    if skill is not None:
        child += ["--skill", str(skill)]
    return [*child, *flags]


@asynccontextmanager
async def simulated_child(
    offer: str,
    *,
    answers: Path | None = None,
    skill: float | None = None,
    seed: int = 0,
    flags: Sequence[str] = (),
) -> AsyncIterator[str]:
    """The base URL (`…/v1`) of a simulated offer, served for the length of the block.

    Raises ConfigurationError with the child's own last line when it does not start.
    """
    with TemporaryFile() as chatter:
        process = await asyncio.create_subprocess_exec(
            *command(offer, answers=answers, skill=skill, seed=seed, flags=flags),
            stdin=PIPE,
            stdout=PIPE,
            stderr=chatter,
            # Ctrl-C reaches every process of a terminal's group. The parent finishes its
            # journal with the server still there, and ends it afterwards.
            start_new_session=True,
        )
        try:
            yield await _listening(process, offer, chatter)
        finally:
            await _end(process)


async def _listening(process: Process, offer: str, chatter: IO[bytes]) -> str:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            line = await process.stdout.readline()
        return str(json.loads(line)["listening"])
    except (TimeoutError, ValueError, KeyError, TypeError):
        chatter.seek(0)
        said = chatter.read().decode(errors="replace").strip()
        why = said.splitlines()[-1] if said else "it said nothing"
        raise ConfigurationError(
            f"the simulated server of {offer} did not start: {why.removeprefix('maasbench: ')}"
        ) from None


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
