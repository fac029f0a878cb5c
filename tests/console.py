"""The console sessions of a Markdown page: found, run, compared.

The conventions are told in docs/development.md. A page's sessions run in order in one
directory; what is compared is what a reader would see.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

WITHIN_S = 180
_FENCE = re.compile(r"^(`{3,}|~{3,})\s*(.*)$")
_FILE = re.compile(r"\bfile=(\S+)")
_EXIT_CODE = "echo $?"


class Step(NamedTuple):
    """One command with the output that the page shows below it; None when it shows none."""

    line: int
    command: str
    output: str | None


class Session(NamedTuple):
    """A block that holds a session, or a file that the page's reader is told to write."""

    line: int
    steps: tuple[Step, ...] = ()
    file: str | None = None
    text: str = ""


def sessions(page: str) -> list[Session]:
    """What of a page has to be done, in order."""
    found = []
    for line, info, body in _blocks(page):
        language, *attributes = info.split() or [""]
        file = _FILE.search(info)
        if file is not None:
            found.append(Session(line, file=file[1], text="\n".join([*body, ""])))
        elif language == "console" and "no-run" not in attributes and _is_ours(body):
            found.append(Session(line, steps=tuple(_steps(line + 1, body))))
    return found


def run(found: Sequence[Session], folder: Path) -> list[str]:
    """Carry them out in a directory; what was not as the page says, with its line."""
    wrong = []
    for session in found:
        if session.file is not None:
            (folder / session.file).write_text(session.text)
        code = 0
        for number, step in enumerate(session.steps):
            says_code = step.command == _EXIT_CODE
            code, output = (0, f"{code}\n") if says_code else _execute(step.command, folder)
            if step.output is not None and not matches(step.output, output):
                wrong.append(
                    f"line {step.line}: {step.command}\n{_difference(step.output, output)}"
                )
            told = any(later.command == _EXIT_CODE for later in session.steps[number + 1 :][:1])
            if code and not told:
                wrong.append(f"line {step.line}: {step.command}\nended with {code}:\n{output}")
    return wrong


def matches(expected: str, output: str) -> bool:
    """A line `...` stands for any lines, `…` for any text inside one.

    >>> matches("a … c\\n...\\nz", "a bb c\\n1\\n2\\nz")
    True
    """
    pattern = "".join(map(_line_pattern, _lines(expected)))
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _lines(output))) is not None


def _is_ours(body: list[str]) -> bool:
    return any(line.startswith("$ maasbench") for line in body)


def _line_pattern(line: str) -> str:
    if line.strip() == "...":
        return r"(?:.*\n)*?"
    return ".*".join(map(re.escape, line.split("…"))) + "\n"


def _lines(text: str) -> list[str]:
    """What a reader can see: no trailing blanks, no empty lines around."""
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def _blocks(page: str) -> Iterator[tuple[int, str, list[str]]]:
    """(line of the fence, its info string, the lines inside) of each fenced block."""
    lines = enumerate(page.splitlines(), start=1)
    for start, text in lines:
        if fence := _FENCE.match(text):
            body = []
            for _, inner in lines:
                if inner.strip() == fence[1]:
                    break
                body.append(inner)
            yield start, fence[2], body


def _steps(first: int, body: list[str]) -> Iterator[Step]:
    command, output, line = "", list[str](), first
    for number, text in enumerate(body, start=first):
        if text.startswith("$ "):
            if command:
                yield _step(line, command, output)
            command, output, line = text.removeprefix("$ "), [], number
        elif command.endswith("\\") and not output:
            command += "\n" + text.removeprefix("> ")
        else:
            output.append(text)
    yield _step(line, command, output)


def _step(line: int, command: str, output: list[str]) -> Step:
    shown = "\n".join(output)
    return Step(line, command, shown if shown.strip() else None)


def _execute(command: str, folder: Path) -> tuple[int, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ended = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=os.environ | {"PATH": path, "COLUMNS": "100", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    return ended.returncode, ended.stdout


def _difference(expected: str, output: str) -> str:
    return "\n".join(
        unified_diff(_lines(expected), _lines(output), "page", "output", lineterm="", n=1)
    )
