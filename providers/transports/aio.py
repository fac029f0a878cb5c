"""The `aio` transport: aiohttp's client, recorded in the same shape, as a second opinion.

Its instants are those at which aiohttp hands a read over. No redirects, no cookies, and
proxies by the rules of `wire`, which unlike aiohttp's own take no password out of a
`.netrc`. A kept-alive connection that the server has closed is replaced once by a fresh one.

Where it promises less than `wire`, aiohttp hides what happened: bytes that arrive together
with what breaks the protocol are lost, an interim answer with nothing after it counts as no
answer, and a reset ends a body without a length as an orderly close does.
"""

import ssl
from io import BytesIO
from typing import NamedTuple

import aiohttp

from providers.clock import Clock
from providers.exchange import Exchange, Fault, HttpRequest, Timeouts
from providers.transports.aio_trace import Watched, trace_config
from providers.transports.compression import inflated
from providers.transports.deadlines import Deadlines, Quiet, deadlines_of
from providers.transports.dial import in_words
from providers.transports.target import Target, head_of, target_of

_IDLE_S = 30.0
# aiohttp warns of longer bodies that are not read from a file.
_LONG_BODY = 2**20
_SWITCHING_PROTOCOLS = 101
_OURS_ALONE = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")


class AioTransport:
    """Sends requests through aiohttp. Belongs to one event loop.

    tls: verification settings other than the system's certificates (`SSL_CERT_FILE` is
    honoured either way). Proxies are those of the environment.
    """

    def __init__(self, clock: Clock, *, tls: ssl.SSLContext | None = None) -> None:
        self._clock = clock
        self._tls = tls or ssl.create_default_context()
        self._sessions: _Sessions | None = None

    async def exchange(self, request: HttpRequest, timeouts: Timeouts) -> Exchange:
        """The record of one exchange, failures included; raises only CancelledError."""
        record = Exchange(issued_s=self._clock.monotonic_s())
        try:
            target = target_of(request.url)
            # What `wire` could not send is refused here in the same words.
            head_of(request, target)
            async with deadlines_of(record, self._clock, timeouts, connecting=True) as deadlines:
                await self._converse(request, target, record, deadlines)
        except ValueError as exc:
            record.fault = Fault("connection", str(exc))
        except TimeoutError:
            assert record.fault is not None
        if record.end_s is None or record.fault is not None:
            record.end_s = self._clock.monotonic_s()
        record.reads = inflated(record)
        return record

    async def warm(self, url: str, connections: int) -> None:
        """Nothing: its client opens connections when it needs them."""

    async def close(self) -> None:
        """Close the idle connections. Exchanges under way are their callers' to cancel."""
        if self._sessions is not None:
            await self._sessions.kept.close()
            await self._sessions.fresh.close()
            self._sessions = None

    async def _converse(
        self, request: HttpRequest, target: Target, record: Exchange, deadlines: Deadlines
    ) -> None:
        sessions = self._sessions = self._sessions or _open_sessions(self._clock, self._tls)
        fault = await self._tried(sessions.kept, request, target, record, deadlines)
        if fault is not None and record.reused and fault.kind == "connection":
            record.connected_s = record.sent_s = None
            record.fresh_retries = 1
            fault = await self._tried(sessions.fresh, request, target, record, deadlines)
        record.fault = fault

    async def _tried(
        self,
        session: aiohttp.ClientSession,
        request: HttpRequest,
        target: Target,
        record: Exchange,
        deadlines: Deadlines,
    ) -> Fault | None:
        asking = session.request(
            request.method,
            request.url,
            data=BytesIO(request.body) if len(request.body) > _LONG_BODY else request.body,
            headers=_headers(request, target),
            proxy=None if target.proxy is None else _proxy_url(target),
            proxy_headers=_proxy_headers(target) if target.tunnelled else None,
            allow_redirects=False,
            trace_request_ctx=Watched(record, deadlines, secure=target.secure),
        )
        try:
            async with asking as response:
                record.first_byte_s = self._clock.monotonic_s()
                if response.status == _SWITCHING_PROTOCOLS:
                    return Fault("stream_broken", "not an HTTP answer: an upgrade")
                record.status = response.status
                record.headers = tuple(
                    (name.decode("latin-1"), value.decode("latin-1"))
                    for name, value in response.raw_headers
                )
                await self._listen(response.content, record, deadlines)
        except (aiohttp.ClientError, OSError) as exc:
            return _fault_of(exc, record, target)
        return None

    async def _listen(
        self, content: aiohttp.StreamReader, record: Exchange, deadlines: Deadlines
    ) -> None:
        quiet = Quiet()
        speaking = False
        while data := await content.readany():
            now_s = self._clock.monotonic_s()
            record.reads.append((now_s, data))
            if speaking:
                deadlines.read(now_s)
            elif speaking := quiet.ends_with(data):
                deadlines.speaking(now_s)
        record.end_s = self._clock.monotonic_s()


