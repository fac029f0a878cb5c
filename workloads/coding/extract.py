"""The code in a model's answer. It only finds text; whether it compiles is seen later."""

import re
from textwrap import dedent

_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_FENCED = re.compile(
    r"^[ \t]*```[ \t]*([\w+-]*)[^\n]*\n(.*?)(?:^[ \t]*```[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_PYTHON = frozenset({"", "py", "python", "python3"})
_CODE_LINE = re.compile(r"^(?:import |from |def |async def |class |@|\w+ *=)", re.MULTILINE)


def code_for(answer: str, name: str) -> str | None:
    """The part of `answer` that defines `name`, or None.

    The last fenced Python block that defines it; without any such block, the bare text
    from its first line of code on. A block that was cut off counts up to the cut.
    """
    answer = _THOUGHTS.sub("", answer).replace("\r\n", "\n")
    blocks = _FENCED.findall(answer)
    for language, text in reversed(blocks):
        block = dedent(text)
        if language.lower() in _PYTHON and _defines(block, name):
            return block
    if blocks or not _defines(answer, name):
        return None
    first = _CODE_LINE.search(answer)
    return answer[first.start() :] if first else None


def _defines(text: str, name: str) -> bool:
    escaped = re.escape(name)
    pattern = rf"^(?:(?:(?:async )?def|class) {escaped}\b|{escaped} *=(?!=))"
    return re.search(pattern, text, re.MULTILINE) is not None
