"""When a returned value is the expected one."""

import json
from collections import UserDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.coding.cases import Case, same
from workloads.coding.child import encode

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary(max_size=20)
)
_PLAIN = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.integers() | st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)


def _same(expected: str, got: object, tolerance: float = 0.0) -> bool:
    return same(Case("", expected).value(), json.loads(encode(got)), tolerance)


@given(_PLAIN)
def test_every_plain_value_equals_itself(value: object) -> None:
    """A value survives its way out of the sandbox."""
    assert _same(repr(value), value)


@given(_PLAIN, _PLAIN)
def test_different_text_is_a_different_value(one: object, other: object) -> None:
    """Two values are the same only when Python calls them equal."""
    if _same(repr(one), other):
        assert one == other


@pytest.mark.parametrize(
    ("expected", "got", "equal"),
    [
        pytest.param("1", True, False, id="True is not 1"),
        pytest.param("True", 1, False, id="1 is not True"),
        pytest.param("1", 1.0, False, id="a float where an int is wanted"),
        pytest.param("1.0", 1, True, id="an int where a float is wanted"),
        pytest.param("0.0", False, False, id="False where a float is wanted"),
        pytest.param("[1, 2]", (1, 2), False, id="a tuple for a list"),
        pytest.param("(1, 2)", [1, 2], False, id="a list for a tuple"),
        pytest.param("(1, 2)", (1, 2), True, id="equal tuples"),
        pytest.param("None", 0, False, id="zero is not None"),
        pytest.param("''", None, False, id="None is not empty"),
        pytest.param("{'a': 1, 'b': 2}", {"b": 2, "a": 1}, True, id="dicts have no order"),
        pytest.param("{'a': 1}", {"a": True}, False, id="types within a dict"),
        pytest.param("{1: 'x'}", {"1": "x"}, False, id="types of keys"),
        pytest.param("{3, 1, 2}", {1, 2, 3}, True, id="sets have no order"),
        pytest.param("[[1], [2]]", [[1], [2], [3]], False, id="a longer list"),
        pytest.param("b'ab'", "ab", False, id="text is not bytes"),
        pytest.param("'é\\u4e2d\\U0001f600'", "é中😀", True, id="text beyond ASCII"),
        pytest.param("{'tuple': [1]}", (1,), False, id="a dict that looks like a tuple"),
    ],
)  # fmt: skip
def test_types_count(expected: str, got: object, equal: bool) -> None:
    """Equality is by value and by type."""
    assert _same(expected, got) is equal


@pytest.mark.parametrize(
    ("got", "tolerance", "equal"),
    [
        pytest.param(0.1 + 0.2, 0.0, False, id="exactly"),
        pytest.param(0.1 + 0.2, 1e-9, True, id="within the tolerance"),
        pytest.param(0.31, 1e-9, False, id="outside the tolerance"),
        pytest.param(10**400, 1e-9, False, id="too large for a float"),
    ],
)
def test_floats_may_be_near(got: float, tolerance: float, equal: bool) -> None:
    """A task may allow rounding errors."""
    assert _same("[0.3]", [got], tolerance) is equal


@pytest.mark.parametrize("text", ["float('inf')", "float('-inf')", "float('nan')"])
def test_infinities_and_nan_are_told_apart(text: str) -> None:
    """What JSON has no number for comes out as a text of its own."""
    value = json.loads(encode(eval(text)))

    assert value == {"float": text[7:-2]}


class _Lying(int):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


_Pretended = type("tuple", (list,), {})


@pytest.mark.parametrize(
    "value",
    [_Lying(3), [_Lying(3)], _Pretended([1]), {1: len}, range(3), 3j, UserDict()],
    ids=lambda value: f"{type(value).__name__} {value}"[:20],
)
def test_anything_that_is_not_plain_is_refused(value: object) -> None:
    """Subclasses too: they can lie about what they are."""
    with pytest.raises(TypeError):
        encode(value)


@pytest.mark.parametrize(
    ("arguments", "inputs"),
    [("", ()), ("1", (1,)), ("1, 'a'", (1, "a")), ("(1, 2)", ((1, 2),)), ("[1],", ([1],))],
)
def test_arguments_are_literals(arguments: str, inputs: tuple[object, ...]) -> None:
    """A case's arguments are written as in a call."""
    assert Case(arguments, "None").inputs() == inputs
