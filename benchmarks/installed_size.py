"""What an installation without extras takes on disk, by distribution.

    .venv/bin/python benchmarks/installed_size.py

Installs this checkout into a temporary environment, so it needs the package index.
"""

import subprocess
import sys
import venv
from importlib.metadata import Distribution, distributions
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
BUDGET_MB = 400
SHOWN = 12


def installed(folder: Path) -> dict[str, float]:
    """Megabytes by distribution of a fresh environment with maasbench in it."""
    venv.create(folder, with_pip=False)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")]
    subprocess.run([*pip, "install", "--quiet", str(ROOT)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    found = distributions(path=[str(packages)])
    return {one.metadata["Name"]: _megabytes(one) for one in found}


def main() -> None:
    with TemporaryDirectory() as folder:
        sizes = installed(Path(folder))
    largest = sorted(sizes.items(), key=lambda item: item[1], reverse=True)
    for name, size in largest[:SHOWN]:
        print(f"{name:<24}{size:>8.1f} MB")
    print(f"{f'{len(largest[SHOWN:])} others':<24}{sum(s for _, s in largest[SHOWN:]):>8.1f} MB")
    print(f"{'total':<24}{sum(sizes.values()):>8.1f} MB  (budget {BUDGET_MB} MB)")


def _megabytes(distribution: Distribution) -> float:
    """As installed: byte code that Python writes on first use is counted where pip wrote it."""
    files = [Path(str(file.locate())) for file in distribution.files or []]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


if __name__ == "__main__":
    main()
