"""Connections kept alive between exchanges, the most recently used first."""

import asyncio

from providers.clock import Clock
from providers.transports.connection import Connection
from providers.transports.target import Target

# Middleboxes forget silent connections without telling either end.
_MAX_IDLE_S = 30.0
_CLOSING_S = 1.0


class Pool:
    """Idle connections per target. Never holds one that is known to be closed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._idle: dict[Target, list[Connection]] = {}

    def take(self, target: Target) -> Connection | None:
        """The idle connection used last, or None; those found stale on the way are closed."""
        idle = self._idle.get(target, [])
        while idle:
            connection = idle.pop()
            age_s = self._clock.monotonic_s() - connection.idle_since_s
            if connection.reusable and age_s < _MAX_IDLE_S:
                return connection
            connection.abort()
        return None

    def count(self, target: Target) -> int:
        """How many connections are idle."""
        return len(self._idle.get(target, ()))

    def give(self, target: Target, connection: Connection) -> None:
        """Keep a connection for later; one that cannot be used again is closed."""
        if connection.reusable:
            self._idle.setdefault(target, []).append(connection)
        else:
            connection.abort()

    def forget(self, target: Target, connection: Connection) -> None:
        """Drop a connection that was lost while idle; unknown ones are ignored."""
        idle = self._idle.get(target, [])
        if connection in idle:
            idle.remove(connection)
        if not idle:
            self._idle.pop(target, None)

    async def close(self) -> None:
        """Close every idle connection and wait until the sockets are gone."""
        connections = [connection for idle in self._idle.values() for connection in idle]
        self._idle.clear()
        for connection in connections:
            connection.abort()
        if connections:
            closed = [connection.closed for connection in connections]
            await asyncio.wait(closed, timeout=_CLOSING_S)
