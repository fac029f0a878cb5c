"""The `chat` workload: eight conversations of our own, checked by program."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from workloads.chat.grade import grade_chat
from workloads.chat.tasks import MAX_TOKENS, load, task_of
from workloads.sandbox import Sandbox
from workloads.settings import Selection, decode, select
from workloads.task import Chat, Grade, Task, Transcript, converse_turns


class ChatSettings(Selection, frozen=True, kw_only=True):
    """lang: only conversations in this language."""

    lang: Literal["en", "zh", "both"] = "both"


class ChatSet:
    """Talk and be checked; see docs/workloads.md."""

    name = "chat"
    version = "1"
    needs_sandbox = False

    def __init__(
        self, settings: Mapping[str, Any], *, seed: int, sandbox: Callable[[], Sandbox]
    ) -> None:
        chosen = decode(ChatSettings, settings, self.name)
        tasks = [
            task_of(f"chat/{name}", file, document, max_tokens=MAX_TOKENS)
            for name, file, document in load()
            if chosen.lang in ("both", file.lang)
        ]
        self._tasks = select(tasks, chosen, seed=seed, workload=self.name)

    def tasks(self) -> Sequence[Task]:
        return self._tasks

    async def converse(self, task: Task, chat: Chat) -> Transcript:
        return await converse_turns(task, chat)

    async def grade(self, task: Task, transcript: Transcript) -> Grade:
        return grade_chat(task, transcript)
