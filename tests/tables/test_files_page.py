"""docs/files.md is complete: every column, every key and every kind of line is in it."""

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from harness.records import Attempt, Ended, Reserved, Restarted, Run, Sufficed, Trial
from harness.tables import ATTEMPT_COLUMNS, TRIAL_COLUMNS, Column
from workloads.task import JudgedIn, Reason

PAGE = (Path(__file__).parents[2] / "docs" / "files.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.M))


@pytest.mark.parametrize(
    ("section", "columns"),
    [("attempts.parquet", ATTEMPT_COLUMNS), ("trials.parquet", TRIAL_COLUMNS)],
)
def test_the_tables_on_the_page_are_the_tables_that_are_written(
    section: str, columns: tuple[Column, ...]
) -> None:
    """Column for column, in their order, with the same words."""
    rows = re.findall(r"^\| `(.+?)` \| (\w+) \| (.+) \|$", SECTIONS[section], re.MULTILINE)

    assert rows == [(each.name, each.kind, each.about) for each in columns]


@pytest.mark.parametrize(("section", "record"), [("run.json", Run), ("end.json", Ended)])
def test_every_key_of_a_json_file_is_described(section: str, record: type[msgspec.Struct]) -> None:
    """Each key of the record has its row, and no row is left over."""
    described = re.findall(
        r"`(\w+)`", " ".join(re.findall(r"^\| (`.+?) \|", SECTIONS[section], re.M))
    )

    assert sorted(described) == sorted(record.__struct_fields__)


@pytest.mark.parametrize(
    "record", [Reserved, Attempt, Restarted, Sufficed, Trial], ids=lambda r: r.__name__
)
def test_every_kind_of_line_is_described(record: type[msgspec.Struct]) -> None:
    """By the word that stands in its `line`."""
    assert f"`{record.__struct_config__.tag}`" in PAGE


def test_every_field_of_the_line_before_sending_is_described() -> None:
    """It has no table of its own."""
    paragraph = PAGE[PAGE.index("**`issued`**") : PAGE.index("**`attempt`**")]

    assert set(Reserved.__struct_fields__) <= set(re.findall(r"`(\w+)`", paragraph))


def test_every_reason_and_place_of_judging_is_named() -> None:
    """The words that a trial's grade can hold."""
    words = set(re.findall(r"`([\w-]+)`", SECTIONS["trials.jsonl"]))

    assert {*get_args(Reason), *get_args(JudgedIn)} <= words
