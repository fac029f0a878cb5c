"""Running programs nobody trusts. See docs/sandbox.md for what each tier promises."""

from workloads.sandbox.choose import PREFERENCES, available, choose
from workloads.sandbox.contract import Limits, Run, Sandbox, Status

__all__ = ["PREFERENCES", "Limits", "Run", "Sandbox", "Status", "available", "choose"]
