"""Computed against published: does each figure come out as it should?"""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from harness.errors import ConfigurationError
from harness.verify.cases import Case, Figure, Published, Source, ToleranceKind, published_cases
from harness.verify.formulas import compute


class Checked(Struct, frozen=True, kw_only=True):
    """One figure of one case after recomputing it.

    difference: computed − published, in the figure's unit.
    reproduces: the difference is within the tolerance.
    as_expected: it reproduces and should, or it misses as known and by the known amount.
    """

    case: str
    about: str
    figure: str
    what: str
    computed: Decimal
    published: Decimal
    origin: str
    difference: Decimal
    tolerance: Decimal
    tolerance_kind: ToleranceKind
    expect: str
    reproduces: bool
    as_expected: bool
    why: str
    source: Source

    @property
    def verdict(self) -> str:
        """The outcome in words."""
        if self.expect == "reproduces":
            return "reproduces" if self.as_expected else "DOES NOT REPRODUCE"
        if self.as_expected:
            return "does not, as expected"
        return "REPRODUCES, unexpectedly" if self.reproduces else "MISSES OTHERWISE"


def verify_cases(published: Published | None = None) -> tuple[Checked, ...]:
    """Every figure of every case, recomputed, in the order of the file; by default of the
    file that ships with the program."""
    book = published or published_cases()
    return tuple(
        checked for case in book.case for checked in check(case, book.sources[case.source])
    )


def check(case: Case, source: Source) -> tuple[Checked, ...]:
    """The figures of one case, recomputed.

    Raises ConfigurationError for inputs that give no number, and for a figure that the
    case's formula does not give.
    """
    try:
        computed = compute(case)
    except ArithmeticError as error:
        raise ConfigurationError(f"{case.id}: its inputs give no number: {error!r}") from error
    for name in case.figures:
        if name not in computed:
            known = ", ".join(sorted(computed))
            raise ConfigurationError(f"{case.id}: no figure {name!r}: its inputs give {known}")
    return tuple(
        _checked(case, name, figure, computed[name], source)
        for name, figure in case.figures.items()
    )


def headlines(checked: Sequence[Checked]) -> tuple[Checked, ...]:
    """The first figure of each case, and whatever is not as expected: the short table."""
    seen: set[str] = set()
    kept = []
    for figure in checked:
        if figure.case not in seen or not figure.as_expected:
            kept.append(figure)
        seen.add(figure.case)
    return tuple(kept)


def _checked(case: Case, name: str, figure: Figure, computed: Decimal, source: Source) -> Checked:
    reproduces = _within(figure, computed, figure.published)
    return Checked(
        case=case.id,
        about=case.what,
        figure=name,
        what=figure.what,
        computed=computed,
        published=figure.published,
        origin=figure.origin,
        difference=computed - figure.published,
        tolerance=figure.tolerance,
        tolerance_kind=figure.tolerance_kind,
        expect=figure.expect,
        reproduces=reproduces,
        as_expected=_as_expected(figure, computed, reproduces=reproduces),
        why=figure.why,
        source=source,
    )


def _as_expected(figure: Figure, computed: Decimal, *, reproduces: bool) -> bool:
    if figure.expect == "reproduces":
        return reproduces
    # A miss by another amount would hide a mistake of ours behind the known reason.
    known = figure.computes is not None and _within(figure, computed, figure.computes)
    return known and not reproduces


def _within(figure: Figure, computed: Decimal, target: Decimal) -> bool:
    allowed = figure.tolerance
    if figure.tolerance_kind == "relative":
        allowed *= abs(target)
    return abs(computed - target) <= allowed
