"""The page's charts as plain dictionaries in Plotly's format: drawn by its JavaScript, made
without its Python package (which costs a second to import and adds nothing here)."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from harness.report.tables import cost_scale
from harness.report.wording import Scale, plain
from harness.stats import Estimate
from harness.summary import CellSummary, Summary, groups

# Okabe and Ito's colours, which people with any kind of colour vision can tell apart; the
# two that vanish on black or white paper are left out.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
# Markers differ too, for print without colours.
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x")


class Chart(Struct, frozen=True, kw_only=True):
    """One chart; `caption` says what is drawn, for readers who cannot see it too."""

    id: str
    title: str
    caption: str
    data: list[dict[str, Any]]
    layout: dict[str, Any]


def charts(summary: Summary) -> list[Chart]:
    """The charts of every group of comparable cells; one without any data is left out."""
    found, scale = [], cost_scale(summary.cells)
    for number, (where, cells) in enumerate(groups(summary.cells).items(), 1):
        for make in (_cost_against_quality, _ttft_distribution, _cost_by_class):
            name = f"chart-{number}-{make.__name__.strip('_')}"
            chart = make(name, plain(where), cells, scale)
            if chart.data:
                found.append(chart)
    return found


def _cost_against_quality(
    name: str, where: str, cells: Sequence[CellSummary], scale: Scale
) -> Chart:
    currency = cells[0].cost.currency
    unit = f"{currency} per {scale.words}solved"
    data = []
    for index, cell in enumerate(cells):
        cost, rate = scale.of(cell.cost.per_solved), cell.solve_rate
        if cost.estimate is None or rate.estimate is None:
            continue
        data.append(
            _look(index)
            | {
                "type": "scatter",
                "mode": "markers",
                "name": _label(cell.offer),
                "x": [cost.estimate],
                "y": [100 * rate.estimate],
                "error_x": _bars(cost, 1),
                "error_y": _bars(rate, 100),
                "hovertemplate": f"%{{x:.2g}} {unit} (n={cost.n})<br>"
                f"%{{y:.0f}} % solved (n={rate.n})",
            }
        )
    return Chart(
        id=name,
        title=f"Cost per solved task against solve rate: {where}",
        caption="Bars are 95 % intervals. Better is up and to the left."
        + _left_out(cells, len(data), "a cost per solved task"),
        data=data,
        layout={
            "xaxis": {
                "title": {"text": f"{unit} task" + "s" * (scale.per > 1)},
                "rangemode": "tozero",
            },
            "yaxis": {"title": {"text": "tasks solved, %"}, "range": [-3, 103]},
        },
    )


def _ttft_distribution(name: str, where: str, cells: Sequence[CellSummary], _: Scale) -> Chart:
    data = []
    for index, cell in enumerate(cells):
        curve = cell.ttft_curve_s
        if not curve:
            continue
        shares = [100 * (rank + 1) / len(curve) for rank in range(len(curve))]
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "line": {"shape": "hv", "color": _colour(index), "dash": _dash(index), "width": 2},
                "name": f"{_label(cell.offer)} (n={cell.ttft_s.n})",
                "x": [round(1000 * value, 3) for value in curve],
                "y": [round(share, 3) for share in shares],
                "hovertemplate": "%{y:.0f} % within %{x:.0f} ms",
            }
        )
    return Chart(
        id=name,
        title=f"Time to first token: {where}",
        caption="Share of answered attempts whose first token came within the time."
        + _left_out(cells, len(data), "a streamed answer"),
        data=data,
        layout={
            "xaxis": {"title": {"text": "time to first token, ms"}, "rangemode": "tozero"},
            "yaxis": {"title": {"text": "answered attempts, %"}, "range": [0, 103]},
        },
    )


def _cost_by_class(name: str, where: str, cells: Sequence[CellSummary], scale: Scale) -> Chart:
    currency = cells[0].cost.currency
    unit = f"{currency} per {scale.words}trial" + "s" * (scale.per > 1)
    shown = [cell for cell in cells if cell.cost.by_class and cell.trials]
    classes = list(dict.fromkeys(each for cell in shown for each in cell.cost.by_class))
    # Two lines leave more room for the bars.
    offers = [f"{_label(cell.offer)} (n={cell.trials})".replace("/", "/<br>", 1) for cell in shown]
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": each.replace("_", " "),
            "y": offers,
            "x": [
                scale.per * float(cell.cost.by_class.get(each, 0)) / cell.trials for cell in shown
            ],
            "marker": {"color": _colour(index)},
            "hovertemplate": f"%{{x:.2g}} {unit}",
        }
        for index, each in enumerate(classes)
    ]
    return Chart(
        id=name,
        title=f"Where the money went: {where}",
        caption="Mean cost of a trial by token class, failed attempts included."
        + _left_out(cells, len(shown), "a price"),
        data=data,
        layout={
            "barmode": "stack",
            "xaxis": {"title": {"text": unit}, "rangemode": "tozero"},
            # Offers in the tables' order, from the top; room for their names.
            "yaxis": {"autorange": "reversed", "automargin": True},
            "height": 200 + 56 * len(shown),
        },
    )


def _bars(estimate: Estimate, scale: float) -> Mapping[str, Any]:
    """Error bars from the estimate to its ends; none where there is no interval."""
    if estimate.estimate is None or estimate.low is None or estimate.high is None:
        return {"visible": False}
    return {
        "type": "data",
        "symmetric": False,
        "array": [scale * (estimate.high - estimate.estimate)],
        "arrayminus": [scale * (estimate.estimate - estimate.low)],
        "thickness": 1.5,
    }


def _label(text: str) -> str:
    """A name as Plotly shows it literally: it reads some HTML in texts."""
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _left_out(cells: Sequence[CellSummary], shown: int, what: str) -> str:
    missing = len(cells) - shown
    return f" Not drawn, for want of {what}: {missing} of {len(cells)} offers." if missing else ""


def _look(index: int) -> dict[str, Any]:
    symbol = SYMBOLS[index % len(SYMBOLS)]
    return {"marker": {"color": _colour(index), "symbol": symbol, "size": 11}}


def _colour(index: int) -> str:
    return COLOURS[index % len(COLOURS)]


def _dash(index: int) -> str:
    return ("solid", "dash", "dot", "dashdot")[index % 4]
