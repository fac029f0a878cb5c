"""Whole runs through another transport, and the bytes that a run can be told to keep."""

import json
from pathlib import Path

import pytest

from harness.raw import raw_file, read_raw
from harness.store import load_run
from providers.dialect import Dialect
from providers.dialects.openai_chat import OpenAIChat
from providers.exchange import Exchange
from tests.end_to_end.commands import maasbench, report_json

FLASH = "deepseek/deepseek-flash"
RUN = ("run", "--workload", "chat", "--simulate", "--tasks", "3", "--out", "out", "--yes")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["wire", "aio", "sdk"])
def test_a_run_goes_through_the_transport_that_it_names(
    name: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every attempt is answered and timed, and the report says what carried it."""
    if name == "sdk":
        pytest.importorskip("openai", reason="the openai SDK is not installed")

    said = maasbench(capsys, *RUN, "-o", FLASH, "--transport", name)

    assert said.code == 0, said.err
    assert ("transport" in said.out) == (name != "wire")
    stored = load_run(here / "out")
    assert stored.run.suite["transport"] == name
    assert report_json(capsys, "out")["run"]["transport"] == name
    for attempt in stored.attempts:
        assert attempt.outcome.value == "ok"
        assert attempt.usage.provenance == "reported"
        assert attempt.instants.first_token_s is not None
        assert attempt.instants.end_s is not None
        assert attempt.instants.first_token_s <= attempt.instants.end_s
    dialled = [each.instants.tcp_s for each in stored.attempts if each.instants.reused is False]
    assert None not in dialled


def test_transports_ask_the_same_and_are_answered_the_same(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a simulated model says depends on what it is asked, not on the client."""
    pytest.importorskip("openai", reason="the openai SDK is not installed")
    answers = []
    for name in ("wire", "aio", "sdk"):
        maasbench(capsys, *RUN, "-o", FLASH, "--transport", name, "--out", name)
        trials = load_run(here / name).trials
        answers.append({trial.task: (trial.answers, trial.grade.solved) for trial in trials})

    assert answers[0]
    assert answers[1:] == [answers[0]] * 2


def test_the_bytes_of_every_answer_are_kept_on_request(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They decode to the answer again, with the instants of the record; no key is among them."""
    said = maasbench(capsys, *RUN, "-o", FLASH, "--keep-raw")

    assert said.code == 0, said.err
    stored = load_run(here / "out")
    assert stored.attempts
    texts = set()
    for attempt in stored.attempts:
        reads = read_raw(here / "out", attempt.attempt)
        exchange = Exchange(issued_s=0.0, status=200, reads=reads, end_s=reads[-1][0])
        answer = OpenAIChat().decode(exchange, Dialect(), stream=True)
        assert answer.usage.output_tokens == attempt.usage.output_tokens
        assert answer.deltas[0].at_s == attempt.instants.first_token_s
        texts.add(answer.text)
    assert {text for trial in stored.trials for text in trial.answers} == texts
    kept = list((here / "out" / "raw").iterdir())
    assert len(kept) == len(stored.attempts)
    assert raw_file(here / "out", stored.attempts[0].attempt) in kept
    assert not any(b"authorization" in file.read_bytes().lower() for file in kept)


def test_nothing_raw_is_kept_unasked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Answers take the room that the run gives them and no more."""
    maasbench(capsys, *RUN, "-o", FLASH)

    assert not (here / "out" / "raw").exists()


@pytest.mark.parametrize("text", ["hash", "none"])
def test_raw_bytes_and_privacy_exclude_each_other(
    text: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What hashes hide must not stand beside them."""
    said = maasbench(capsys, *RUN, "-o", FLASH, "--keep-raw", "--text", text)

    assert said.code == 2
    assert "leave one of them out" in said.err
    assert len(said.err.splitlines()) == 1
    assert list(here.iterdir()) == []


def test_the_sdk_is_refused_for_another_protocol(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is sent, with the transports that can."""
    said = maasbench(capsys, *RUN, "-o", "anthropic/claude-sonnet-5", "--transport", "sdk")

    assert said.code == 2
    assert "anthropic-messages" in said.err
    assert "--transport wire or aio" in said.err
    assert len(said.err.splitlines()) == 1
    assert list(here.iterdir()) == []


def test_a_missing_sdk_is_named_with_its_extra(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is optional, and nothing else misses it."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    said = maasbench(capsys, *RUN, "-o", FLASH, "--transport", "sdk")

    assert said.code == 2
    assert "pip install 'maasbench[sdk]'" in said.err
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("way", ["flag", "suite file", "variable"])
def test_an_unknown_transport_is_refused_with_those_there_are(
    way: str, here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it was written."""
    arguments = [*RUN, "-o", FLASH]
    if way == "flag":
        arguments += ["--transport", "curl"]
    elif way == "variable":
        monkeypatch.setenv("MAASBENCH_TRANSPORT", "curl")
    else:
        (here / "s.toml").write_text(f'offers = [{json.dumps(FLASH)}]\ntransport = "curl"\n')
        arguments = ["run", "s.toml", "--workload", "chat"]

    said = maasbench(capsys, *arguments)

    assert said.code == 2
    assert "transport" in said.err
    assert "curl" in said.err
    assert not (here / "out").exists()
