"""`capacity.json` and `frontier.json` on disk: what a capacity search leaves in its run.

They are written whole, and refused where a newer maasbench wrote them.
"""

from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from harness.errors import ResultError
from harness.frontier import FRONTIER_VERSION, Frontier
from harness.probes import CAPACITY_VERSION, Capacity
from harness.store import pretty_json, write_whole

CAPACITY_FILE = "capacity.json"
FRONTIER_FILE = "frontier.json"

_Record = TypeVar("_Record", bound=Struct)


def write_capacity(path: Path, capacity: Capacity) -> None:
    """Write the state of a search into its run's directory."""
    write_whole(path / CAPACITY_FILE, pretty_json(capacity))


def write_frontier(path: Path, frontier: Frontier) -> Path:
    """Write the frontier into a directory, and return the file."""
    write_whole(path / FRONTIER_FILE, pretty_json(frontier))
    return path / FRONTIER_FILE


def has_capacity(path: Path) -> bool:
    """Whether the run in a directory is a capacity search."""
    return (path / CAPACITY_FILE).is_file()


def read_capacity(path: Path) -> Capacity:
    """The state of the search in a run's directory. Raises ResultError."""
    return _read(path / CAPACITY_FILE, Capacity, CAPACITY_VERSION)


def read_frontier(path: Path) -> Frontier:
    """The frontier in a file, or in a run's directory. Raises ResultError."""
    file = path / FRONTIER_FILE if path.is_dir() else path
    return _read(file, Frontier, FRONTIER_VERSION)


def _read(file: Path, kind: type[_Record], newest: int) -> _Record:
    try:
        content = file.read_bytes()
        version = msgspec.json.decode(content, type=_Versioned).schema_version
        if version > newest:
            raise ResultError(
                f"{file} has schema version {version}, this maasbench reads up to {newest}: "
                "upgrade maasbench"
            )
        return msgspec.json.decode(content, type=kind)
    except OSError as error:
        raise ResultError(
            f"cannot read {file}: {error.strerror}; `maasbench capacity` writes one"
        ) from error
    except msgspec.MsgspecError as error:
        raise ResultError(f"{file} is not what its name says, or is damaged: {error}") from error


class _Versioned(Struct):
    schema_version: int
