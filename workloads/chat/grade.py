"""From a conversation to its grade: every check of every turn."""

from time import monotonic

import msgspec
from msgspec import Struct

from workloads.chat.checks import AnyCheck
from workloads.task import Grade, Reason, Task, Transcript


class ChatJudge(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a chat task's `judge` holds."""

    checks: tuple[AnyCheck, ...]


def grade_chat(task: Task, transcript: Transcript) -> Grade:
    """Solved when every check holds; the score is the share of checks that do."""
    started = monotonic()
    checks = msgspec.convert(task.judge, ChatJudge).checks
    faults = []
    for check in checks:
        turn = check.turn or len(transcript.replies)
        fault = check.fault(transcript.replies[turn - 1])
        if fault is not None:
            faults.append(f"the reply to turn {turn} {fault}")
    return Grade(
        solved=not faults,
        score=1 - len(faults) / len(checks),
        reason=_reason(transcript) if faults else "solved",
        detail=faults[0] if faults else "",
        judged_in="checks",
        judge_s=monotonic() - started,
    )


def _reason(transcript: Transcript) -> Reason:
    stops = {reply.stop for reply in transcript.replies}
    if "refused" in stops:
        return "refused"
    return "cut_off" if "length" in stops else "wrong_answer"
