"""When the chunks of an answer are due, and the chunks themselves."""

from msgspec import Struct

MODEL = "paced"
_WORD = "tok "
# Wide enough for a century of uptime, so that every chunk has the same length.
_STAMP = b"%18.7f"


class Pace(Struct, frozen=True, kw_only=True):
    """The schedule of every answer: absolute, so that a late chunk delays none after it.

    ttft_s: from the arrival of a request's last byte to its first token. itl_s: between
    tokens. tokens: per answer, where the request does not say.
    """

    ttft_s: float = 0.05
    itl_s: float = 0.01
    tokens: int = 128

    def due_s(self, arrived_s: float, token: int) -> float:
        """The instant of a token, counted from 0, of a request that arrived then."""
        return arrived_s + self.ttft_s + self.itl_s * token


class ChunkTemplate:
    """A stream's chunks, ready but for the instant at which each is sent.

    Each carries `arrived_s` (of the request) and `sent_s` (its own) on the server's
    `time.perf_counter`, which processes of one Linux machine share.
    """

    def __init__(self, arrived_s: float, *, input_tokens: int, output_tokens: int) -> None:
        self._first = _framed(_chunk(arrived_s, {"role": "assistant", "content": _WORD}, "null"))
        self._next = _framed(_chunk(arrived_s, {"content": _WORD}, "null"))
        self._last = _framed(_chunk(arrived_s, {"content": _WORD}, '"stop"'))
        usage = _usage(input_tokens, output_tokens)
        self._usage = _framed(
            f'data: {{"model":"{MODEL}","choices":[],"usage":{usage}}}\n\n'.encode()
        )

    def token(self, sent_s: float, *, first: bool, last: bool) -> bytes:
        """The frame of one token."""
        frame = self._last if last else self._first if first else self._next
        return frame % sent_s

    def ending(self, *, with_usage: bool) -> bytes:
        """What follows the last token: usage where asked for, the end marker, the end."""
        done = _framed(b"data: [DONE]\n\n") + b"0\r\n\r\n"
        return (self._usage if with_usage else b"") + done


def whole_answer(*, input_tokens: int, output_tokens: int) -> bytes:
    """The body of an answer that is not streamed."""
    message = f'{{"role":"assistant","content":"{_WORD * output_tokens}"}}'
    return (
        f'{{"object":"chat.completion","model":"{MODEL}","choices":[{{"index":0,'
        f'"message":{message},"finish_reason":"stop"}}],'
        f'"usage":{_usage(input_tokens, output_tokens)}}}'
    ).encode()


def _usage(input_tokens: int, output_tokens: int) -> str:
    return (
        f'{{"prompt_tokens":{input_tokens},"completion_tokens":{output_tokens},'
        f'"total_tokens":{input_tokens + output_tokens}}}'
    )


def _chunk(arrived_s: float, delta: dict[str, str], finish: str) -> bytes:
    said = ",".join(f'"{name}":"{text}"' for name, text in delta.items())
    before = (
        f'data: {{"id":"chatcmpl-paced-0000000000000000","object":"chat.completion.chunk",'
        f'"created":1700000000,"model":"{MODEL}","arrived_s":{arrived_s:.7f},"sent_s":'
    )
    after = (
        f',"choices":[{{"index":0,"delta":{{{said}}},"logprobs":null,"finish_reason":{finish}}}]}}'
        "\n\n"
    )
    return before.encode() + _STAMP + after.encode()


def _framed(event: bytes) -> bytes:
    """The event as one chunk of a chunked body; a stamp counts as wide as it will be."""
    length = len(event.replace(_STAMP, b" " * 18))
    return b"%x\r\n" % length + event + b"\r\n"
