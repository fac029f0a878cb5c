"""Undoing the compression that a server applied to a body although nobody asked for it."""

import zlib

from providers.exchange import Exchange

# Accepts the zlib and the gzip container alike.
_ANY_CONTAINER = zlib.MAX_WBITS | 32


def inflated(record: Exchange) -> list[tuple[float, bytes]]:
    """The reads of an exchange as plain bytes.

    Every read keeps its instant; a body that is not what its header says, or is packed in
    another way than gzip or deflate, stays as it came.
    """
    if (record.header("content-encoding") or "").lower() not in ("gzip", "x-gzip", "deflate"):
        return record.reads
    inflater = zlib.decompressobj(_ANY_CONTAINER)
    try:
        return [(at_s, inflater.decompress(data)) for at_s, data in record.reads]
    except zlib.error:
        return record.reads
