"""The run's purse as a worker sees it: what it takes, the process that holds it grants."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from itertools import count

from harness.purse import ZERO
from harness.workers.messages import Granted, Settle, Take


class DistantPurse:
    """Asks through the worker's pipe."""

    def __init__(self, send: Callable[[Take | Settle], None]) -> None:
        self._send = send
        self._tickets = count(1)
        self._asked: dict[int, tuple[Decimal, asyncio.Future[Decimal | None]]] = {}

    async def take(self, need: Decimal) -> Decimal | None:
        ticket = next(self._tickets)
        answer: asyncio.Future[Decimal | None] = asyncio.get_running_loop().create_future()
        self._asked[ticket] = need, answer
        self._send(Take(ticket, need))
        return await answer

    async def settle(self, taken: Decimal, cost: Decimal) -> None:
        self._send(Settle(taken, cost))

    def granted(self, message: Granted) -> None:
        """The answer has come; what nobody waits for any more is put back."""
        need, answer = self._asked.pop(message.ticket)
        if not answer.done():
            answer.set_result(message.spent)
        elif message.spent is None:
            self._send(Settle(need, ZERO))
