"""The launcher: the one way into the command, `python -m maasbench` and child processes.

The packages beside this file have everyday names (`providers`, `harness`). Putting this
file's own folder first on the path keeps a `./providers` in the user's working directory,
or a `PYTHONPATH=.`, from being imported in their place.
"""

import sys
from pathlib import Path


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from harness.cli import main as run

    run()


if __name__ == "__main__":
    main()
