"""`kata new`: all files of a kata, each saying what belongs into it; red in `kata check` so far."""

import re
import tomllib
from pathlib import Path

from kata_runner.curriculum import ContentError, Curriculum, Kata, read_text
from kata_runner.stubs import replace_file

_STUB = '''"""One line that says what to build.

Rebuilds `package.name`, which …; why one would want it, in two or three lines.

Rules
    1. The simplest rule that gives something that works.
    2. The next one.

Left out
    What the original has and this kata has not.
"""


def {name}() -> None:
    """Say in one line what it does.

    Raises:
        ValueError: when.
    """
    raise NotImplementedError
'''

_SOLUTION = '''"""One line: the idea in a few words.

Idea
    How it works.

Why …
    The decision that is not obvious.

In CPython
    How the original does it, and where it differs.

Sources
    The files and documents that say so.
"""


def {name}() -> None:
    """Say in one line what it does.

    Raises:
        ValueError: when.
    """
'''

_TESTS = """import pytest

from katas.{topic}.{name} import {name}


@pytest.mark.rule(1)
def test_a_sentence_that_states_what_holds():
    assert {name}() == "what the rule promises"
"""

_NOTES = '''level = 0        # 1 warm-up … 5 expert
minutes = 0
rebuilds = ""    # package.name
original = ""    # where its documentation is

[[hints]]        # one for each rule, gentle to concrete, 20 to 120 words each
rule = 1
say = [""]

[[mistakes]]     # four or more, real ones that people make
name = ""
kind = ""        # behaviour, resource, concurrency, security, error-handling, typing
why = """What goes wrong, when it is noticed in real life, and the principle behind it."""
old = \'\'\'\'\'\'     # once in the reference
new = \'\'\'\'\'\'
fails = []       # the examples that fail on it, all of them

[session]        # for a group of people
goal = ""
questions = []   # three or more that start a discussion
'''

_ESSAY = """# {title}

What the mechanism is, how CPython really does it (say the version), when one meets it at work,
what goes wrong.

## The katas

1. [`{name}`]({name}.py) …

## Sources
"""

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def create(curriculum: Curriculum, name: str) -> list[Path]:
    """Write all files of the kata `topic/name` and its line in the curriculum; return the files.

    Raises:
        ContentError: a file is there already, or cannot be written.
        ValueError: `name` is not of the form topic/name.
    """
    topic, slash, kata_name = name.partition("/")
    if not (slash and _NAME.fullmatch(topic) and _NAME.fullmatch(kata_name)):
        raise ValueError(f"{name!r} is not of the form topic/name in small letters and underscores")
    kata = Kata(curriculum.root, topic, kata_name)
    essay = curriculum.root / "katas" / topic / "README.md"
    fields = {"topic": topic, "name": kata_name, "title": topic.replace("_", " ").capitalize()}
    design = kata.solution.with_name(f"{kata_name}__other.py")
    files = {
        kata.stub: _STUB.format(**fields),
        kata.tests: _TESTS.format(**fields),
        kata.solution: _SOLUTION.format(**fields),
        design: _SOLUTION.format(**fields),
        kata.notes_file: _NOTES,
    }
    for path in files:
        if path.exists():
            raise ContentError(path, "is there already; choose another name")
    if not essay.exists():
        files[essay] = _ESSAY.format(**fields)
    listing = curriculum.root / "katas" / "curriculum.toml"
    entry = _with_entry(listing, topic, kata_name)
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ContentError(path.parent, f"cannot be made: {error.strerror}") from None
        replace_file(path, text.encode())
    # Last: a kata that is listed has its files.
    replace_file(listing, entry.encode())
    return [*files, listing]


def _with_entry(listing: Path, topic: str, name: str) -> str:
    """Return the curriculum with the kata at the end of its topic, or of a new topic at the end."""
    text = read_text(listing)
    table = rf'(\[\[topic\]\]\nname = "{topic}"\nkatas = \[)(.*?)(\])'
    changed, count = re.subn(
        table,
        lambda found: f'{found[1]}{found[2]}{", " if found[2].strip() else ""}"{name}"{found[3]}',
        text,
        flags=re.DOTALL,
    )
    if not count:
        changed = f'{text.rstrip()}\n\n[[topic]]\nname = "{topic}"\nkatas = ["{name}"]\n'
    tomllib.loads(changed)
    return changed
