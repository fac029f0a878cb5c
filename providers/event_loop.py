"""Which event loop measures: uvloop where it exists, else Python's own."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

_Result = TypeVar("_Result")


def run_fast(main: Coroutine[Any, Any, _Result]) -> _Result:
    """What `asyncio.run` does, on the loop with the truest instants."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(main)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
