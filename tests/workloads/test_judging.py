"""How answers with code are judged, honest and hostile ones, in every isolating tier."""

import pytest

from tests.workloads.support import Overhearing, code_task, reply, said
from workloads.coding.cases import Case
from workloads.coding.grade import grade_code
from workloads.coding.judge import judge_tests, judge_values
from workloads.sandbox import Limits, Sandbox

pytestmark = pytest.mark.sandbox

_DOUBLE = code_task(("1", "2"), ("21", "42"), ("-3", "-6"))
_CODE = "```python\ndef f(x):\n    {}\n```"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(_CODE.format("return 2 * x"), "solved", id="right"),
        pytest.param("def f(x):\n    return x + x", "solved", id="bare code"),
        pytest.param(_CODE.format("return x + 1"), "wrong_answer", id="wrong value"),
        pytest.param(_CODE.format("return float(2 * x)"), "wrong_answer", id="wrong type"),
        pytest.param(_CODE.format("return lambda: x"), "wrong_answer", id="not a plain value"),
        pytest.param(_CODE.format("raise KeyError(x)"), "runtime_error", id="raises"),
        pytest.param(_CODE.format("return f(x)"), "runtime_error", id="endless recursion"),
        pytest.param(_CODE.format("retrun 2"), "syntax_error", id="does not compile"),
        pytest.param(
            "import nothing_here\ndef f(x): return 2 * x", "runtime_error", id="no such module"
        ),
        pytest.param("I would multiply by two.", "no_code", id="prose"),
        pytest.param("```python\ndef g(x):\n    return 2 * x\n```", "no_code", id="another name"),
        pytest.param("", "no_code", id="empty"),
        pytest.param(
            _CODE.format("print('out ' * 1_000_000); return 2 * x"), "solved", id="prints a lot"
        ),
        pytest.param(_CODE.format("x.__class__; return 2 * x or 0"), "solved", id="spaces"),
    ],
)
async def test_an_answer_is_judged(answer: str, reason: str, sandbox: Sandbox) -> None:
    """The reason says what was wrong, and the tier and the mode are recorded."""
    grade = await grade_code(_DOUBLE, said(reply(answer)), sandbox)

    assert grade.reason == reason, grade.detail
    assert grade.solved is (reason == "solved")
    assert (grade.judged_in, grade.sandbox) == ("compare-in-parent", sandbox.name)
    assert grade.judge_s is not None


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            "class Equal(int):\n        __eq__ = lambda s, o: True\n        __hash__ = None\n"
            "    return Equal(7)",
            id="forged __eq__ on an int",
        ),
        pytest.param(
            "class Any:\n        __eq__ = lambda s, o: True\n        __repr__ = lambda s: '2'\n"
            "    return Any()",
            id="forged __eq__ on an object",
        ),
        pytest.param(
            "class L(list):\n        __eq__ = lambda s, o: True\n    return L()", id="forged list"
        ),
        pytest.param(
            "import sys\n    frame = sys._getframe()\n    found = []\n"
            "    while frame:\n        found += [v for k, v in frame.f_locals.items()"
            " if 'expect' in k or k in ('cases', 'want', 'tests')]\n        frame = frame.f_back\n"
            "    return found[0] if found and found[0] is not None else None",
            id="walks the frames for what is expected",
        ),
        pytest.param(
            "import gc\n    return next((o for o in gc.get_objects() if type(o) is list"
            " and 42 in o and -6 in o), [None])[0]",
            id="searches memory for what is expected",
        ),
        pytest.param("import sys; sys.exit(0)", id="exits with success"),
        pytest.param("import os; os._exit(0)", id="exits at once"),
        pytest.param("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", id="kills itself"),
        pytest.param(
            "import atexit; atexit.register(print, 'passed'); raise SystemExit", id="atexit"
        ),
        pytest.param(
            "import os\n    for fd in range(10):\n        try:\n"
            "            os.write(fd, b'0123456789abcdef passed \"\"\\n0 value 2\\n')\n"
            "        except OSError:\n            pass\n    return 0",
            id="forges result lines without the nonce",
        ),
        pytest.param(
            "import os, sys\n    nonce = sys._getframe(2).f_locals['nonce']\n"
            "    for fd in range(10):\n        try:\n"
            "            os.write(fd, (nonce + ' passed \"\"\\n').encode())\n"
            "        except OSError:\n            pass\n    os._exit(0)",
            id="steals the nonce and reports a pass",
        ),
        pytest.param(
            "import json, builtins\n    json.dumps = json.loads = lambda *a, **k: 2\n"
            "    builtins.repr = builtins.type = lambda *a: int\n    return 'x'",
            id="patches json and builtins",
        ),
        pytest.param(
            "import __main__\n    __main__.encode = lambda v, d=0: 'true'\n    return 1",
            id="patches the encoder",
        ),
        pytest.param(
            "import os\n    open(os.path.join(os.getcwd(), 'child.py')).read()\n    return 1",
            id="reads the judge's program",
        ),
        pytest.param(
            "import threading, time\n    threading.Thread(target=time.sleep, args=(60,))"
            ".start()\n    return 1",
            id="leaves a thread",
        ),
        pytest.param("x = []\n    x.append(x)\n    return x", id="a list within itself"),
        pytest.param("return '9' * 3_000_000", id="a huge answer"),
        pytest.param("return 10 ** 100_000", id="a huge number"),
        pytest.param(
            "v = 2\n    for _ in range(10_000):\n        v = [v]\n    return v", id="a deep list"
        ),
    ],
)
async def test_a_hostile_answer_is_not_solved(body: str, sandbox: Sandbox) -> None:
    """Nothing that code does in the sandbox makes a wrong answer right."""
    grade = await grade_code(_DOUBLE, said(reply(_CODE.format(body))), sandbox)

    assert grade.solved is False
    assert grade.reason in ("wrong_answer", "runtime_error"), grade
    assert "\n" not in grade.detail
    assert len(grade.detail) < 400


