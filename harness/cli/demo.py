"""`maasbench demo`: the main job on real inference, offline, with no keys."""

import tomllib
from importlib.resources import files
from pathlib import Path

import click

from harness.suite import check_suite


@click.command(epilog="Examples:\n\n\b\n  maasbench demo\n  maasbench demo --out /tmp/demo")
@click.option("--out", type=click.Path(), help="Directory of the run; new or empty.")
@click.option(
    "--simulate",
    is_flag=True,
    help="Use the simulated provider even where real inference is possible.",
)
def command(out: str | None, simulate: bool) -> int:
    """Run the smoke tasks on two tiny real models served by llama.cpp on this machine.

    Solve rates, tokens, latencies and intervals are measured; the hourly rate of the CPU
    is declared by the demo suite. Where llama.cpp's wheel does not exist, the simulated
    provider stands in and every output says SIMULATED. Then published bills are
    recomputed offline.
    """
    from harness.cli.run import carry_out
    from harness.cli.verify import print_table
    from providers.embedded.engine import available

    keys = tomllib.loads((files("harness.cli") / "demo.toml").read_text(encoding="utf-8"))
    why = available()
    if why is not None and not simulate:
        click.echo(f"No real inference here ({why}): the simulated provider stands in.", err=True)
    keys["simulate"] = simulate or why is not None
    suite = check_suite(keys, origin="the demo suite")
    code = carry_out(suite, Path(out) if out else None, ask=False)
    click.echo("\nPublished bills, recomputed offline (maasbench verify):\n")
    print_table()
    return code
