"""Seeded draws that depend on what is asked, never on when it arrives."""

from hashlib import sha256
from random import Random


def fraction(*parts: object) -> float:
    """A number in [0, 1), uniform over seeds and fixed by its parts."""
    digest = sha256(_joined(parts)).digest()
    # 53 bits are what a float holds exactly; 64 could round up to 1.0.
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


def generator(*parts: object) -> Random:
    """A generator of its own, fixed by its parts."""
    return Random(_joined(parts))


def _joined(parts: tuple[object, ...]) -> bytes:
    return "\x1f".join(map(str, parts)).encode()
