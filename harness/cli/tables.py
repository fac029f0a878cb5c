"""The console that tables are printed to: as wide as the terminal, 100 columns in a pipe."""

import sys

from rich.console import Console

WIDTH_IN_A_PIPE = 100


def console() -> Console:
    """Standard output as it is now. Colour follows the terminal and NO_COLOR."""
    return Console(
        file=sys.stdout,
        width=None if sys.stdout.isatty() else WIDTH_IN_A_PIPE,
        highlight=False,
        markup=False,
        soft_wrap=False,
    )
