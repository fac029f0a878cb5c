"""Results of other tools, read as frontiers of ours: guidellm, aiperf and vllm bench.

Only a few documented keys are read (docs/capacity.md lists them); what a file does not hold
stays unknown. Which tool wrote a file is told from its keys, not from its name.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from harness.errors import ConfigurationError
from harness.frontier import FRONTIER_VERSION, Frontier, OfferIdentity, Point, Source, with_pareto
from harness.importers import aiperf, guidellm, vllm_bench
from harness.importers.keys import Imported

_READERS: Sequence[tuple[Source, Callable[[Mapping[str, Any]], Imported | None]]] = (
    ("guidellm", guidellm.read),
    ("aiperf", aiperf.read),
    ("vllm-bench", vllm_bench.read),
)


def import_frontier(files: Sequence[Path]) -> Frontier:
    """One frontier of all the files, which must be of one tool and one model.

    Raises ConfigurationError for a file that no tool of these has written, or that says
    nothing of any load.
    """
    read = [(file, *_read(file)) for file in files]
    tools = list(dict.fromkeys(source for _, source, _ in read))
    models = list(dict.fromkeys(found.model for _, _, found in read))
    if len(tools) > 1 or len(models) > 1:
        raise ConfigurationError(
            f"these files are of {' and '.join(map(str, tools if len(tools) > 1 else models))}: "
            "import those of one tool and one model at a time"
        )
    points: list[Point] = [point for _, _, found in read for point in found.points]
    return Frontier(
        schema_version=FRONTIER_VERSION,
        source=tools[0],
        origin=", ".join(file.name for file in files),
        offer=OfferIdentity(model=models[0]),
        points=with_pareto(sorted(points, key=_by_load)),
    )


def _by_load(point: Point) -> tuple[float, float]:
    return (point.concurrency or math.inf, point.rate_per_s or math.inf)


def _read(file: Path) -> tuple[Source, Imported]:
    try:
        document = msgspec.json.decode(file.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"cannot read {file}: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise ConfigurationError(f"{file} is not JSON: {error}") from error
    if isinstance(document, dict):
        for source, read in _READERS:
            found = read(document)
            if found is None:
                continue
            if not found.points:
                raise ConfigurationError(
                    f"{file}: {source} wrote it, but no load in it has results"
                )
            return source, found
    raise ConfigurationError(
        f"{file} is none of: guidellm's benchmarks.json, aiperf's profile_export_aiperf.json, "
        "a result of vllm bench serve --save-result"
    )
