"""One piece of heavy work per turn of the event loop, so that sockets are read in between.

When hundreds of streams end together, decoding them in one go would keep the loop from
stamping what arrives meanwhile: a first token would look late by the length of the queue.
"""

import asyncio
from collections import deque


class Turns:
    """Hands out turns in the order in which they were asked for, one per loop iteration."""

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._granting = False

    async def take(self) -> None:
        """Return when it is the caller's turn; the loop looks at its sockets before the next."""
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.append(turn)
        if not self._granting:
            self._granting = True
            loop.call_soon(self._grant)
        await turn

    def _grant(self) -> None:
        while self._waiting and self._waiting[0].done():
            self._waiting.popleft()
        if not self._waiting:
            self._granting = False
            return
        self._waiting.popleft().set_result(None)
        asyncio.get_running_loop().call_soon(self._grant)
