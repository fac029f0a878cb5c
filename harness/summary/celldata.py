"""What was recorded of one cell, sorted by what it counts for."""

from collections.abc import Sequence

from msgspec import Struct

from harness.records import Attempt, Cell, EngineSample, Trial


class CellData(Struct, frozen=True, kw_only=True):
    """What was recorded of one cell. `work` are its attempts of purpose `task`; `judged`
    are the trials whose grade is known, `engine` what its offer's engine said of itself."""

    cell: Cell
    work: tuple[Attempt, ...]
    beside: tuple[Attempt, ...]
    trials: tuple[Trial, ...]
    judged: tuple[Trial, ...]
    engine: tuple[EngineSample, ...] = ()


def cell_data(
    cell: Cell,
    attempts: Sequence[Attempt],
    trials: Sequence[Trial],
    engine: Sequence[EngineSample] = (),
) -> CellData:
    own = [attempt for attempt in attempts if attempt.cell == cell.key]
    ended = tuple(trial for trial in trials if trial.cell == cell.key)
    return CellData(
        cell=cell,
        work=tuple(attempt for attempt in own if attempt.purpose == "task"),
        beside=tuple(attempt for attempt in own if attempt.purpose != "task"),
        trials=ended,
        judged=tuple(trial for trial in ended if trial.grade.reason != "not_judged"),
        engine=tuple(sample for sample in engine if sample.offer == cell.offer),
    )
