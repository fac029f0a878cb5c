"""Finding the code in an answer."""

import pytest

from workloads.coding.extract import code_for

_F = "def f(x):\n    return x\n"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param(f"```python\n{_F}```", _F, id="fenced"),
        pytest.param(f"Here:\n\n```py\n{_F}```\nDone.", _F, id="prose around"),
        pytest.param(f"```\n{_F}```", _F, id="no language"),
        pytest.param(f"```python\nold = 1\n```\nthen\n```python\n{_F}```", _F, id="two blocks"),
        pytest.param(f"```python\n{_F}```\n```python\nprint(f(1))\n```", _F, id="usage after"),
        pytest.param(
            f"```python\ndef f(x): pass\n```\nbetter:\n```python\n{_F}```", _F, id="corrected"
        ),
        pytest.param(f"```python\n{_F}", _F, id="never closed"),
        pytest.param(
            f"- so:\n  ```python\n  {_F.replace(chr(10), chr(10) + '  ')}\n  ```", _F, id="indented"
        ),
        pytest.param(
            f"<think>\n```python\ndef f(x): 1/0\n```\n</think>\n```python\n{_F}```",
            _F,
            id="thoughts before",
        ),
        pytest.param(f"<think>def f(x): 1/0</think>{_F}", _F, id="bare after thoughts"),
        pytest.param(_F, _F, id="bare"),
        pytest.param(f"Sure!\nimport os\n{_F}", f"import os\n{_F}", id="bare after prose"),
        pytest.param(f"```python\r\n{_F.replace(chr(10), chr(13) + chr(10))}```", _F, id="CRLF"),
        pytest.param("```python\nf = lambda x: x\n```", "f = lambda x: x\n", id="assigned"),
        pytest.param("```python\nclass f:\n    pass\n```", "class f:\n    pass\n", id="a class"),
        pytest.param("```python\nasync def f(x): ...\n```", "async def f(x): ...\n", id="async"),
    ],
)
def test_the_code_is_found(answer: str, code: str) -> None:
    """The last block that defines what was asked for, or bare code."""
    found = code_for(answer, "f")

    assert found is not None
    assert found.strip() == code.strip()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("", id="empty"),
        pytest.param("def is a keyword; f is a name", id="prose"),
        pytest.param("```python\ndef ff(x): pass\n```", id="a longer name"),
        pytest.param("```javascript\nf = x => x\n```", id="another language"),
        pytest.param("```python\nclass A:\n    def f(self): pass\n```", id="a method"),
        pytest.param("<think>def f(x): return x</think>", id="only in thoughts"),
        pytest.param("```python\nf == 1\n```", id="a comparison"),
    ],
)
def test_no_code_is_none(answer: str) -> None:
    """Nothing is guessed."""
    assert code_for(answer, "f") is None
