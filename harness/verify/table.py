"""The checked figures as a terminal table, Markdown and JSON. Decides nothing."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec
from rich.console import Group
from rich.table import Table
from rich.text import Text

from harness.verify.check import Checked

SCHEMA_VERSION = 1
HEADINGS = ("case", "what", "computed", "published", "difference", "tolerance", "verdict")
DERIVED = "* not printed by the source: derived from its figures, apart from this program"
# Digits shown beyond those of the published figure, so that a difference can be seen.
_EXTRA_DIGITS = 2
_JSON_DIGITS = 10
_NUMBERS = frozenset(("computed", "published", "difference", "tolerance"))


def render(checked: Sequence[Checked]) -> Group:
    """The table with its notes for a terminal, within 100 columns."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    for heading in HEADINGS:
        numeric = heading in _NUMBERS
        table.add_column(
            heading,
            justify="right" if numeric else "left",
            no_wrap=numeric or heading == "case",
            max_width=12 if heading == "verdict" else None,
        )
    previous = ""
    for figure in checked:
        cells = _cells(figure)
        cells[0] = "" if figure.case == previous else figure.case
        table.add_row(*map(Text, cells), style=None if figure.as_expected else "bold red")
        previous = figure.case
    return Group(table, *(Text(note, style="dim") for note in notes(checked)))


def as_markdown(checked: Sequence[Checked]) -> str:
    """The same table and notes as GitHub-flavoured Markdown."""
    rows = [HEADINGS, tuple("---:" if name in _NUMBERS else "---" for name in HEADINGS)]
    rows += [tuple(_cells(figure)) for figure in checked]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([*lines, "", *(f"- {note}" for note in notes(checked))])


def as_json(checked: Sequence[Checked]) -> str:
    """One object: schema_version, as_expected of the whole, and every figure. Numbers are
    text with at most ten decimal places."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "as_expected": all(figure.as_expected for figure in checked),
        "figures": [_object(figure) for figure in checked],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def notes(checked: Sequence[Checked]) -> list[str]:
    """What stands under the table: reasons, the mark's meaning, sources, the count."""
    lines = []
    reasons: dict[str, list[str]] = {}
    sources: dict[str, list[str]] = {}
    for figure in checked:
        if figure.why:
            reasons.setdefault(figure.why, []).append(figure.case)
        cases = sources.setdefault(f"{figure.source.title} ({figure.source.where})", [])
        if figure.case not in cases:
            cases.append(figure.case)
    lines += [f"{', '.join(cases)} do not reproduce: {why}." for why, cases in reasons.items()]
    if any(figure.origin == "derived" for figure in checked):
        lines.append(DERIVED)
    lines += [f"{', '.join(cases)}: {source}" for source, cases in sources.items()]
    good = sum(figure.as_expected for figure in checked)
    lines.append(f"{good} of {len(checked)} figures as expected.")
    return lines


def _cells(figure: Checked) -> list[str]:
    return [
        figure.case,
        figure.what,
        _number(figure.computed, figure.published),
        f"{figure.published:,}" + ("*" if figure.origin == "derived" else ""),
        _number(figure.difference, figure.published, sign="+"),
        _tolerance(figure),
        figure.verdict,
    ]


def _number(value: Decimal, published: Decimal, sign: str = "") -> str:
    """`value` with two digits more than the published figure, trailing zeros dropped."""
    rounded = round(value, _decimals(published) + _EXTRA_DIGITS)
    if rounded == 0:
        return "0"
    text = f"{rounded:{sign},f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _tolerance(figure: Checked) -> str:
    if figure.tolerance == 0:
        return "exact"
    if figure.tolerance_kind == "relative":
        return f"{(figure.tolerance * 100).normalize():f} %"
    return f"{figure.tolerance:f}" + (" pt" if figure.tolerance_kind == "points" else "")


def _object(figure: Checked) -> dict[str, object]:
    fields: dict[str, object] = msgspec.structs.asdict(figure)
    for name in ("computed", "difference"):
        number = round(getattr(figure, name), _JSON_DIGITS).normalize()
        fields[name] = f"{number:f}"
    fields["source"] = msgspec.structs.asdict(figure.source)
    return fields | {"verdict": figure.verdict}
