"""One line at a time: each state is a method, and a block runs as soon as its end is read.

Idea
    `state` is the method that takes the next line; one that has seen its marker
    puts the next state there.

        _text --[[[cog--> _code --]]]--> _old_output --[[[end]]]--> _text

    The code is parsed as it stands, and its tree then moved down to its lines in
    the file.  For a SyntaxError there is no tree; it is moved by itself.

When one would choose it
    For input that comes as a stream, or is too large to be held; and where more states
    are to come, each of which is one more method.  The price: by the time when a
    wrong marker is read, the blocks before it have run.  And `mkstemp` asks for a
    clean-up of our own, but makes no folder.
"""

import ast
import base64
import hashlib
import io
import re
import stat
import sys
import tempfile
import textwrap
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

_BEGIN, _END_SPEC, _END_OUTPUT = "[[[cog", "]]]", "[[[end]]]"
_END_LINE = re.compile(r"(\[\[\[end\]\]\])(?: *\(sum: ([A-Za-z0-9+/]{10})\))?")


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
        machine = _Machine(self.options, "" if fname is None else fname)
        hidden = sys.modules.get("cog")
        sys.modules["cog"] = cast("ModuleType", machine.cog)
        try:
            for line in io.StringIO(input):
                machine.feed(line)
            return machine.finished()
        finally:
            del sys.modules["cog"]
            if hidden is not None:
                sys.modules["cog"] = hidden

    def process_one_file(self, fname: str) -> None:
        """Process the file `fname` as `options` say: replace it, check it, or print the new text.

        Raises:
            CogError: As in `process_string`; the file is as it was.
            SyntaxError: As in `process_string`; the file is as it was.
            OSError: The file cannot be read or replaced.
        """
        old = Path(fname).read_bytes().decode("utf-8")
        new = self.process_string(old, fname)
        if self.options.replace:
            if new != old:
                _replace_file(fname, new.encode("utf-8"))
        elif self.options.check:
            self.check_failed |= new != old
        else:
            sys.stdout.write(new)


class _Machine:
    """Takes the lines of a text one by one, and keeps those of the new text."""

    def __init__(self, options: CogOptions, file: str) -> None:
        self.cog = SimpleNamespace(inFile=file, out=self._out, outl=self._outl, error=self._error)
        self._options = options
        self._file = file
        self._names: dict[str, Any] = {"cog": self.cog}
        self._result: list[str] = []
        self._number = 0
        self._state = self._text
        # Of the block that is being read:
        self._markers: list[str] = []
        self._code_lines: list[str] = []
        self._old: list[str] = []
        self._offset = 0
        self._written = io.StringIO()

    def feed(self, line: str) -> None:
        """Go on by one line."""
        self._number += 1
        markers = [each for each in (_BEGIN, _END_OUTPUT, _END_SPEC) if each in line]
        self._state(line, markers[0] if markers else "")

    def finished(self) -> str:
        """Return the new text, if the old one may end here."""
        if self._state == self._code:
            raise self._wrong("Cog block begun but never ended.", self.cog.firstLineNum)
        if self._state == self._old_output:
            raise self._wrong(f"Missing {_END_OUTPUT!r} before end of file.", self._number)
        return "".join(self._result)

    def _wrong(self, message: str, line: int) -> CogError:
        return CogError(message, self._file, line)

    def _unexpected(self, marker: str) -> CogError:
        return self._wrong(f"Unexpected {marker!r}", self._number)

    def _text(self, line: str, marker: str) -> None:
        if marker not in ("", _BEGIN):
            raise self._unexpected(marker)
        self._result.append(line)
        if not marker:
            return
        self.cog.firstLineNum = self._number
        self._markers, self._code_lines, self._old = [line], [], []
        if _END_SPEC not in line:
            self._offset = self._number
            self._state = self._code
            return
        begin, end = line.index(_BEGIN), line.index(_END_SPEC)
        if end < begin:
            raise self._wrong("Cog code markers inverted", self._number)
        self._offset = self._number - 1
        self._code_lines = [line[begin + len(_BEGIN) : end].strip()]
        self._state = self._old_output

    def _code(self, line: str, marker: str) -> None:
        if marker not in ("", _END_SPEC):
            raise self._unexpected(marker)
        self._result.append(line)
        if not marker:
            self._code_lines.append(line)
            return
        self._markers.append(line)
        shared = 0
        for column in zip(*self._markers, *self._code_lines, strict=False):
            if len(set(column)) > 1:
                break
            shared += 1
        self._code_lines = [each[shared:] for each in self._code_lines]
        self._state = self._old_output

    def _old_output(self, line: str, marker: str) -> None:
        if marker not in ("", _END_OUTPUT):
            raise self._unexpected(marker)
        if not marker:
            self._old.append(line)
            return
        self.cog.previous = "".join(self._old)
        output = self._run()
        end = _END_LINE.search(line)
        assert end is not None
        hash_output = self._options.hash_output
        if hash_output and end[2] not in (None, _checksum(self.cog.previous)):
            message = "Output has been edited! Delete old checksum to unprotect."
            raise self._wrong(message, self._number)
        checksum = f" (sum: {_checksum(output)})" if hash_output else ""
        self._result += [output, line[: end.end(1)], checksum, line[end.end() :]]
        self._state = self._text

    def _run(self) -> str:
        """Return the output of the block, indented as its markers are."""
        source = textwrap.dedent("".join(self._code_lines))
        try:
            tree = ast.parse(source, self._file)
        except SyntaxError as error:
            if error.lineno is not None:
                error.lineno += self._offset
            raise
        code = compile(ast.increment_lineno(tree, self._offset), self._file, "exec")
        self._written = io.StringIO()
        try:
            exec(code, self._names)  # noqa: S102 - it is what this is for
        except CogError:
            raise
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)[1:]
            # Tuples: without columns, which are those of the code taken by itself.
            text = traceback.format_list([tuple(frame) for frame in frames])
            text += traceback.format_exception_only(error)
            raise CogUserException("".join(text)) from error
        lines = textwrap.dedent(self._written.getvalue()).split("\n")
        if lines[-1]:
            lines.append("")
        spaces = [line[: len(line) - len(line.lstrip())] for line in self._markers]
        indent = next(
            start
            for length in range(len(spaces[0]), -1, -1)
            if all(each.startswith(start := spaces[0][:length]) for each in spaces)
        )
        return "\n".join(line and indent + line for line in lines)

    def _out(self, text: str = "") -> None:
        self._written.write(text)

    def _outl(self, text: str = "") -> None:
        self._written.write(text + "\n")

    def _error(self, msg: str = "Error raised by cog generator.") -> None:
        raise CogGeneratedError(msg)


def _checksum(text: str) -> str:
    digest = hashlib.md5(text.encode("utf-8"), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode("ascii")[:10]


def _replace_file(name: str, content: bytes) -> None:
    """Put a new file with `content` in the place of the file `name`, in one step."""
    target = Path(name).resolve()
    descriptor, path = tempfile.mkstemp(dir=target.parent)
    new = Path(path)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(content)
        # `mkstemp` makes files that are the owner's alone.
        new.chmod(stat.S_IMODE(target.stat().st_mode))
        new.replace(target)
    except BaseException:
        new.unlink()
        raise
