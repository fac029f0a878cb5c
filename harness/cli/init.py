"""`maasbench init`: a commented suite to start from, which runs as it is written."""

from importlib.resources import files
from pathlib import Path

import click

TEMPLATE = "maasbench.toml.template"


@click.command(
    epilog="Examples:\n\n\b\n"
    "  maasbench init && maasbench run\n"
    "  maasbench init --stdout > suites/nightly.toml",
)
@click.option("--stdout", is_flag=True, help="Print the file instead of writing it.")
def command(*, stdout: bool) -> None:
    """Write a commented maasbench.toml into this directory.

    It names every key with its unit and default, and runs the smoke workload on two tiny
    models without a key. A file that is there is left alone.
    """
    text = suite_template()
    if stdout:
        click.echo(text, nl=False)
        return
    path = _write_new(text)
    click.echo(f"Wrote {path}. Next: maasbench run", err=True)


def suite_template() -> str:
    """The text of the commented suite."""
    return files("harness.cli").joinpath(TEMPLATE).read_text("utf-8")


def _write_new(text: str) -> Path:
    from harness.errors import ConfigurationError
    from harness.suite import FILE_NAME

    path = Path(FILE_NAME)
    try:
        # Exclusive creation: asking first and writing then could lose a file in between.
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise ConfigurationError(
            f"{path} is there already: move it away, or print the template with --stdout"
        ) from error
    except OSError as error:
        raise ConfigurationError(
            f"cannot write {path}: {error.strerror}; print the template with --stdout"
        ) from error
    return path
