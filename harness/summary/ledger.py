"""What a cell's trials cost, task by task, and the estimates that follow.

Charges are Decimal and stay so in every total; statistics need floats, so that the mean
cost per task is where money turns into plain numbers of one currency.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from harness.cost import CLASSES, Charge, Charges, NoCharge
from harness.errors import ConfigurationError
from harness.records import Attempt, Trial
from harness.stats import Caveat, Estimate, ratio_log_delta

ZERO = Decimal(0)
NOT_PRICED = NoCharge(reason="not priced")


class TaskMeans(Struct, frozen=True, kw_only=True):
    """Per task, in one order: mean cost at its cheaper and dearer end, and mean solves."""

    tasks: tuple[str, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    solves: tuple[float, ...]

    def of(self, tasks: Iterable[str]) -> "TaskMeans":
        """The same for some of the tasks, in the order given."""
        at = {task: index for index, task in enumerate(self.tasks)}
        chosen = [at[task] for task in tasks]
        return TaskMeans(
            tasks=tuple(self.tasks[i] for i in chosen),
            low=tuple(self.low[i] for i in chosen),
            high=tuple(self.high[i] for i in chosen),
            solves=tuple(self.solves[i] for i in chosen),
        )


class Totals(Struct, frozen=True, kw_only=True):
    """Money over attempts; None when none of them has a price."""

    low: Decimal | None
    high: Decimal | None
    priced_share: float | None
    by_class: Mapping[str, Decimal]
    native: Mapping[str, Decimal]


def charge_of(charges: Charges, attempt: Attempt) -> Charge | NoCharge:
    return charges.get(attempt.attempt, NOT_PRICED)


def check_one_currency(charges: Charges, currency: str) -> None:
    """Raises ConfigurationError when a charge is in another currency than the report."""
    found = {charge.currency for charge in charges.values() if isinstance(charge, Charge)}
    if found - {currency}:
        raise ConfigurationError(
            f"charges in {', '.join(sorted(found))} do not add up to a report in {currency}:"
            " reprice the run with --currency and a dated rate"
        )


def totals(attempts: Sequence[Attempt], charges: Charges) -> Totals:
    """What the attempts cost together, as far as they are priced."""
    found = [charge_of(charges, attempt) for attempt in attempts]
    priced = [charge for charge in found if isinstance(charge, Charge)]
    by_class: dict[str, Decimal] = defaultdict(Decimal)
    native: dict[str, Decimal] = defaultdict(Decimal)
    for charge in priced:
        for name, (_, high) in charge.by_class.items():
            by_class[name] += high
        amount = charge.high if charge.native_high is None else charge.native_high
        native[charge.native_currency] += amount
    return Totals(
        low=sum((charge.low for charge in priced), ZERO) if priced else None,
        high=sum((charge.high for charge in priced), ZERO) if priced else None,
        priced_share=len(priced) / len(found) if found else None,
        by_class={name: by_class[name] for name in CLASSES if name in by_class},
        native=dict(sorted(native.items())),
    )


def task_means(trials: Iterable[Trial], attempts: Iterable[Attempt], charges: Charges) -> TaskMeans:
    """The means over each task's trials whose attempts all have a price."""
    attempts_of: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        attempts_of[attempt.trial].append(attempt)
    rows: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for trial in trials:
        cost = totals(attempts_of[trial.trial], charges)
        if cost.priced_share != 1.0 or cost.low is None or cost.high is None:
            continue
        row = (float(cost.low), float(cost.high), float(trial.grade.solved))
        rows[trial.task].append(row)
    names = tuple(sorted(rows))
    low, high, solves = (tuple(_mean(rows[name], i) for name in names) for i in range(3))
    return TaskMeans(tasks=names, low=low, high=high, solves=solves)


def cost_per_solved(means: TaskMeans) -> Estimate:
    """ΣC/ΣS over tasks, with the log-delta t interval clustered by task."""
    return _ratio(means, means.solves)


def cost_per_task(means: TaskMeans) -> Estimate:
    """The mean cost of a task, with the log-delta t interval over tasks."""
    return _ratio(means, (1.0,) * len(means.tasks))


def _ratio(means: TaskMeans, solves: Sequence[float]) -> Estimate:
    dear = ratio_log_delta(means.high, solves)
    if means.low == means.high:
        return dear
    cheap = ratio_log_delta(means.low, solves)
    warnings: tuple[Caveat, ...] = tuple(dict.fromkeys(dear.warnings + cheap.warnings))
    return Estimate(
        estimate=dear.estimate, low=cheap.low, high=dear.high, n=dear.n, warnings=warnings
    )


def _mean(rows: Sequence[tuple[float, float, float]], column: int) -> float:
    return sum(row[column] for row in rows) / len(rows)
