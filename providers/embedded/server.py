"""An embedded model served by a child process.

What runs inside the child is `providers.embedded.engine`; this module never imports the
engine's library.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from providers.child import command_line, serving_child
from providers.embedded.engine import MODELS, READY_WITHIN_S, available, model_path
from providers.errors import ConfigurationError

__all__ = ["MODELS", "available", "command", "embedded_server"]


def command(model: str, *, slots: int, threads: int = 1) -> list[str]:
    """The child's command line."""
    return command_line(
        "embedded", "--model", model, "--slots", str(slots), "--threads", str(threads)
    )


@asynccontextmanager
async def embedded_server(model: str, *, slots: int, threads: int = 1) -> AsyncIterator[str]:
    """Serve an embedded model for the length of the block; its base URL (`…/v1`).

    One thread is the fastest on a shared machine: llama.cpp's threads wait by spinning,
    and two on two busy cores were measured at a tenth of the speed of one.
    """
    model_path(model)
    if reason := available():
        raise ConfigurationError(reason)
    async with serving_child(
        command(model, slots=slots, threads=threads),
        what="the embedded server",
        ready_within_s=READY_WITHIN_S,
    ) as base_url:
        yield base_url
