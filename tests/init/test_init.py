"""`maasbench init`: the template is complete, right in its defaults, and runs as written."""

import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.cli.init import suite_template
from harness.profile import parse_profile
from harness.suite import OfferOptions, Suite, check_suite
from providers.offers import Offer
from providers.prices.fx import FxRate
from providers.prices.pricebook import parse_gpu_spec, parse_price_spec, rows_from_table

LAUNCHER = Path(__file__).parents[2] / "maasbench.py"
# A key at rest begins with "#" and no blank.
AT_REST = re.compile(r"^#(?! |$)", re.MULTILINE)
TEMPLATE = suite_template()
# Paragraphs of the template that hold keys.
PARAGRAPHS = [
    text for text in TEMPLATE.split("\n\n") if re.search(r"^#?\[|^#?\w+ = ", text, re.MULTILINE)
]


def everything_in_use() -> dict[str, Any]:
    """The template with all keys at rest put to use at once."""
    return tomllib.loads(AT_REST.sub("", TEMPLATE))


def first_key(paragraph: str) -> str:
    found = re.search(r"^#?(\[+\w+|\w+ =)", paragraph, re.MULTILINE)
    assert found is not None
    return found[1].strip("[ =")


def init(directory: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(LAUNCHER), "init", *flags],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_writes_a_suite_that_is_valid_as_it_stands(tmp_path: Path) -> None:
    """The smoke workload on the embedded offers, with nothing to fill in."""
    done = init(tmp_path)

    suite = check_suite(
        tomllib.loads((tmp_path / "maasbench.toml").read_text("utf-8")), origin="test"
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert suite.offers == ("embedded/small", "embedded/better")
    assert suite.workloads == ("smoke",)


def test_leaves_a_file_that_is_there_alone(tmp_path: Path) -> None:
    """One line with the remedy on standard error, exit code 2."""
    (tmp_path / "maasbench.toml").write_text("mine")

    done = init(tmp_path)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "--stdout" in done.stderr
    assert (tmp_path / "maasbench.toml").read_text() == "mine"


def test_stdout_prints_and_writes_nothing(tmp_path: Path) -> None:
    """The printed text is the template, also where a file is there."""
    done = init(tmp_path, "--stdout")

    assert (done.returncode, done.stdout) == (0, suite_template())
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """A directory in the file's place is an error with a remedy, not a traceback."""
    (tmp_path / "maasbench.toml").mkdir()

    done = init(tmp_path)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_names_every_suite_key_and_no_other() -> None:
    """A key that is added to the suite has to be added to the template."""
    assert sorted(everything_in_use()) == sorted(Suite.__struct_fields__)


def test_names_every_option_of_an_offer_and_no_other() -> None:
    """The tables under [offer] together show all their keys."""
    shown = {key for options in everything_in_use()["offer"].values() for key in options}

    assert shown == set(OfferOptions.__struct_fields__)


@pytest.mark.parametrize("paragraph", PARAGRAPHS, ids=first_key)
def test_each_key_at_rest_is_valid_when_put_to_use(paragraph: str) -> None:
    """A user takes one "#" away and has a suite that still reads."""
    in_use = TEMPLATE.replace(paragraph, AT_REST.sub("", paragraph))

    check_suite(tomllib.loads(in_use), origin="test")


@pytest.mark.parametrize("paragraph", PARAGRAPHS, ids=first_key)
def test_each_key_states_its_default(paragraph: str) -> None:
    """A default that can be written as TOML is the one that the suite has."""
    prose = " ".join(line[2:] for line in paragraph.splitlines() if line.startswith("# "))
    found = re.search(r"Defaults?: (.+?)\.(?:$| )", prose)
    field = {field.name: field for field in msgspec.structs.fields(Suite)}[first_key(paragraph)]

    assert found is not None
    if isinstance(field.default, str | int | float):
        assert tomllib.loads(f"value = {found[1]}")["value"] == field.default


def test_the_declared_rows_are_rows_that_can_be_used() -> None:
    """Prices, exchange rates and the profile at rest are complete."""
    keys = everything_in_use()

    row = rows_from_table(keys["prices"], "test")[0]
    rate = msgspec.convert(keys["fx"][0], FxRate, strict=False)
    profile = parse_profile(keys["profile"])

    assert row.tiers[0].rates.output == 2
    assert rate.rate > 1
    assert sum(span.share for span in profile.hours) == 1


def test_the_prices_of_offers_can_be_read() -> None:
    """The hourly rate in use and the token price at rest, in the form that a run takes."""
    options = everything_in_use()["offer"]["embedded/better"]
    offer = Offer(id="embedded/better", vendor="embedded", model="better", base_url="")
    at = datetime(2026, 1, 1, tzinfo=UTC)

    by_hour = parse_gpu_spec(options["gpu"], offer, at, label=options["gpu_label"])
    by_token = parse_price_spec(options["price"], offer, at)

    assert (by_hour.kind, by_hour.label) == ("gpu_hour", options["gpu_label"])
    assert by_token.tiers[0].rates.cache_read == Decimal("0.1")
