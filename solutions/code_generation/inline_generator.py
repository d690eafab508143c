r"""Two passes: read the whole text into parts, then run the blocks among them.

Idea
    Three times the reader asks for all lines up to a certain marker; any other
    marker on the way is an error at that line.

        text          until `[[[cog`      copied
        code          until `]]]`         copied, and kept to be run
        old output    until `[[[end]]]`   dropped, and kept for checksum and `previous`

    The same code then makes it anew, so that the second run changes nothing.

Why newlines in front of the code
    `compile` counts lines from the top of what it is given.  With as many empty
    lines there as the file has above the code, every number in a traceback,
    a SyntaxError, a warning or a debugger is that of the file.

Why parse first
    Code may do anything, and cannot be undone.  A misspelt marker in the last
    block should be found before the first one runs.  The price is memory: the
    text is held in parts.

Why replace the file
    Opening a file for writing empties it; whoever reads then, or after a crash, finds
    half a file.  `os.replace` exchanges the name in one step, within one file
    system only, hence the temporary folder beside the file.  It is no promise
    about power failures: that takes `fsync` of the file and of its folder.

Why not `textwrap.indent`, or `str.splitlines`
    They take a form feed or U+2028 for the end of a line, too; `compile` and
    Cog do not.  `textwrap.dedent` knows "\n" only.

In Cog
    `cogapp/cogapp.py` (3.6) runs a block as soon as it is read.  It compiles
    the code alone and puts the numbers right afterwards (`find_cog_source`), but not
    those of a SyntaxError.  `replace_file` writes into the file itself.

Sources
    Cog's documentation, cog.readthedocs.io; POSIX, `rename`.
"""

import base64
import hashlib
import io
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, takewhile
from operator import eq
from pathlib import Path
from tempfile import TemporaryDirectory
from traceback import StackSummary, format_exception_only, walk_tb
from types import SimpleNamespace
from typing import Any, NamedTuple, NoReturn

_BEGIN, _END_SPEC, _END_OUTPUT = "[[[cog", "]]]", "[[[end]]]"
# In this order: `[[[end]]]` contains the last one.
_MARKERS = (_BEGIN, _END_OUTPUT, _END_SPEC)
_CHECKSUM = re.compile(r" *\(sum: ([A-Za-z0-9+/]{10})\)")


class CogError(Exception):
    """Something is wrong; the text of the error begins with the place, if `file` is not empty.

    >>> str(CogError("Unexpected ']]]'", "config.h", 7))
    "config.h(7): Unexpected ']]]'"
    """

    def __init__(self, msg: str, file: str = "", line: int = 0) -> None:
        super().__init__(f"{file}({line}): {msg}" if file else msg)


class CogGeneratedError(CogError):
    """The code in a block has called `cog.error`."""


class CogUserException(CogError):  # noqa: N818 - Cog's own name
    """The code in a block has raised an exception; the text is its traceback."""


@dataclass
class CogOptions:
    """What a `Cog` is to do: `-c`, `-r` and `--check` of the command line."""

    hash_output: bool = False
    replace: bool = False
    check: bool = False


class Cog:
    """Runs the Python code in marked blocks of a text, and puts the output in its place."""

    options: CogOptions
    check_failed: bool

    def __init__(self) -> None:
        self.options = CogOptions()
        self.check_failed = False

    def process_string(self, input: str, fname: str | None = None) -> str:
        r"""Return `input` with new output in all its blocks; errors name `fname` as the file.

        >>> text = "# [[[cog cog.outl(f'ANSWER = {6 * 7}') ]]]\n# [[[end]]]\n"
        >>> print(Cog().process_string(text), end="")
        # [[[cog cog.outl(f'ANSWER = {6 * 7}') ]]]
        ANSWER = 42
        # [[[end]]]

        Raises:
            CogError: The markers are wrong, the output was edited, or the code failed.
            SyntaxError: Some code is not Python.
        """
        file = "" if fname is None else fname
        parts = _parse(input, file)
        run = _Run(self.options, file)
        with _importable(run.module):
            return "".join(part if isinstance(part, str) else run.expand(part) for part in parts)

    def process_one_file(self, fname: str) -> None:
        """Process the file `fname` as `options` say: replace it, check it, or print the new text.

        Raises:
            CogError: As in `process_string`; the file is as it was.
            SyntaxError: As in `process_string`; the file is as it was.
            OSError: The file cannot be read or replaced.
        """
        path = Path(fname)
        old = path.read_bytes().decode()
        new = self.process_string(old, fname)
        if not (self.options.replace or self.options.check):
            sys.stdout.write(new)
        elif new != old:
            if self.options.replace:
                _replace_file(path, new)
            else:
                self.check_failed = True


class _Block(NamedTuple):
    """A block without its lines up to the end of the code, which only need to be copied."""

    first_line: int
    indent: str
    source: str
    previous: str
    end: str
    end_line: int


