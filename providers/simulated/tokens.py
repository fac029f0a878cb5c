"""The simulated vendor's tokenizer: a stated rule, not an imitation of a real one.

A token is the shortest run of characters of at least four UTF-8 bytes; the last one may be
shorter. ASCII text of n bytes therefore has ceil(n / 4) tokens, tokens never split a
character, and a longer text starts with the whole tokens of a shorter one.
"""

from providers.simulated.draws import generator

TOKEN_BYTES = 4
# Three letters and a space: one token each, so that a filler's length is exact.
_WORDS = (
    "the ",
    "sun ",
    "was ",
    "low ",
    "and ",
    "our ",
    "map ",
    "had ",
    "one ",
    "old ",
    "red ",
    "ink ",
)


def split(text: str) -> list[str]:
    """The tokens of a text; joined, they are the text again."""
    if text.isascii():
        return [text[i : i + TOKEN_BYTES] for i in range(0, len(text), TOKEN_BYTES)]
    pieces, start, size = [], 0, 0
    for position, character in enumerate(text):
        size += len(character.encode("utf-8", "surrogatepass"))
        if size >= TOKEN_BYTES:
            pieces.append(text[start : position + 1])
            start, size = position + 1, 0
    return pieces + [text[start:]] * (start < len(text))


def filler(seed: object, tokens: int) -> str:
    """A text of exactly that many tokens, always the same for the same seed."""
    return "".join(generator("filler", seed).choices(_WORDS, k=tokens))
