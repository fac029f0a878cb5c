"""The `sdk` transport: an exchange as an application on the official openai SDK sees it.

The SDK sends the very same body, its retries off. A chunk is stamped when the SDK hands it
over, after its own framing, JSON and models; the reads hold those chunks, written down as
events again once the exchange has ended. What the SDK keeps to itself is not recorded: the
connection's instants, comments, and the end marker of a stream (an answer without a finish
reason therefore counts as broken off).
"""

import importlib
import ssl
from base64 import b64decode
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from providers.clock import Clock
from providers.exchange import Exchange, Fault, HttpRequest, Timeouts
from providers.transports.deadlines import Deadlines, deadlines_of, timed_out
from providers.transports.sdk_words import event_of, reason_of
from providers.transports.target import Proxy, Target, head_of, target_of

if TYPE_CHECKING:
    from openai import AsyncOpenAI

# The SDK reads any 2xx body as a stream; an application could not tell these from silence.
_NO_STREAMS = ("application/json", "text/html")
_WHOLE = {"X-Stainless-Raw-Response": "true"}


class SdkTransport:
    """Sends chat completions through `openai.AsyncOpenAI`. Belongs to one event loop.

    tls: verification settings other than the system's certificates (`SSL_CERT_FILE` is
    honoured either way). Proxies are those of the environment.
    """

    def __init__(self, clock: Clock, *, tls: ssl.SSLContext | None = None) -> None:
        self._clock = clock
        self._tls = tls or ssl.create_default_context()
        self._clients: dict[Proxy | None, AsyncOpenAI] = {}
        # Importing the SDK and its models takes about a second, which belongs to no exchange.
        importlib.import_module("openai.types.chat")
        self._client(None)

    async def exchange(self, request: HttpRequest, timeouts: Timeouts) -> Exchange:
        """The record of one exchange, failures included; raises only CancelledError."""
        record = Exchange(issued_s=self._clock.monotonic_s())
        said: list[tuple[float, Any]] = []
        try:
            target = target_of(request.url)
            # What `wire` could not send is refused here in the same words.
            head_of(request, target)
            async with deadlines_of(record, self._clock, timeouts) as deadlines:
                record.fault = await self._asked(request, target, timeouts, record, said, deadlines)
        except ValueError as exc:
            record.fault = Fault("connection", str(exc))
        except TimeoutError:
            assert record.fault is not None
        record.end_s = self._clock.monotonic_s()
        record.reads = [(at_s, event_of(each)) for at_s, each in said]
        return record

    async def warm(self, url: str, connections: int) -> None:
        """Nothing: its client opens connections when it needs them."""

    async def close(self) -> None:
        """Close the SDK's clients. Exchanges under way are their callers' to cancel."""
        clients = list(self._clients.values())
        self._clients.clear()
        for client in clients:
            await client.close()

    async def _asked(
        self,
        request: HttpRequest,
        target: Target,
        timeouts: Timeouts,
        record: Exchange,
        said: list[tuple[float, Any]],
        deadlines: Deadlines,
    ) -> Fault | None:
        """Let the SDK ask; what it hands over goes into `said`, how it failed is returned."""
        import openai

        client = self._client(target.proxy)
        patience = openai.Timeout(None, connect=timeouts.connect_s)
        options = {"headers": _headers(request), "timeout": patience}
        try:
            if ("accept", "text/event-stream") in request.headers:
                await self._streamed(client, request, options, record, said, deadlines)
            else:
                await self._whole(client, request, options, record, said)
        except openai.APIStatusError as exc:
            self._heard(record, exc.response)
            said.append((self._clock.monotonic_s(), exc.response.content))
        except openai.APITimeoutError:
            return timed_out("timeout_connect", timeouts)
        except openai.APIConnectionError as exc:
            if record.status is None:
                return Fault("connection", reason_of(exc))
            return Fault("stream_broken", reason_of(exc))
        except openai.APIError as exc:
            said.append((self._clock.monotonic_s(), {"error": exc.body}))
        except Exception as exc:
            # The SDK lets pass whatever its parsing raises; an application would see it.
            return Fault("stream_broken", f"the openai SDK gave up: {type(exc).__name__}")
        return None

    async def _streamed(
        self,
        client: "AsyncOpenAI",
        request: HttpRequest,
        options: Any,
        record: Exchange,
        said: list[tuple[float, Any]],
        deadlines: Deadlines,
    ) -> None:
        from openai import AsyncStream
        from openai.types.chat import ChatCompletionChunk

        stream = await client.post(
            request.url,
            content=request.body,
            cast_to=ChatCompletionChunk,
            options=options,
            stream=True,
            stream_cls=AsyncStream[ChatCompletionChunk],
        )
        self._heard(record, stream.response)
        async with stream:
            if (record.header("content-type") or "").split(";")[0].lower() in _NO_STREAMS:
                content = await stream.response.aread()
                said.append((self._clock.monotonic_s(), content))
                return
            async for chunk in stream:
                now_s = self._clock.monotonic_s()
                said.append((now_s, chunk))
                if len(said) == 1:
                    deadlines.speaking(now_s)
                else:
                    deadlines.read(now_s)

    async def _whole(
        self,
        client: "AsyncOpenAI",
        request: HttpRequest,
        options: Any,
        record: Exchange,
        said: list[tuple[float, Any]],
    ) -> None:
        from openai.types.chat import ChatCompletion

        options = options | {"headers": options["headers"] | _WHOLE}
        answer: Any
        if request.method == "GET":
            answer = await client.get(request.url, cast_to=object, options=options)
        else:
            answer = await client.post(
                request.url, content=request.body, cast_to=ChatCompletion, options=options
            )
        self._heard(record, answer.http_response)
        # What the SDK cannot parse, the adapter calls by its name.
        with suppress(Exception):
            answer.parse()
        said.append((self._clock.monotonic_s(), answer.content))

    def _heard(self, record: Exchange, response: Any) -> None:
        if record.status is None:
            record.first_byte_s = self._clock.monotonic_s()
        record.status = response.status_code
        record.headers = tuple(response.headers.multi_items())

    def _client(self, proxy: Proxy | None) -> "AsyncOpenAI":
        if proxy not in self._clients:
            from openai import AsyncOpenAI, DefaultAsyncHttpxClient

            self._clients[proxy] = AsyncOpenAI(
                # Each request carries its own, or none.
                api_key="none",
                base_url="http://127.0.0.1/",
                max_retries=0,
                http_client=DefaultAsyncHttpxClient(
                    verify=self._tls,
                    proxy=None if proxy is None else _proxy_of(proxy),
                    trust_env=False,
                    follow_redirects=False,
                ),
            )
        return self._clients[proxy]


def _headers(request: HttpRequest) -> dict[str, Any]:
    """The request's headers, without those that the SDK would take out of the environment."""
    from openai import Omit

    absent = {name: Omit() for name in ("Authorization", "OpenAI-Organization", "OpenAI-Project")}
    own = {name.title(): value for name, value in request.headers}
    return {**absent, "Accept-Encoding": "identity", **own}


def _proxy_of(proxy: Proxy) -> str:
    """The proxy as the URL that the SDK's HTTP library takes."""
    if proxy.authorization is None:
        return f"http://{proxy.host}:{proxy.port}"
    pair = b64decode(proxy.authorization.removeprefix("Basic ")).decode()
    name, _, password = pair.partition(":")
    return f"http://{quote(name, safe='')}:{quote(password, safe='')}@{proxy.host}:{proxy.port}"
