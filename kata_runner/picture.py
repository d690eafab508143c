"""Makes the picture of a session in the README: `python -m kata_runner.picture`.

The session is a real one: commands run on a copy of the repository in which a learner has come
half-way.  A test holds the picture to what the commands print today.
"""

import html
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from rich.console import Console

from kata_runner import cli, screen
from kata_runner.curriculum import Curriculum

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "session.svg"
_KATA = "lru_cache"
# One that no property test sees: what is drawn cannot change the picture.
_MISTAKE = "None means missing"
_SESSION = (["run", _KATA], ["hint", _KATA])
_WIDTH = 96


def draw() -> str:
    """Run the session and return it as SVG."""
    recorder = Console(record=True, width=_WIDTH, file=io.StringIO(), force_terminal=True)
    with _copy() as root, mock.patch.object(screen, "console", return_value=recorder):
        kata = Curriculum.load(root).find(_KATA)
        mistake = next(it for it in kata.notes.mistakes if it.name == _MISTAKE)
        reference = kata.solution.read_text("utf-8")
        statement = re.match(r'""".*?"""\n', kata.stub.read_text("utf-8"), re.DOTALL)
        assert statement
        code = re.sub(r'\A""".*?"""\n', "", reference, flags=re.DOTALL)
        kata.stub.write_text(statement[0] + code.replace(mistake.old, mistake.new), "utf-8")
        for arguments in _SESSION:
            recorder.print(f"[bold]$ kata {' '.join(arguments)}[/]")
            cli.main.main(arguments, standalone_mode=False)
            recorder.print()
    return recorder.export_svg(title="Advanced Python Katas")


def text_of(svg: str) -> list[str]:
    """Return the lines of text in a picture, without what depends on rich, and without numbers.

    How many of the tests fail is up to the draws of a property test.
    """
    pieces = re.findall(r'<text[^>]* y="([\d.]+)"[^>]*>(.*?)</text>', svg)
    lines: dict[str, str] = {}
    for y, piece in pieces:
        lines[y] = lines.get(y, "") + html.unescape(piece).replace("\xa0", " ")
    return [re.sub(r"\d+", "N", line.strip()) for line in lines.values() if line.strip()]


@contextmanager
def _copy() -> Iterator[Path]:
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("katas", "solutions", "tests"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, root / name, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", root)
        os.chdir(root)
        try:
            yield root
        finally:
            os.chdir(before)


def main() -> None:
    """Write the picture."""
    PICTURE.write_text(draw(), "utf-8")


if __name__ == "__main__":
    main()
