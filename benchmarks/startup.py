"""How long a user waits for the simplest commands: wall-clock time, best of ten.

    .venv/bin/python benchmarks/startup.py

The best, not the mean: whatever else the machine does can only add to it.
"""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LAUNCHER = ROOT / "maasbench.py"
BUDGET_S = 0.4
REPEATS = 10
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "maasbench --help": [sys.executable, str(LAUNCHER), "--help"],
    "maasbench --version": [sys.executable, str(LAUNCHER), "--version"],
    "maasbench run --help": [sys.executable, str(LAUNCHER), "run", "--help"],
    "maasbench report --help": [sys.executable, str(LAUNCHER), "report", "--help"],
}


def best_s(command: list[str]) -> float:
    """Seconds from start to end of the command, the least of all repeats."""
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - started)
    return min(times)


def main() -> None:
    print(f"{'command':<28}{f'best of {REPEATS}':>12}")
    for name, command in COMMANDS.items():
        print(f"{name:<28}{best_s(command):>10.3f} s")
    print(f"budget of `--help`: {BUDGET_S} s")


if __name__ == "__main__":
    main()
