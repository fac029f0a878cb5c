"""Which sandbox to use on this machine, or why there is none and what would help."""

import asyncio
import platform
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from workloads.errors import ConfigurationError
from workloads.sandbox.bubblewrap import Bubblewrap
from workloads.sandbox.contract import Sandbox
from workloads.sandbox.docker import DEFAULT_IMAGE, Docker
from workloads.sandbox.interpreter import Interpreter, candidates
from workloads.sandbox.landlock import Landlock
from workloads.sandbox.probe import fault
from workloads.sandbox.remedies import remedy
from workloads.sandbox.unprotected import Unprotected

_TIERS: dict[str, Callable[[Interpreter], Sandbox]] = {
    "bubblewrap": Bubblewrap,
    "sandlock": Landlock,
}
PREFERENCES = ("auto", *_TIERS, "docker")
_USERNS_RULE = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")


def choose(preference: str | None = None, *, unsafe_local: bool = False) -> Sandbox:
    """The first tier that withstands its probe, or the preferred one.

    preference: one of `PREFERENCES`, or `docker:IMAGE`. unsafe_local: without a preference,
    fall back to no protection at all where no tier works. Blocks for the fraction of a
    second that the probe takes. Raises ConfigurationError with the remedy.
    """
    wanted = preference or "auto"
    faults = []
    for name in _TIERS if wanted == "auto" else (wanted,):
        sandbox, found = available(name)
        if sandbox is not None:
            return sandbox
        faults.append(f"{name}: {found}")
    if unsafe_local and wanted == "auto":
        return Unprotected()
    advice = remedy(faults, system=platform.system(), userns_restricted=_userns_restricted())
    raise ConfigurationError(f"no sandbox for model-written code ({'; '.join(faults)}). {advice}")


def available(name: str) -> tuple[Sandbox | None, str]:
    """The tier `name` when it works here, else None and why it does not."""
    problems = []
    for make in _variants(name):
        try:
            sandbox = make()
        except OSError as error:
            return None, str(error)
        problem = _probe(sandbox)
        if problem is None:
            return sandbox, ""
        problems.append(problem)
    return None, problems[0] if problems else "no Python was found for it"


def _variants(name: str) -> Iterator[Callable[[], Sandbox]]:
    kind, _, image = name.partition(":")
    if kind == "docker":
        yield lambda: Docker(image or DEFAULT_IMAGE)
        return
    if name not in _TIERS:
        raise ConfigurationError(
            f"unknown sandbox {name!r}: use one of {', '.join(PREFERENCES)} or docker:IMAGE"
        )
    for interpreter in candidates():
        yield partial(_TIERS[name], interpreter)


def _probe(sandbox: Sandbox) -> str | None:
    # A thread of its own: the caller may be inside a running event loop.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(lambda: asyncio.run(fault(sandbox))).result()


def _userns_restricted() -> bool:
    try:
        return _USERNS_RULE.read_text(encoding="ascii").strip() == "1"
    except OSError:
        return False
