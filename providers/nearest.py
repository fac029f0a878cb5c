"""Which known name was probably meant; for errors about names."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """`: did you mean 'a' or 'b'?`, or an empty text when nothing is near.

    >>> did_you_mean("sauce", ["source", "checked"])
    ": did you mean 'source'?"
    """
    near = get_close_matches(given, list(known), n=3, cutoff=0.5)
    return f": did you mean {' or '.join(map(repr, near))}?" if near else ""
