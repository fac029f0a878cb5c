"""The sandbox tiers of this machine, each probed once."""

import pytest

from workloads.sandbox import Sandbox, available


@pytest.fixture(
    scope="session",
    params=[
        pytest.param("bubblewrap", marks=pytest.mark.sandbox),
        pytest.param("sandlock", marks=pytest.mark.sandbox),
    ],
)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """Every tier that isolates, one after another."""
    tier, reason = available(request.param)
    if tier is None:
        pytest.skip(f"{request.param}: {reason}")
    return tier
