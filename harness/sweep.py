"""The frontier of a stored run that went through several loads; nothing is sent. Pure."""

from collections.abc import Sequence

from harness.errors import ConfigurationError
from harness.frontier import Frontier, frontier_of_run, load_of, point
from harness.probes import is_first
from harness.slo import Slo
from harness.store import StoredRun


def frontier_of_sweep(stored: StoredRun, slos: Sequence[Slo]) -> Frontier:
    """A point per load of the run, which must be of one offer and one workload.

    Requests count by their first attempt. Raises ConfigurationError when the run is of
    several, or was under no load whose level is known.
    """
    run = stored.run
    if len(run.offers) != 1 or len(run.workloads) != 1:
        raise ConfigurationError(
            f"{stored.path} has {len(run.offers)} offers and {len(run.workloads)} workloads: "
            "a frontier is of one of each"
        )
    points = []
    for cell in run.cells:
        load = load_of(cell)
        own = [each for each in stored.attempts if each.cell == cell.key and is_first(each)]
        if load is not None and own:
            points.append(point(load, own, slos))
    if not points:
        raise ConfigurationError(f"{stored.path} holds no request under a load of known level")
    return frontier_of_run(run, points, source="sweep", slos=slos, attempts=stored.attempts)
