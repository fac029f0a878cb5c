"""A capacity search and a frontier as text for a terminal."""

from collections.abc import Iterator, Sequence

from harness.frontier import Frontier, Point
from harness.probes import Capacity, Probe
from harness.report.wording import UNKNOWN, counted, plain, rate, seconds

_NO = {"fail": "it does not", "undecided": "that was not shown either way"}


def capacity_text(capacity: Capacity) -> str:
    """The table of probes, the answer, and what it took."""
    return "\n".join(_capacity_lines(capacity))


def frontier_text(frontier: Frontier) -> str:
    """The table of points, those of the frontier marked."""
    return "\n".join(_frontier_lines(frontier))


def answer_line(capacity: Capacity) -> str:
    """What the search found, in one line."""
    found, question = capacity.answer, capacity.question
    goal = " and ".join(question.slo)
    name = "concurrency" if question.levels.by == "concurrency" else "rate"
    if found is None:
        return f"{name}: no probe has ended, nothing is known of {goal}"
    by_level = {probe.level: probe for probe in capacity.probes}
    above = by_level.get(found.above) if found.above is not None else None
    if found.level is None:
        assert above is not None
        return (
            f"{name} {above.level:g}: {goal} {_verdict(above)} ({_share(above)}{_need(above)}); "
            "nothing lower was tried"
        )
    said = f"{name} {found.level:g} meets {goal} with {100 * question.confidence:g} % confidence"
    said += f" ({_share(by_level[found.level])})"
    if above is not None:
        refuted = _NO[above.verdict]
        said += f"; at {above.level:g} {refuted} ({_share(above)}{_need(above)})"
    else:
        said += f"; nothing above {found.level:g} was tried"
    return said


def _capacity_lines(capacity: Capacity) -> Iterator[str]:
    labels = f" [{', '.join(capacity.labels)}]" if capacity.labels else ""
    yield f"{capacity.offer}, {capacity.workload}{labels}: {' and '.join(capacity.question.slo)}"
    yield ""
    levels = capacity.question.levels.by
    heads = [levels, "n", "meet", "interval", "verdict"]
    heads += ["TTFT p50", "p95", "TPOT p50", "tokens/s", "req/s"]
    probes = sorted(capacity.probes, key=lambda each: each.level)
    yield from _table(heads, [_probe_row(each) for each in probes])
    yield ""
    yield answer_line(capacity)
    if capacity.answer is None or not capacity.answer.complete:
        yield f"the search did not end ({capacity.ended or 'killed'}): a higher level may pass"
    spent = "of unknown cost" if capacity.spent is None else f"{capacity.spent} {capacity.currency}"
    yield (
        f"took {counted(len(probes), 'probe')}, {counted(capacity.requests, 'request')} "
        f"(warm-up included), {seconds(capacity.seconds)}, {spent}"
    )


def _probe_row(probe: Probe) -> list[str]:
    told = probe.telling
    interval = UNKNOWN
    if told.low is not None and told.high is not None:
        interval = f"{100 * told.low:.1f}–{100 * told.high:.1f} %"
    share = UNKNOWN if told.share is None else f"{100 * told.share:.1f} %"
    return [
        f"{probe.level:g}",
        str(told.n),
        share,
        interval,
        probe.verdict,
        *_figures(probe.point),
    ]


def _figures(point: Point) -> list[str]:
    return [
        seconds(point.ttft_s.p50),
        seconds(point.ttft_s.p95),
        seconds(point.tpot_s.p50),
        rate(point.output_tokens_per_s),
        rate(point.requests_per_s),
    ]


def _frontier_lines(frontier: Frontier) -> Iterator[str]:
    name = frontier.offer.id or frontier.offer.model or "a model that the file does not name"
    simulated = " [SIMULATED]" if frontier.offer.simulated else ""
    on = frontier.hardware
    hardware = "" if on is None else f", {on.count}x{on.name}"
    yield f"{plain(name)}{simulated}{hardware}: {frontier.source} {plain(frontier.origin)}"
    if frontier.slo:
        yield f"good: {' and '.join(frontier.slo)}"
    yield ""
    heads = ["load", "n", "TTFT p50", "p95", "TPOT p50", "tokens/s", "req/s", "per stream"]
    heads += ["good", "frontier"]
    yield from _table(heads, [_point_row(each) for each in frontier.points])


def _point_row(point: Point) -> list[str]:
    good = UNKNOWN if point.goodput_share is None else f"{100 * point.goodput_share:.1f} %"
    mark = {True: "yes", False: "no", None: UNKNOWN}[point.pareto]
    speed = rate(point.decode_tokens_per_s_per_stream)
    return [point.load, str(point.n), *_figures(point), speed, good, mark]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for row in (heads, *rows):
        yield "  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)).rstrip()


def _verdict(probe: Probe) -> str:
    return {"fail": "is not met", "undecided": "was not shown either way"}.get(probe.verdict, "")


def _share(probe: Probe) -> str:
    told = probe.telling
    if told.share is None or told.low is None or told.high is None:
        return "no request could be judged"
    bound = {
        "pass": f"at least {100 * told.low:.1f} %",
        "fail": f"at most {100 * told.high:.1f} %",
        "undecided": f"{100 * told.low:.1f}–{100 * told.high:.1f} %",
    }[probe.verdict]
    return f"{100 * told.share:.1f} % of {counted(told.n, 'request')}, {bound}"


def _need(probe: Probe) -> str:
    """What would decide an undecided probe."""
    told = probe.telling
    if probe.verdict != "undecided" or told.share is None:
        return ""
    if told.needed is None:
        return ": the share is the percentile itself, no number of requests would decide it"
    return f": about {told.needed} would decide if the share stayed; give --probe-requests"
