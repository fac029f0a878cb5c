"""One connection to the paced server: requests in, paced answers out."""

import asyncio
import os
from collections.abc import Callable
from time import perf_counter
from typing import Any, cast

import httptools
import msgspec
from msgspec import Struct

from providers.paced.pace import MODEL, ChunkTemplate, Pace, whole_answer
from providers.paced.truth import Truth
from providers.paced.wheel import Wheel

_BYTES_PER_TOKEN = 4
_EVENTS = (
    b"HTTP/1.1 200 OK\r\nserver: maasbench-paced\r\ncontent-type: text/event-stream\r\n"
    b"cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
)


class _Options(Struct):
    include_usage: bool = False


class Wanted(Struct):
    """What of a request's body matters here."""

    stream: bool = False
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    stream_options: _Options | None = None


class Connection(asyncio.Protocol):
    """Answers one request after the other, each as soon as it is read."""

    def __init__(self, pace: Pace, wheel: Wheel, truth: Truth) -> None:
        self._pace = pace
        self._wheel = wheel
        self._truth = truth
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._descriptor = -1
        self._answering: _Answer | None = None
        self._read_s = 0.0
        self._path = b""
        self._body = b""

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._descriptor = transport.get_extra_info("socket").fileno()

    def data_received(self, data: bytes) -> None:
        self._read_s = perf_counter()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._answering is not None:
            self._answering.give_up()

    # httptools callbacks

    def on_message_begin(self) -> None:
        self._path, self._body = b"", b""

    def on_url(self, url: bytes) -> None:
        self._path += url

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        path = self._path.partition(b"?")[0]
        if self._answering is not None:
            # Pipelining would make two answers share one schedule.
            self._close()
        elif path.endswith(b"/chat/completions"):
            self._answer()
        elif path.endswith(b"/stats"):
            self._say(self._truth.summary())
        elif path.endswith(b"/reset"):
            self._truth.reset()
            self._say({"reset": True})
        elif path.endswith(b"/models"):
            self._say({"object": "list", "data": [{"id": MODEL, "object": "model"}]})
        elif path.endswith(b"/health"):
            self._say({"status": "ok"})
        else:
            self._say({"error": {"message": "no such path"}}, status=b"404 Not Found")

    def write(self, data: bytes) -> None:
        """Hand bytes to the kernel now: a loop's buffer would make every stamp too early."""
        transport = self._transport
        if transport is None:
            return
        written = 0
        if transport.get_write_buffer_size() == 0:
            try:
                written = os.write(self._descriptor, data)
            except BlockingIOError:
                pass
            except OSError:
                # The client has gone; the loop will say so.
                return
        if written < len(data):
            transport.write(data[written:])

    def free(self) -> None:
        """The answer under way has ended."""
        self._answering = None

    def _answer(self) -> None:
        try:
            wanted = msgspec.json.decode(self._body, type=Wanted)
        except msgspec.MsgspecError as error:
            self._say({"error": {"message": str(error)}}, status=b"400 Bad Request")
            return
        self._answering = _Answer(
            self, self._pace, self._truth, wanted, len(self._body), self._read_s
        )
        if wanted.stream:
            self.write(_EVENTS)
        self._wheel.put(self._answering, self._answering.due_s)

    def say_body(self, body: bytes, status: bytes = b"200 OK") -> None:
        """A whole response of JSON."""
        head = b"HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        self.write(head % (status, len(body)) + body)

    def _say(self, document: Any, status: bytes = b"200 OK") -> None:
        self.say_body(msgspec.json.encode(document), status)

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class _Answer:
    """One answer on its schedule; a stream of the wheel."""

    def __init__(
        self,
        connection: Connection,
        pace: Pace,
        truth: Truth,
        wanted: Wanted,
        body_bytes: int,
        arrived_s: float,
    ) -> None:
        self._connection: Connection | None = connection
        self._pace = pace
        self._truth = truth
        self._tokens = wanted.max_completion_tokens or wanted.max_tokens or pace.tokens
        self._usage = wanted.stream_options is not None and wanted.stream_options.include_usage
        self._input_tokens = body_bytes // _BYTES_PER_TOKEN + 1
        self._chunks = (
            ChunkTemplate(arrived_s, input_tokens=self._input_tokens, output_tokens=self._tokens)
            if wanted.stream
            else None
        )
        self._arrived_s = arrived_s
        self._before_s = arrived_s
        self._sent = 0
        last = 0 if wanted.stream else self._tokens - 1
        self.due_s = pace.due_s(arrived_s, last)
        truth.began()

    def play(self) -> float | None:
        if self._connection is None:
            return None
        if self._chunks is None:
            body = whole_answer(input_tokens=self._input_tokens, output_tokens=self._tokens)
            self._connection.say_body(body)
            self._end()
            return None
        last = self._sent + 1 == self._tokens
        now_s = perf_counter()
        frame = self._chunks.token(now_s, first=self._sent == 0, last=last)
        if last:
            frame += self._chunks.ending(with_usage=self._usage)
        self._connection.write(frame)
        self._truth.sent(
            since_s=now_s - self._before_s, first=self._sent == 0, late_s=now_s - self.due_s
        )
        self._before_s = now_s
        self._sent += 1
        if last:
            self._end()
            return None
        self.due_s = self._pace.due_s(self._arrived_s, self._sent)
        return self.due_s

    def give_up(self) -> None:
        """The client has gone."""
        if self._connection is not None:
            self._end()

    def _end(self) -> None:
        assert self._connection is not None
        self._connection.free()
        self._connection = None
        self._truth.ended()


def connections(pace: Pace, wheel: Wheel, truth: Truth) -> Callable[[], Connection]:
    """What makes the server's connections."""
    return lambda: Connection(pace, wheel, truth)
