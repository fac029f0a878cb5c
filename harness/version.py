"""Which maasbench this is. Read from the installed metadata, or from the checkout."""

import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from harness.records import SCHEMA_VERSION

_UNKNOWN = "0+unknown"


def maasbench_version() -> str:
    """The version of the distribution; in a bare checkout that of pyproject.toml."""
    try:
        return version("maasbench")
    except PackageNotFoundError:
        project = Path(__file__).resolve().parent.parent / "pyproject.toml"
        if not project.is_file():
            return _UNKNOWN
        found = re.search(r'^version = "(.+)"$', project.read_text(encoding="utf-8"), re.MULTILINE)
        return found[1] if found else _UNKNOWN


def describe() -> str:
    """One line for `--version`: the tool, Python, the catalogue's newest check, the schema."""
    from providers.offers import load_catalog

    return (
        f"maasbench {maasbench_version()} · Python {platform.python_version()} · "
        f"catalogue checked {load_catalog().checked} · schema {SCHEMA_VERSION}"
    )
