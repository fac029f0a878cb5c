"""Code tasks out of TOML files: what is asked, what is hidden, what is known to be right."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct

from workloads.coding.cases import Case
from workloads.coding.grade import CodeJudge
from workloads.task import Task

Language = Literal["en", "zh"]
Difficulty = Literal["easy", "medium", "hard"]
DIFFICULTIES: tuple[Difficulty, ...] = ("easy", "medium", "hard")
MAX_TOKENS = 4096

_ASK = {
    "en": (
        "Examples:",
        "Answer with one Python code block that defines {name}. Use only the standard library.",
    ),
    "zh": ("示例：", "请只用一个 Python 代码块作答，其中定义 {name}。只能使用标准库。"),
}


class CodeFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One task file. The file's name is the task's name.

    name: the function or class that is asked for. examples: cases that the prompt shows;
    cases: those it does not. wrapper, call: code that is added to the answer, and the
    function of it to call instead, where the answer is not one function of plain values.
    """

    difficulty: Difficulty
    topic: str
    name: str
    statement: str
    statement_zh: str | None = None
    examples: tuple[Case, ...]
    cases: tuple[Case, ...]
    wrapper: str = ""
    call: str | None = None
    tolerance: float = 0.0
    reference: str
    wrong: str

    def judge(self) -> CodeJudge:
        """What the grader needs: shown and hidden cases alike."""
        return CodeJudge(
            name=self.name,
            call=self.call,
            wrapper=self.wrapper,
            cases=self.examples + self.cases,
            tolerance=self.tolerance,
        )


def load() -> list[tuple[str, CodeFile]]:
    """The set's files with their names, by difficulty and then by name."""
    folder = files("workloads.coding").joinpath("tasks")
    found = [
        (entry.name.removesuffix(".toml"), msgspec.toml.decode(entry.read_bytes(), type=CodeFile))
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    ]
    return sorted(found, key=lambda item: (DIFFICULTIES.index(item[1].difficulty), item[0]))


def task_of(task_id: str, file: CodeFile, language: Language = "en") -> Task | None:
    """The task as it is asked in `language`, or None where the file has no such text."""
    statement = file.statement if language == "en" else file.statement_zh
    if statement is None:
        return None
    return Task(
        id=task_id,
        kind="code",
        turns=(_prompt(statement, file, language),),
        max_tokens=MAX_TOKENS,
        references=(fenced(file.reference),),
        wrongs=(fenced(file.wrong),),
        judge=msgspec.to_builtins(file.judge()),
    )


def fenced(code: str) -> str:
    """`code` as a model would answer with it."""
    return f"```python\n{code.strip()}\n```"


def _prompt(statement: str, file: CodeFile, language: Language) -> str:
    heading, ending = _ASK[language]
    parts = [statement.strip()]
    # A wrapper's calls mean nothing to a reader who does not see the wrapper.
    if file.call is None:
        parts.append("\n".join([heading, *_shown(file.name, file.examples)]))
    return "\n\n".join([*parts, ending.format(name=file.name)])


def _shown(name: str, examples: Sequence[Case]) -> list[str]:
    return [f"  {name}({case.arguments}) -> {case.expected}" for case in examples]
