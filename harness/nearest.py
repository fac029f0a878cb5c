"""Which known name was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(given: str, known: Iterable[str], *, at_most: int = 3) -> str:
    """`: did you mean 'a' or 'b'?`, or an empty text when nothing is near.

    >>> did_you_mean("epoch", ["epochs", "seed"])
    ": did you mean 'epochs'?"
    """
    near = get_close_matches(given, list(known), n=at_most, cutoff=0.5)
    return f": did you mean {' or '.join(map(repr, near))}?" if near else ""
