"""A server's prompt cache: blocks of tokens, found by everything that stands before them.

A block's identity covers the whole prompt up to its end, so only a truly shared prefix is
ever found. The least recently used block goes first when the cache is full. A prompt is
resident from its arrival on, not from the end of its prefill: with that, what is cached
depends on the order of requests only and not on their timing.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple


class Visit(NamedTuple):
    """Tokens of a prompt that were resident, and those that became so."""

    read_tokens: int = 0
    written_tokens: int = 0


class PrefixCache:
    """Whole blocks of `block_tokens`; at most `capacity_blocks` of them."""

    def __init__(self, block_tokens: int, capacity_blocks: int) -> None:
        self._block_tokens = block_tokens
        self._capacity_blocks = capacity_blocks
        self._resident: OrderedDict[bytes, None] = OrderedDict()

    def visit(self, tokens: Sequence[str]) -> Visit:
        """What was found of this prompt, which is resident afterwards.

        The last token is never read from the cache: it has to be computed to go on from.
        """
        identities = list(self._identities(tokens))
        readable = max(len(tokens) - 1, 0) // self._block_tokens
        found = 0
        while found < readable and identities[found] in self._resident:
            found += 1
        new = sum(identity not in self._resident for identity in identities)
        self._admit(identities)
        return Visit(found * self._block_tokens, new * self._block_tokens)

    def clear(self) -> None:
        self._resident.clear()

    def _identities(self, tokens: Sequence[str]) -> Iterator[bytes]:
        size, identity = self._block_tokens, b""
        for start in range(0, len(tokens) - size + 1, size):
            text = "\0".join(tokens[start : start + size])
            identity = sha256(identity + text.encode("utf-8", "surrogatepass")).digest()
            yield identity

    def _admit(self, identities: Sequence[bytes]) -> None:
        # The end of a prompt is the first to go: without its start it could not be found.
        for identity in reversed(identities):
            self._resident[identity] = None
            self._resident.move_to_end(identity)
        while len(self._resident) > self._capacity_blocks:
            self._resident.popitem(last=False)
