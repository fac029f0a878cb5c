"""`maasbench report`: a stored run again, from its files alone."""

import click

from harness.store import find_run, load_run

FORMAT_NAMES = ("text", "md", "json", "csv", "html")


@click.command(
    epilog="Examples:\n\n\b\n"
    "  maasbench report\n"
    "  maasbench report results/20261121-201500-a1b2c3 --format md\n"
    "  maasbench report last --format json | jq '.cells[].cost.per_solved'"
)
@click.argument("run", default="last")
@click.option(
    "--format",
    "fmt",
    type=click.Choice(FORMAT_NAMES),
    default="text",
    show_default=True,
    help="What to print.",
)
def command(run: str, fmt: str) -> None:
    """Show a stored run: a directory, an id under results/, or `last`.

    Prices come from the run's own snapshot; `maasbench reprice` shows it under others.
    """
    from harness.cli.show import print_report

    print_report(load_run(find_run(run)), fmt=fmt)