class _Sessions(NamedTuple):
    """One whose connections are kept alive, and one that opens a new one each time."""

    kept: aiohttp.ClientSession
    fresh: aiohttp.ClientSession


def _open_sessions(clock: Clock, tls: ssl.SSLContext) -> _Sessions:
    def session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            skip_auto_headers=_OURS_ALONE,
            trace_configs=[trace_config(clock)],
        )

    return _Sessions(
        kept=session(aiohttp.TCPConnector(limit=0, ssl=tls, keepalive_timeout=_IDLE_S)),
        fresh=session(aiohttp.TCPConnector(limit=0, ssl=tls, force_close=True)),
    )


def _headers(request: HttpRequest, target: Target) -> list[tuple[str, str]]:
    # A compressed stream would be held back until a block is full: instants would lie.
    own = [("accept-encoding", "identity")]
    if target.proxy is not None and not target.secure:
        own += _proxy_headers(target).items()
    return [*own, *request.headers]


def _proxy_url(target: Target) -> str:
    assert target.proxy is not None
    host = target.proxy.host
    return f"http://{f'[{host}]' if ':' in host else host}:{target.proxy.port}"


def _proxy_headers(target: Target) -> dict[str, str]:
    password = target.proxy.authorization if target.proxy is not None else None
    return {"proxy-authorization": password} if password else {}


def _fault_of(exc: Exception, record: Exchange, target: Target) -> Fault:
    if record.status is not None:
        return Fault("stream_broken", "the connection closed in mid-answer")
    if isinstance(exc, aiohttp.ClientConnectorCertificateError):
        error = exc.certificate_error
        words = in_words(error) if isinstance(error, OSError) else str(error)
        return Fault("connection", words)
    if isinstance(exc, aiohttp.ClientConnectorError):
        return Fault("connection", _unreached(exc))
    if record.connected_s is None and target.tunnelled and target.proxy is not None:
        answered = getattr(exc, "status", None)
        is_refusal = isinstance(exc, aiohttp.ClientHttpProxyError)
        said = answered if is_refusal and answered else "nothing"
        where = f"{target.proxy.host}:{target.proxy.port}"
        return Fault("connection", f"the proxy {where} answered {said}")
    if isinstance(exc, aiohttp.ServerDisconnectedError) and not isinstance(exc.message, str):
        return Fault("stream_broken", "the connection closed in mid-answer")
    if isinstance(exc, aiohttp.ClientResponseError):
        return Fault("stream_broken", f"not an HTTP answer: {exc.message}")
    reason = f": {exc.strerror}" if isinstance(exc, OSError) and exc.strerror else ""
    return Fault("connection", f"closed without an answer{reason}")


def _unreached(exc: aiohttp.ClientConnectorError) -> str:
    if isinstance(exc, aiohttp.ClientConnectorDNSError):
        return f"the host name is not known: {exc.os_error.strerror}"
    return in_words(exc.os_error)
