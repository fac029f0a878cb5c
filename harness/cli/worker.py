"""`maasbench worker`: a measuring process of a run with `--workers`, as its child."""

import click


@click.command()
def command() -> None:
    """Carry out the trials that standard input names, until it ends."""
    from harness.workers.process import work
    from providers.clock import SystemClock
    from providers.event_loop import run_fast

    run_fast(work(SystemClock()))
