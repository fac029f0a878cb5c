"""The paced server as a child process: its work must not be taken for the client's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from providers.child import command_line, serving_child
from providers.paced.pace import Pace

READY_WITHIN_S = 30.0


def command(pace: Pace) -> list[str]:
    """The child's command line."""
    flags = {"--ttft": pace.ttft_s, "--itl": pace.itl_s, "--tokens": pace.tokens}
    return command_line("paced", *(word for name, n in flags.items() for word in (name, str(n))))


@asynccontextmanager
async def paced_child(pace: Pace) -> AsyncIterator[str]:
    """The base URL (`…/v1`) of a paced server, served for the length of the block.

    Raises ConfigurationError with the child's own last line when it does not start.
    """
    async with serving_child(
        command(pace), what="the paced server", ready_within_s=READY_WITHIN_S
    ) as base_url:
        yield base_url
