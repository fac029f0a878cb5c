"""Expected outputs as files: compared byte by byte, written anew with `--update-golden`."""

import difflib
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "golden"

Golden = Callable[[str, str], None]


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Checks a text against tests/golden/<name>; a mismatch leaves <name>.got beside it."""
    update = request.config.getoption("--update-golden")

    def check(name: str, text: str) -> None:
        expected, got = HERE / name, HERE / f"{name}.got"
        if update:
            expected.write_bytes(text.encode())
        known = expected.read_bytes().decode() if expected.exists() else ""
        if text == known:
            got.unlink(missing_ok=True)
            return
        got.write_bytes(text.encode())
        diff = difflib.unified_diff(known.splitlines(), text.splitlines(), name, got.name, n=2)
        pytest.fail("\n".join(["not as expected (--update-golden accepts it):", *diff]))

    return check
