"""The bytes of answers as they arrived, kept on request: one file per attempt.

A file's first line is a JSON list, a [seconds since issued, length] for each read; the rest
is the reads' bytes, end to end. Nothing of a request is kept, nor any header.
"""

from pathlib import Path
from urllib.parse import quote

import msgspec

from providers.exchange import Exchange

FOLDER = "raw"

Reads = list[tuple[float, bytes]]


def raw_file(run: Path, attempt: str) -> Path:
    """Where a run keeps the bytes of an attempt."""
    return run / FOLDER / f"{quote(attempt, safe='~')}.bin"


def keep_raw(run: Path, attempt: str, exchange: Exchange, *, secret: str | None) -> None:
    """Write down what an exchange brought; nothing for one that brought nothing.

    A key that the server echoed is overwritten with asterisks, so that lengths hold.
    """
    if not exchange.reads:
        return
    body = exchange.body()
    if secret:
        body = body.replace(secret.encode(), b"*" * len(secret.encode()))
    reads = [[round(at_s - exchange.issued_s, 6), len(data)] for at_s, data in exchange.reads]
    file = raw_file(run, attempt)
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(msgspec.json.encode(reads) + b"\n" + body)


def read_raw(run: Path, attempt: str) -> Reads:
    """The reads of an attempt: seconds since it was issued, and bytes.

    Raises FileNotFoundError where none were kept.
    """
    head, _, body = raw_file(run, attempt).read_bytes().partition(b"\n")
    reads, start = Reads(), 0
    for at_s, length in msgspec.json.decode(head, type=list[tuple[float, int]]):
        reads.append((at_s, body[start : start + length]))
        start += length
    return reads
