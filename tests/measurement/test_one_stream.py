"""One stream, six answers: what we make of the stream that other tools read differently."""

import json
from pathlib import Path

import pytest

from harness.meter import record_attempt
from harness.records import Attempt, Reserved
from harness.timings import tpot_s
from providers.dialect import Dialect
from providers.dialects.openai_chat import OpenAIChat
from providers.exchange import Exchange
from providers.outcomes import Outcome
from tests.report.builders import START

RECORDED = Path(__file__).parent / "one_stream.jsonl"
PAGE = Path(__file__).parents[2] / "docs" / "measurement.md"
ISSUED_S = 1000.0


@pytest.fixture(scope="module")
def attempt() -> Attempt:
    """The recorded stream, metered as in a run that issued it at an arbitrary instant."""
    lines = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
    reads = [(ISSUED_S + line["at_s"], line["data"].encode()) for line in lines]
    exchange = Exchange(
        issued_s=ISSUED_S,
        sent_s=ISSUED_S,
        first_byte_s=reads[0][0],
        end_s=reads[-1][0],
        status=200,
        reads=reads,
    )
    answer = OpenAIChat().decode(exchange, Dialect(), stream=True)
    reserved = Reserved(attempt="t.1.1", trial="t", cell="c", offer="o", started_at=START)
    return record_attempt(reserved, exchange, answer, stream=True, intended_s=ISSUED_S, dropped=())


def test_the_instants_are_those_of_tokens_and_not_of_roles_or_usage(attempt: Attempt) -> None:
    """A role-only chunk is an event and no token; neither are the finish and the end marker."""
    instants = attempt.instants

    assert instants.first_event_s == 0.020
    assert instants.first_token_s == 0.060
    assert instants.first_visible_s == 0.120
    assert instants.last_token_s == 0.140
    assert instants.end_s == 0.210


def test_usage_beside_choices_is_read(attempt: Attempt) -> None:
    usage = attempt.usage

    assert attempt.outcome is Outcome.OK
    assert (usage.input_tokens, usage.output_tokens) == (1000, 12)
    assert (usage.cache_read_tokens, usage.reasoning_tokens) == (900, 6)
    assert (attempt.reads, attempt.events) == (6, 6)
    assert tpot_s(attempt) == pytest.approx(0.080 / 11)


def test_the_page_shows_what_we_measure(attempt: Attempt) -> None:
    """Our row of the table in docs/measurement.md is this stream's."""
    instants, usage = attempt.instants, attempt.usage
    times = (instants.first_token_s, instants.first_visible_s, instants.last_token_s)
    cells = ["**maasbench**", *(f"{1000 * (at_s or 0):.0f} ms" for at_s in times)]
    cells += map(str, (usage.output_tokens, usage.cache_read_tokens, usage.reasoning_tokens))

    assert f"| {' | '.join(cells)} |" in PAGE.read_text(encoding="utf-8")
