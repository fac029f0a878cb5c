"""The page as a browser sees it: charts drawn, nothing refused, nothing foreign run."""

import shutil
import subprocess
from pathlib import Path

import pytest

from harness.report.as_html import render_html
from harness.report.figures import charts
from harness.summary import Summary
from tests.report.test_reports import evil_run, plain_run

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="chromium is not installed"),
]


def seen(summary: Summary, folder: Path) -> tuple[str, str]:
    """The page's document after its scripts have run, and the browser's log."""
    page = folder / "report.html"
    page.write_text(render_html(summary), encoding="utf-8")
    assert BROWSER is not None
    done = subprocess.run(
        [
            BROWSER,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            f"--user-data-dir={folder / 'profile'}",
            "--virtual-time-budget=10000",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout, done.stderr


def test_every_chart_is_drawn_and_the_policy_refuses_nothing_of_ours(tmp_path: Path) -> None:
    summary = plain_run()

    document, log = seen(summary, tmp_path)

    drawn = [chart for chart in charts(summary) if f'id="{chart.id}"' in document]
    assert len(drawn) == 3
    # Plotly draws a chart into two such elements: the plot and what floats above it.
    assert document.count('class="main-svg"') >= 2 * len(drawn)
    assert "Content Security Policy" not in log
    assert "Uncaught" not in log


def test_markup_of_a_provider_stays_text_in_the_drawn_page(tmp_path: Path) -> None:
    document, log = seen(evil_run(), tmp_path)

    assert 'class="main-svg"' in document
    assert "<img" not in document
    assert "onerror=alert(1)&gt;" in document
    assert "Uncaught" not in log
