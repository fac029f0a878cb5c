"""The `synthetic` workload: prompts of a wanted length, answers that only have to come.

For load and latency. Lengths are approximate: a word of the list is about one token in
common vocabularies, so that 100 words are 100 tokens give or take a fifth; the usage that
the offer reports is what counts. Output length is a cap, which a model may stay under.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from workloads.errors import ConfigurationError
from workloads.sandbox import Sandbox
from workloads.settings import Selection, decode, select
from workloads.task import Chat, Grade, Task, Transcript, converse_turns

_VOCABULARY = (
    "about above after again air all along also always animal answer any are around ask away "
    "back before begin below between big book both boy call came change city close come could "
    "country day did different does door down each early earth east eat end enough even every "
    "example eye face family far father few find first follow food found four from garden gave "
    "girl give good great group grow half hand hard head hear help here high home house how "
    "idea just keep kind know land large last late learn leave left letter life light like line "
    "list little live long look made make many mark may mean might mile money morning most "
    "mother mountain move much music name near need never new next night north often old once "
    "only open other over own page paper part people picture place plant play point press "
    "question quick rain read real right river road room rule run same school sea second see "
    "sentence ship shop short should show side small some song soon sound south spell stand "
    "start state still stone stop story street study such sun table take talk tell ten test "
    "than their there thing think third those three time together took tree true try turn two "
    "under until use very voice walk wall want warm watch water way week well west what wheel "
    "white whole why wind winter with wood word work world write year yes young "
)
_INSTRUCTION = "Continue this text, and do not stop early:"


class SyntheticSettings(Selection, frozen=True, kw_only=True):
    """input_tokens: about how long a prompt is. output_tokens: cap. n: how many tasks."""

    input_tokens: int = 100
    output_tokens: int = 128
    n: int = 64


class Synthetic:
    """Random words in, as many tokens out as are asked for; every answer is a solved task."""

    name = "synthetic"
    version = "1"
    needs_sandbox = False

    def __init__(
        self, settings: Mapping[str, Any], *, seed: int, sandbox: Callable[[], Sandbox]
    ) -> None:
        chosen = decode(SyntheticSettings, settings, self.name)
        for name in ("input_tokens", "output_tokens", "n"):
            if getattr(chosen, name) < 1:
                raise ConfigurationError(f"workload {self.name}: {name} must be at least 1")
        tasks = [_task(number, chosen, seed) for number in range(1, chosen.n + 1)]
        self._tasks = select(tasks, chosen, seed=seed, workload=self.name)

    def tasks(self) -> Sequence[Task]:
        return self._tasks

    async def converse(self, task: Task, chat: Chat) -> Transcript:
        return await converse_turns(task, chat)

    async def grade(self, task: Task, transcript: Transcript) -> Grade:
        """Solved: a request that got no answer never comes this far."""
        return Grade(solved=True, score=1.0, reason="solved", judged_in="none")


def _task(number: int, settings: SyntheticSettings, seed: int) -> Task:
    # One generator per task: a larger n keeps the tasks of a smaller one.
    random = Random(f"{seed}/{number}")
    instruction = _INSTRUCTION.split()
    words = random.choices(_VOCABULARY.split(), k=max(1, settings.input_tokens - len(instruction)))
    return Task(
        id=f"synthetic/{number:04d}",
        kind="synthetic",
        turns=(" ".join([*instruction, *words]),),
        max_tokens=settings.output_tokens,
    )
