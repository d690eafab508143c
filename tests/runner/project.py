"""A small project with one kata that every check accepts, for tests to break in one place."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from kata_runner.curriculum import Kata

ROOT = Path(__file__).parents[2]

HINT = (
    "Say to yourself what the smallest and the largest result can be, and which one wins here. " * 2
)

STUB = '''"""Keep a number between two bounds.

Rebuilds `max(low, min(value, high))`, as every program has it somewhere.

Rules
    1. A value between the bounds comes back as it is, and so does
       a bound.
    2. A value below `low` becomes `low`.
    3. A value above `high` becomes `high`.
    4. Bounds in the wrong order are a `ValueError`.

Left out
    Open intervals.
"""


def clamp(value: int, low: int, high: int) -> int:
    """Return the number from `low` to `high` that is nearest to `value`.

    >>> clamp(5, 0, 3)
    3

    Raises:
        ValueError: `low` is above `high`.
    """
    raise NotImplementedError
'''

SOLUTION = STUB[STUB.index("\n\ndef clamp") :].replace(
    "    raise NotImplementedError\n",
    '    if low > high:\n        raise ValueError("bounds in the wrong order")\n'
    "    return max(low, min(value, high))\n",
)
SOLVED = STUB[: STUB.index("\n\ndef clamp")] + SOLUTION
REFERENCE = f'"""The bounds, one after the other.\n\nIdea\n    Two steps.\n"""\n{SOLUTION}'
DESIGN = f'"""The middle one of three.\n\nIdea\n    Sort.\n"""\n{SOLUTION}'.replace(
    "max(low, min(value, high))", "sorted((low, value, high))[1]"
)

TESTS = """import pytest
from hypothesis import given
from hypothesis import strategies as st

from katas.demo.clamp import clamp


@pytest.mark.rule(1)
@pytest.mark.parametrize("value", [2, 3, 5])
def test_a_value_between_the_bounds_stays(value):
    assert clamp(value, 2, 5) == value


@pytest.mark.rule(1)
def test_the_bounds_may_be_equal():
    assert clamp(7, 3, 3) == 3


@pytest.mark.rule(2)
def test_a_value_below_becomes_the_lower_bound():
    assert clamp(-9, 2, 5) == 2


@pytest.mark.rule(3)
def test_a_value_above_becomes_the_upper_bound():
    assert clamp(9, 2, 5) == 5


@pytest.mark.rule(3)
@given(st.integers())
def test_any_value_ends_between_the_bounds(value):
    assert 2 <= clamp(value, 2, 5) <= 5


@pytest.mark.rule(4)
def test_bounds_in_the_wrong_order_are_refused():
    with pytest.raises(ValueError):
        clamp(1, 5, 2)
"""

FUNCTIONS = {
    "below": "test_a_value_below_becomes_the_lower_bound",
    "above": "test_a_value_above_becomes_the_upper_bound",
    "order": "test_bounds_in_the_wrong_order_are_refused",
    "equal": "test_the_bounds_may_be_equal",
}


def mistake(name, old, new, *fails):
    named = [FUNCTIONS[short] for short in fails]
    return f"""
[[mistakes]]
name = "{name}"
kind = "behaviour"
why = "A slip."
old = '''{old}'''
new = '''{new}'''
fails = {named}
"""


NOTES = (
    """level = 1
minutes = 20
rebuilds = "max and min"
original = "https://docs.python.org/3/library/functions.html#max"
"""
    + "".join(f'\n[[hints]]\nrule = {rule}\nsay = ["{HINT}", "{HINT}"]\n' for rule in (1, 2, 3, 4))
    + mistake(
        "the lower bound is forgotten", "max(low, min(value, high))", "min(value, high)", "below"
    )
    + mistake(
        "the upper bound is forgotten",
        "max(low, min(value, high))",
        "max(low, value)",
        "above",
        "equal",
    )
    + mistake("one too low", "max(low,", "max(low - 1,", "below")
    + mistake("equal bounds are refused", "low > high", "low >= high", "equal")
    + """
[session]
goal = "See how much there is to say about one line."
questions = ["What is the type of a bound?", "What of NaN?", "Who checks the order?"]
"""
)

FILES = {
    ".gitignore": ".cache/\n.kata/\n__pycache__/\n",
    "katas/curriculum.toml": '[[topic]]\nname = "demo"\nkatas = ["clamp"]\n',
    "katas/demo/README.md": "# Demo\n",
    "katas/demo/clamp.py": STUB,
    "solutions/demo/clamp.py": REFERENCE,
    "solutions/demo/clamp__sorted.py": DESIGN,
    "solutions/demo/clamp.toml": NOTES,
    "tests/demo/test_clamp.py": TESTS,
}


def make_project(root: Path) -> Kata:
    """Lay the project out below `root` and return its kata."""
    lay_out(root, FILES)
    return Kata(root, "demo", "clamp")


def lay_out(root: Path, files: Mapping[str, str]) -> None:
    """Write `files`, and what every project of katas has, below `root`."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name in ("pyproject.toml", "katas/__init__.py"):
        shutil.copy(ROOT / name, root / name)


def commit_all(root: Path) -> None:
    """Make `root` a git repository with everything in it committed."""
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    for arguments in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "State"]):
        subprocess.run(["git", *arguments], cwd=root, check=True)


def edit(path: Path, old: str, new: str) -> None:
    """Replace the one `old` in the file."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {path}"
    path.write_text(text.replace(old, new), encoding="utf-8")
