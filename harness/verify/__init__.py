"""Published bills, recomputed offline by the arithmetic that prices our own runs.

Not a test of any vendor: it shows that this program's sums agree with figures that anybody
can look up, and where they cannot agree, why.
"""

from harness.verify.check import Checked, headlines, verify_cases
from harness.verify.table import as_json, as_markdown, render

__all__ = ["Checked", "as_json", "as_markdown", "headlines", "render", "verify_cases"]