class _Run:
    """Runs the blocks of one text, which share their names and the module `cog`."""

    def __init__(self, options: CogOptions, file: str) -> None:
        self.module = SimpleNamespace(inFile=file, error=_error)
        self._namespace = {"cog": self.module}
        self._options = options
        self._file = file

    def expand(self, block: _Block) -> str:
        """Return what follows the code of `block`: its output and its last line."""
        before, marker, after = block.end.partition(_END_OUTPUT)
        if old := _CHECKSUM.match(after):
            after = after[old.end() :]
            if self._options.hash_output and old[1] != _checksum(block.previous):
                raise CogError("Output has been edited!", self._file, block.end_line)
        output = _reindented(self._output(block), block.indent)
        if self._options.hash_output:
            marker += f" (sum: {_checksum(output)})"
        return output + before + marker + after

    def _output(self, block: _Block) -> str:
        """Run the code of `block` and return what it writes, as whole lines."""
        written = io.StringIO()

        def out(text: str = "") -> None:
            written.write(text)

        def outl(text: str = "") -> None:
            written.write(text + "\n")

        vars(self.module).update(out=out, outl=outl)
        vars(self.module).update(previous=block.previous, firstLineNum=block.first_line)
        code = compile(block.source, self._file, "exec")
        try:
            exec(code, self._namespace)  # noqa: S102 - it is what this is for
        except CogError:
            raise
        except Exception as error:
            raise CogUserException(_traceback(error)) from error
        text = written.getvalue()
        # Else the end marker would stand behind the output, and be a part of its last line.
        return text if text.endswith("\n") or not text else text + "\n"


class _Reader:
    """The lines of a text, taken from marker to marker; `number` is that of the last one."""

    def __init__(self, text: str, file: str) -> None:
        self._lines = io.StringIO(text)
        self._file = file
        self.number = 0

    def until(self, marker: str) -> tuple[list[str], str]:
        """Return the lines before the one with `marker`, and that one; "" if there is none."""
        before: list[str] = []
        for line in self._lines:
            self.number += 1
            found = next((each for each in _MARKERS if each in line), None)
            if found == marker:
                return before, line
            if found is not None:
                raise CogError(f"Unexpected {found!r}", self._file, self.number)
            before.append(line)
        return before, ""


def _parse(text: str, file: str) -> list[str | _Block]:
    """Return the lines that stay as they are, and a block wherever there is output."""
    reader = _Reader(text, file)
    parts: list[str | _Block] = []
    while True:
        before, begin = reader.until(_BEGIN)
        parts += before
        if not begin:
            return parts
        parts.append(begin)
        first_line = reader.number
        if _END_SPEC in begin:
            _, _, rest = begin.partition(_BEGIN)
            code, end_spec, _ = rest.partition(_END_SPEC)
            if not end_spec:
                raise CogError("Cog code markers inverted", file, first_line)
            markers, source = begin, "\n" * (first_line - 1) + code.strip()
        else:
            lines, end_spec = reader.until(_END_SPEC)
            if not end_spec:
                raise CogError("Cog block begun but never ended.", file, first_line)
            parts += [*lines, end_spec]
            markers = _common_prefix([begin, end_spec])
            prefix = len(_common_prefix([begin, end_spec, *lines]))
            code = "".join(line[prefix:] for line in lines)
            source = "\n" * first_line + textwrap.dedent(code)
        indent = markers[: len(markers) - len(markers.lstrip())]
        previous, end = reader.until(_END_OUTPUT)
        if not end:
            raise CogError(f"Missing {_END_OUTPUT!r} before end of file.", file, reader.number)
        parts.append(_Block(first_line, indent, source, "".join(previous), end, reader.number))


def _common_prefix(lines: list[str]) -> str:
    """Return what all `lines` begin with; it is what the first and the last in order do."""
    first, last = min(lines), max(lines)
    return first[: sum(takewhile(bool, map(eq, first, last)))]


def _reindented(text: str, indent: str) -> str:
    """Return `text` with `indent` in the place of the indentation that its lines share."""
    lines = textwrap.dedent(text).split("\n")
    return "\n".join(indent + line if line else line for line in lines)


def _checksum(text: str) -> str:
    # It finds accidents, and Cog's files have it; nothing here has to be secure.
    digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
    return base64.b64encode(digest)[:10].decode()


def _traceback(error: Exception) -> str:
    """Return the traceback of `error` as text, without the frame that ran the code."""
    # `walk_tb` knows no columns: these are of the code without prefix and indentation, and
    # would mark the wrong part of the line in the file.
    frames = StackSummary.extract(islice(walk_tb(error.__traceback__), 1, None))
    return "".join([*frames.format(), *format_exception_only(error)])


def _error(msg: str = "Error raised by cog generator.") -> NoReturn:
    raise CogGeneratedError(msg)


@contextmanager
def _importable(module: Any) -> Iterator[None]:
    """Let `import cog` find `module`, and afterwards what it found before."""
    before = sys.modules.get("cog")
    sys.modules["cog"] = module
    try:
        yield
    finally:
        if before is None:
            del sys.modules["cog"]
        else:
            sys.modules["cog"] = before


def _replace_file(path: Path, text: str) -> None:
    """Put a new file with `text` in the place of `path`, in one step."""
    target = path.resolve()  # a link stays a link
    with TemporaryDirectory(dir=target.parent) as folder:
        new = Path(folder, target.name)
        new.write_bytes(text.encode())
        shutil.copymode(target, new)
        new.replace(target)
