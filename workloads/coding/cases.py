"""Calls with their expected values, and when a returned value is the expected one."""

import ast
import json
import math
from typing import Any

from msgspec import Struct

from workloads.coding.child import encode


class Case(Struct, frozen=True, array_like=True):
    """Arguments of one call and its expected value, both written as Python literals."""

    arguments: str
    expected: str

    def inputs(self) -> tuple[Any, ...]:
        """The arguments: `"'a', 1"` is two of them, an empty text none."""
        text = self.arguments.strip().removesuffix(",")
        return tuple(ast.literal_eval(f"({text},)")) if text else ()

    def value(self) -> Any:
        """The expected value in the form the sandbox reports values in."""
        return json.loads(encode(ast.literal_eval(self.expected)))


def same(expected: Any, got: Any, tolerance: float = 0.0) -> bool:
    """Whether two reported values are equal, types included.

    True is not 1 and a list is not a tuple, but an int may stand where a float is expected.

    >>> same([1.0], [1]), same(1, True), same(0.3, 0.1 + 0.2, 1e-9)
    (True, False, True)
    """
    if isinstance(expected, float) and type(got) in (int, float):
        return _near(expected, got, tolerance)
    if type(expected) is not type(got):
        return False
    if isinstance(expected, list):
        return len(expected) == len(got) and all(
            same(one, other, tolerance) for one, other in zip(expected, got, strict=True)
        )
    if isinstance(expected, dict):
        return expected.keys() == got.keys() and all(
            same(value, got[key], tolerance) for key, value in expected.items()
        )
    return bool(expected == got)


def _near(expected: float, got: float, tolerance: float) -> bool:
    try:
        return math.isclose(expected, got, rel_tol=tolerance, abs_tol=tolerance)
    except OverflowError:
        return False