async def test_expected_values_never_enter_the_sandbox(sandbox: Sandbox) -> None:
    """What is handed to the sandbox holds the inputs and nothing that is expected."""
    overheard = Overhearing(sandbox)
    task = code_task(("'an-input'", "'what-is-expected'"))

    await grade_code(task, said(reply(_CODE.format("return x"))), overheard)

    assert b"an-input" in overheard.everything
    assert b"what-is-expected" not in overheard.everything


async def test_the_score_counts_every_case(sandbox: Sandbox) -> None:
    """A case that raises does not hide the ones after it."""
    answer = _CODE.format("return 2 * x if x != 21 else 1 / 0")

    grade = await grade_code(_DOUBLE, said(reply(answer)), sandbox)

    assert (grade.reason, round(grade.score, 3)) == ("runtime_error", 0.667)
    assert grade.detail == "ZeroDivisionError: division by zero called with (21)"


async def test_a_slow_answer_is_a_judge_timeout(sandbox: Sandbox) -> None:
    """Cases before the endless one still count in the score."""
    source = "def f(x):\n    while x == 2: pass\n    return x"
    cases = [Case("1", "1"), Case("2", "2"), Case("3", "3")]

    verdict = await judge_values(sandbox, source, "f", cases, limits=Limits(wall_s=1.0))

    assert (verdict.reason, round(verdict.score, 3)) == ("judge_timeout", 0.333)


@pytest.mark.parametrize(
    ("answer", "stop", "reason"),
    [
        pytest.param("```python\ndef f(x):\n    return 2 *", "length", "cut_off", id="cut in code"),
        pytest.param("Let me think", "length", "cut_off", id="cut before code"),
        pytest.param(_CODE.format("return 2 * x") + "\nThis", "length", "solved", id="cut after"),
        pytest.param("", "refused", "refused", id="refused"),
    ],
)
async def test_the_models_stop_is_taken_into_account(
    answer: str, stop: str, reason: str, sandbox: Sandbox
) -> None:
    """A cut-off answer is told apart from a wrong one, unless it solves the task anyway."""
    grade = await grade_code(_DOUBLE, said(reply(answer, stop=stop)), sandbox)

    assert grade.reason == reason


async def test_a_wrapper_is_called_instead(sandbox: Sandbox) -> None:
    """Classes are judged through code that is added to the answer."""
    task = code_task(
        ("3", "[1, 2, 3]"),
        name="Counter",
        call="judged",
        wrapper="def judged(n):\n    c = Counter()\n    return [c.next() for _ in range(n)]",
    )
    answer = "```python\nclass Counter:\n    n = 0\n    def next(self):\n        self.n += 1\n"
    answer += "        return self.n\n```"

    grade = await grade_code(task, said(reply(answer)), sandbox)

    assert grade.solved, grade.detail


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        pytest.param("def f(x): return 2 * x", "solved", id="right"),
        pytest.param("def f(x): return x", "wrong_answer", id="an assert fails"),
        pytest.param("def g(x): return x", "runtime_error", id="the name is missing"),
        pytest.param("import sys; sys.exit(0)", "runtime_error", id="leaves early"),
        pytest.param("import os; os._exit(0)", "runtime_error", id="leaves at once"),
        pytest.param("def f(x) return", "syntax_error", id="does not compile"),
        pytest.param(
            "import os\nfor fd in range(10):\n    try: os.write(fd, b'nonce passed 1\\n')\n"
            "    except OSError: pass\n",
            "runtime_error",
            id="reports a pass without the nonce",
        ),
    ],
)
async def test_asserts_that_come_with_a_set(source: str, reason: str, sandbox: Sandbox) -> None:
    """The asserts run beside the code, and their failure is a wrong answer."""
    verdict = await judge_tests(sandbox, source, "assert f(2) == 4\nassert f(0) == 0")

    assert verdict.reason == reason, verdict.detail


async def test_the_mode_with_asserts_is_recorded(sandbox: Sandbox) -> None:
    """A grade says that it was judged in the child, where it can be forged."""
    task = code_task(name="f", tests="assert f(1) == 2")

    grade = await grade_code(task, said(reply(_CODE.format("return 2 * x"))), sandbox)

    assert (grade.solved, grade.judged_in) == (True, "tests-in-child")


async def test_a_sandbox_that_fails_is_not_a_wrong_answer(sandbox: Sandbox) -> None:
    """When the code never ran, nothing is said about it."""
    starved = Limits(memory_bytes=1 << 20)

    verdict = await judge_values(sandbox, "def f(): return 1", "f", [Case("", "1")], limits=starved)

    assert verdict.reason == "not_judged"
    assert verdict.detail.startswith("the sandbox failed")
