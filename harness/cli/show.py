"""What verbs print in common: a stored run's report, in any format."""

import os
import sys

from rich.console import Console

from harness.reading import View, summarize_stored
from harness.report import FORMATS
from harness.store import StoredRun

FALLBACK_WIDTH = 100


def print_report(stored: StoredRun, *, fmt: str = "text", view: View | None = None) -> None:
    """The run's report on standard output."""
    summary = summarize_stored(stored, view)
    if fmt != "text":
        sys.stdout.write(FORMATS[fmt](summary))
        return
    on_terminal = sys.stdout.isatty()
    text = as_text.render(
        summary,
        width=Console().width if on_terminal else FALLBACK_WIDTH,
        color=on_terminal and "NO_COLOR" not in os.environ,
    )
    sys.stdout.write(text)
