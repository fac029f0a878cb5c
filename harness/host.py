"""The machine a run is measured on, as `run.json` tells it."""

import os
import platform
from pathlib import Path

from harness.records import Host


def this_host() -> Host:
    """What of this machine bears on a measurement."""
    return Host(
        system=f"{platform.system()} {platform.release()}",
        machine=platform.machine(),
        cpus=os.cpu_count() or 1,
        python=platform.python_version(),
        cpu=_cpu_model(),
    )


def _cpu_model() -> str | None:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or None
    names = (line.partition(":")[2] for line in text.splitlines() if line.startswith("model name"))
    return next(names, "").strip() or None
