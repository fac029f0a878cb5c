"""A simulated offer served by a child process."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from providers.child import command_line, serving_child

READY_WITHIN_S = 60.0


def command(
    offer: str,
    *,
    answers: Path | None = None,
    skill: float | None = None,
    seed: int = 0,
    model: str | None = None,
    flags: Sequence[str] = (),
) -> list[str]:
    """The child's command line.

    model: the name to answer to, where it is not the offer's. flags: further ones of
    `maasbench simulate`.
    """
    optional = {"--answers": answers, "--skill": skill, "--model": model}
    given = [
        word for name, value in optional.items() if value is not None for word in (name, str(value))
    ]
    return command_line("simulate", "--offer", offer, "--seed", str(seed), *given, *flags)


@asynccontextmanager
async def simulated_child(
    offer: str,
    *,
    answers: Path | None = None,
    skill: float | None = None,
    seed: int = 0,
    model: str | None = None,
    flags: Sequence[str] = (),
) -> AsyncIterator[str]:
    """The base URL (`…/v1`) of a simulated offer, served for the length of the block.

    Raises ConfigurationError with the child's own last line when it does not start.
    """
    child = command(offer, answers=answers, skill=skill, seed=seed, model=model, flags=flags)
    what = f"the simulated server of {offer}"
    async with serving_child(child, what=what, ready_within_s=READY_WITHIN_S) as base_url:
        yield base_url
