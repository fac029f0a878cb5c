"""How often the interval of the cost per solve covers the truth, beside naive ones.

Each replication draws tasks with p = .02 + .98·Beta(1.2, 2) and a log-normal cost whose
logarithm has the standard deviation 0.9 (0.8 between tasks, the rest between repeats); a
failed trial costs 1.6 times as much. The true cost per solve is then known exactly.
"""

import math
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from harness.stats import ratio_log_delta, t_quantile

REPLICATIONS = 2000
MEAN_P = 0.02 + 0.98 * 1.2 / 3.2
TRUTH = math.exp(0.9**2 / 2) * (MEAN_P + 1.6 * (1 - MEAN_P)) / MEAN_P
PAGE = Path(__file__).parents[2] / "docs" / "statistics.md"
# Tasks, repeats, and the least share of replications in which our interval must cover.
SETTINGS = {"50 × 1": (50, 1), "100 × 1": (100, 1), "50 × 5": (50, 5)}


def draw(rng: np.random.Generator, tasks: int, repeats: int) -> tuple[np.ndarray, np.ndarray]:
    """Costs and solves of one replication, each of shape (tasks, repeats)."""
    p = 0.02 + 0.98 * rng.beta(1.2, 2.0, size=(tasks, 1))
    solved = (rng.random((tasks, repeats)) < p).astype(float)
    between = rng.normal(0, 0.8, size=(tasks, 1))
    within = rng.normal(0, math.sqrt(0.9**2 - 0.8**2), size=(tasks, repeats))
    return np.exp(between + within) * np.where(solved > 0, 1.0, 1.6), solved


def covers(costs: list[float], solves: list[float]) -> bool:
    found = ratio_log_delta(costs, solves)
    return (found.low or 0.0) <= TRUTH <= (found.high or math.inf)


def solved_only_covers(costs: np.ndarray, solved: np.ndarray) -> bool:
    """The mean cost of the solved trials, as leaderboards print it, with its t interval."""
    kept = costs[solved > 0]
    half = t_quantile(0.975, len(kept) - 1) * kept.std(ddof=1) / math.sqrt(len(kept))
    return bool(abs(kept.mean() - TRUTH) <= half)


@cache
def coverage(tasks: int, repeats: int) -> tuple[float, float, float]:
    """Shares of replications covered: by task, repeats as independent, solved trials only."""
    rng = np.random.default_rng(20261121)
    hits = np.zeros(3)
    for _ in range(REPLICATIONS):
        costs, solved = draw(rng, tasks, repeats)
        by_task = covers(costs.mean(axis=1).tolist(), solved.mean(axis=1).tolist())
        independent = by_task
        if repeats > 1:
            independent = covers(costs.ravel().tolist(), solved.ravel().tolist())
        hits += (by_task, independent, solved_only_covers(costs, solved))
    first, second, third = (hits / REPLICATIONS).tolist()
    return first, second, third


@pytest.mark.parametrize("name", SETTINGS)
def test_the_interval_covers_what_it_says_and_the_page_says_so(name: str) -> None:
    """Between 92.5 and 97 % at a nominal 95 %, and docs/statistics.md has these numbers."""
    found = coverage(*SETTINGS[name])

    assert 0.925 <= found[0] <= 0.97
    assert found[2] < 0.5
    printed = re.search(rf"^\| {name} \|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.M)
    assert printed is not None
    on_page = [float(cell) for cell in printed[1].split("|")]
    assert on_page == pytest.approx([100 * share for share in found], abs=0.3)


def test_repeats_taken_as_independent_cover_too_little() -> None:
    assert coverage(50, 5)[1] < 0.85
