"""What aiohttp's tracing tells of an exchange's connection and request, put in its record.

aiohttp shows TCP and TLS as one step: their durations are known where there is no TLS.
"""

from types import SimpleNamespace
from typing import Any, NamedTuple

import aiohttp

from providers.clock import Clock
from providers.exchange import Exchange
from providers.transports.deadlines import Deadlines


class Watched(NamedTuple):
    """An exchange under way, handed to its request as the tracing context."""

    record: Exchange
    deadlines: Deadlines
    secure: bool


def trace_config(clock: Clock) -> aiohttp.TraceConfig:
    """Tracing for a session whose requests carry a `Watched`."""

    async def dial_began(session: Any, context: SimpleNamespace, event: Any) -> None:
        context.dial_began_s = clock.monotonic_s()

    async def lookup_began(session: Any, context: SimpleNamespace, event: Any) -> None:
        context.lookup_began_s = clock.monotonic_s()

    async def looked_up(session: Any, context: SimpleNamespace, event: Any) -> None:
        record = context.trace_request_ctx.record
        record.dns_s = clock.monotonic_s() - context.lookup_began_s

    async def dialled(session: Any, context: SimpleNamespace, event: Any) -> None:
        watched: Watched = context.trace_request_ctx
        record = watched.record
        _connected(watched, clock.monotonic_s(), reused=False)
        if not watched.secure:
            record.tcp_s = clock.monotonic_s() - context.dial_began_s - (record.dns_s or 0.0)

    async def reused(session: Any, context: SimpleNamespace, event: Any) -> None:
        _connected(context.trace_request_ctx, clock.monotonic_s(), reused=True)

    async def sent(session: Any, context: SimpleNamespace, event: Any) -> None:
        context.trace_request_ctx.record.sent_s = clock.monotonic_s()

    config = aiohttp.TraceConfig()
    config.on_connection_create_start.append(dial_began)
    config.on_dns_resolvehost_start.append(lookup_began)
    config.on_dns_resolvehost_end.append(looked_up)
    config.on_connection_create_end.append(dialled)
    config.on_connection_reuseconn.append(reused)
    config.on_request_headers_sent.append(sent)
    config.on_request_chunk_sent.append(sent)
    return config


def _connected(watched: Watched, now_s: float, *, reused: bool) -> None:
    watched.record.connected_s = now_s
    watched.record.reused = reused
    watched.deadlines.connected()
