"""The `coding` workload: twelve functions of our own, judged by what they return."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from workloads.coding.grade import grade_code
from workloads.coding.tasks import Difficulty, Language, load, task_of
from workloads.sandbox import Sandbox
from workloads.settings import Selection, decode, select
from workloads.task import Chat, Grade, Task, Transcript, converse_turns


class CodingSettings(Selection, frozen=True, kw_only=True):
    """lang: `both` asks every translated task twice. difficulty: only tasks of this one."""

    lang: Literal["en", "zh", "both"] = "en"
    difficulty: Difficulty | None = None


class Coding:
    """Write one function or class; see docs/workloads.md."""

    name = "coding"
    version = "1"
    needs_sandbox = True

    def __init__(
        self, settings: Mapping[str, Any], *, seed: int, sandbox: Callable[[], Sandbox]
    ) -> None:
        chosen = decode(CodingSettings, settings, self.name)
        self._tasks = select(_tasks(chosen), chosen, seed=seed, workload=self.name)
        self._sandbox = sandbox

    def tasks(self) -> Sequence[Task]:
        return self._tasks

    async def converse(self, task: Task, chat: Chat) -> Transcript:
        return await converse_turns(task, chat)

    async def grade(self, task: Task, transcript: Transcript) -> Grade:
        return await grade_code(task, transcript, self._sandbox())


def _tasks(settings: CodingSettings) -> list[Task]:
    languages: tuple[Language, ...] = ("en", "zh") if settings.lang == "both" else (settings.lang,)
    asked = [
        task_of(f"coding/{name}{'' if language == 'en' else '.zh'}", file, language)
        for name, file in load()
        for language in languages
        if settings.difficulty in (None, file.difficulty)
    ]
    return [task for task in asked if task is not None]
