"""docs/verify.md: its example works, and it names every kind of case with its inputs."""

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from harness.verify import Checked, verify_cases
from harness.verify.cases import Case, Figure, read_cases

PAGE = (Path(__file__).parents[2] / "docs" / "verify.md").read_text("utf-8")
COMMON = {"id", "what", "source", "figures"}


def words(text: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", text))


def test_the_example_can_be_copied_and_reproduces() -> None:
    """The block of TOML is a whole file of cases."""
    example = re.search(r"```toml\n(.+?)```", PAGE, re.DOTALL)
    assert example is not None

    checked = verify_cases(read_cases(example[1], origin="docs/verify.md"))

    assert [figure.verdict for figure in checked] == ["reproduces"]


@pytest.mark.parametrize("case", get_args(Case), ids=lambda case: case.__name__)
def test_every_kind_names_its_inputs(case: type[msgspec.Struct]) -> None:
    """A row of the table per kind, with each of its keys."""
    row = re.search(rf"^\| `{case.__struct_config__.tag}` \|.+$", PAGE, re.MULTILINE)

    assert row is not None
    assert set(case.__struct_fields__) - COMMON <= words(row[0])


@pytest.mark.parametrize("record", [Figure, Checked], ids=lambda record: record.__name__)
def test_every_key_of_a_figure_is_named(record: type[msgspec.Struct]) -> None:
    """Those that are read and those that the JSON has."""
    assert set(record.__struct_fields__) <= words(PAGE.replace("expect = ", "`expect` "))
