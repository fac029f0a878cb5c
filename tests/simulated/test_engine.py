"""Tokens, the prompt cache and the exact schedule of a generation, in virtual time."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.clock import VirtualClock
from providers.simulated.answers import Speech
from providers.simulated.engine import Generation, Limit, Timing, generate
from providers.simulated.prefix_cache import PrefixCache, Visit
from providers.simulated.script import Frame, paced
from providers.simulated.tokens import filler, split

TEN = Speech("abcd" * 10)


@given(st.text())
def test_tokens_joined_are_the_text_again(text: str) -> None:
    assert "".join(split(text)) == text
    assert all(split(text))


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_ascii_has_a_token_for_every_four_bytes_begun(text: str) -> None:
    assert len(split(text)) == -(-len(text) // 4)


@given(st.text(), st.text())
def test_a_longer_text_begins_with_the_whole_tokens_of_a_shorter_one(text: str, more: str) -> None:
    whole = split(text)[:-1]

    assert split(text + more)[: len(whole)] == whole


@given(st.integers(0, 300))
def test_a_filler_has_exactly_the_asked_length(tokens: int) -> None:
    assert len(split(filler("x", tokens))) == tokens
    assert filler("x", tokens) == filler("x", tokens)


def test_the_first_token_waits_for_uncached_input_only() -> None:
    timing = Timing(ttft_s=0.5, prefill_s_per_token=0.25, itl_s=0.125)

    generation = generate(TEN, timing, input_tokens=100, visit=Visit(96, 4))

    assert generation.first_s == 0.5 + 4 * 0.25
    assert [piece.at_s for piece in generation.pieces] == [1.5 + k * 0.125 for k in range(10)]
    assert generation.last_s == 1.5 + 9 * 0.125


async def test_frames_leave_at_their_instants_in_virtual_time() -> None:
    clock = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))
    await clock.sleep_until(100.0)
    frames = [Frame(at_s, b"x", "token", 1) for at_s in (0.5, 0.75, 2.0)]

    left = [clock.monotonic_s() async for _ in paced(frames, clock, 100.0)]

    assert left == [100.5, 100.75, 102.0]


async def test_a_late_writer_catches_up_with_the_schedule() -> None:
    clock = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))
    frames = [Frame(float(second), b"x", "token", 1) for second in range(5)]
    left = []

    async for frame in paced(frames, clock, 0.0):
        left.append(clock.monotonic_s())
        if frame.at_s == 1.0:
            await clock.sleep_until(3.5)

    assert left == [0.0, 1.0, 3.5, 3.5, 4.0]


def test_jitter_keeps_the_mean_gap_and_the_seed_keeps_the_gaps() -> None:
    timing = Timing(ttft_s=1.0, itl_s=0.01, jitter=0.5)
    speech = Speech("abcd" * 20_001)

    def gaps(seed: int) -> list[float]:
        generation = generate(speech, timing, input_tokens=1, visit=Visit(), seed=seed)
        instants = [piece.at_s for piece in generation.pieces]
        return [after - before for before, after in pairwise(instants)]

    # The standard error of the mean is 0.01 · √(e^0.25 − 1) / √20000 = 0.000038.
    assert sum(gaps(1)) / 20_000 == pytest.approx(0.01, abs=0.0002)
    assert gaps(1) == gaps(1) != gaps(2)
    assert min(gaps(1)) > 0


@pytest.mark.parametrize(
    ("limit", "reasoning", "visible", "finish"),
    [
        pytest.param(Limit(None), 6, 10, "stop", id="no limit"),
        pytest.param(Limit(16), 6, 10, "stop", id="just enough"),
        pytest.param(Limit(15), 6, 9, "length", id="cuts the answer"),
        pytest.param(Limit(4), 4, 0, "length", id="cuts the reasoning"),
        pytest.param(Limit(4, bounds_reasoning=False), 6, 4, "length", id="spares the reasoning"),
        pytest.param(Limit(10, bounds_reasoning=False), 6, 10, "stop", id="reasoning is extra"),
    ],
)
def test_a_limit_cuts_what_it_bounds(
    limit: Limit, reasoning: int, visible: int, finish: str
) -> None:
    generation = _generated(TEN, limit, reasoning_tokens=6)

    assert generation.count.reasoning_tokens == reasoning
    assert generation.count.output_tokens == reasoning + visible
    assert generation.finish == finish


def test_a_tool_call_is_a_token_for_its_name_and_those_of_its_arguments() -> None:
    generation = _generated(Speech("", (("f", '{"x":1}'), ("g", "{}"))), Limit(None))

    assert [(p.kind, p.text, p.call) for p in generation.pieces] == [
        ("tool_name", "f", 0),
        ("tool_arguments", '{"x"', 0),
        ("tool_arguments", ":1}", 0),
        ("tool_name", "g", 1),
        ("tool_arguments", "{}", 1),
    ]
    assert generation.finish == "tool_calls"


def _generated(speech: Speech, limit: Limit, reasoning_tokens: int = 0) -> Generation:
    return generate(
        speech,
        Timing(),
        input_tokens=1,
        visit=Visit(),
        reasoning_tokens=reasoning_tokens,
        limit=limit,
    )


def test_a_prompt_seen_before_is_read_in_whole_blocks_but_for_its_last_token() -> None:
    cache = PrefixCache(block_tokens=4, capacity_blocks=100)
    prompt = [f"t{n}" for n in range(10)]

    assert cache.visit(prompt) == Visit(0, 8)
    assert cache.visit(prompt) == Visit(8, 0)
    assert cache.visit(prompt[:8]) == Visit(4, 0)
    assert cache.visit(["other", *prompt[1:]]) == Visit(0, 8)
    assert cache.visit([*prompt[:6], "other", *prompt[7:]]) == Visit(4, 4)


def test_the_least_recently_used_blocks_go_first() -> None:
    cache = PrefixCache(block_tokens=1, capacity_blocks=4)
    cache.visit(list("abc"))
    cache.visit(list("xyz"))

    # Room for four: all of xyz, and of abc its start.
    assert cache.visit(list("xyz")) == Visit(2, 0)
    assert cache.visit(list("abc")) == Visit(1, 2)


@given(st.lists(st.text("ab", min_size=1, max_size=20), min_size=1, max_size=20))
def test_cached_tokens_are_never_more_than_the_longest_shared_prefix(prompts: list[str]) -> None:
    cache = PrefixCache(block_tokens=3, capacity_blocks=10_000)
    for number, prompt in enumerate(prompts):
        shared = max((_shared(prompt, earlier) for earlier in prompts[:number]), default=0)

        visit = cache.visit(list(prompt))

        assert visit.read_tokens == min(shared, len(prompt) - 1) // 3 * 3
        assert visit.read_tokens + visit.written_tokens <= len(prompt)


def _shared(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
