"""The pause of a person between the answer they got and what they say next."""

from collections.abc import Sequence
from typing import Any

from providers.clock import Clock
from workloads.task import Chat, Reply


class ThinkingChat:
    """A `Chat` that waits before each turn of the user but the first; results of tools are
    sent at once. The wait is before the request, so that it is in no latency of it."""

    def __init__(self, chat: Chat, think_s: float, clock: Clock) -> None:
        self._chat = chat
        self._think_s = think_s
        self._clock = clock
        self._answered = False

    async def __call__(
        self,
        messages: Sequence[dict[str, Any]],
        tools: Sequence[dict[str, Any]] = (),
        *,
        max_tokens: int | None = None,
    ) -> Reply:
        if self._answered and messages[-1].get("role") == "user":
            await self._clock.sleep_until(self._clock.monotonic_s() + self._think_s)
        reply = await self._chat(messages, tools, max_tokens=max_tokens)
        self._answered = True
        return reply
