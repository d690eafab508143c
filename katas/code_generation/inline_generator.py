r"""Run the Python code that stands in a file of any kind, and keep its output up to date there.

Rebuilds Cog (the package `cogapp`, 3.6).  A header, a README, a configuration has
a few lines of Python in its comments, and below them what they wrote; run again after
each change, it never goes stale.  That the file is at the same time source and result
is what makes it delicate.  Names, markers and checksums are Cog's own; `process_string`
and `process_one_file` are methods of `cogapp.Cog`, too, with the same `options`.

Rules
    1. A block is a line with `[[[cog`, lines of code, a line with `]]]`, lines of
       output, a line with `[[[end]]]`.  The first three may be one line, `[[[cog code ]]]`.
       `process_string` runs the code and returns the text with what it wrote in the
       place of the old output; all else stays as it is.  `cog.out(text)` writes `text`
       (by default ""), `cog.outl(text)` a newline behind it, too.  If the last line
       of output is not ended, it is ended.  So whoever processes the result gets the
       same again.  The blocks of a text share their names; each text has its own.
    2. What all the lines from `[[[cog` to `]]]` begin with (`# `, say) is taken off the
       lines of code, and then their common indentation; nothing from `[[[cog code ]]]`.
       From the output its common indentation is taken, and the white space that
       the lines with `[[[cog` and `]]]` both begin with is put there.  Empty lines do
       not count and stay empty.  Only "\n" ends a line, here and everywhere.
    3. The code has `cog` as a name; `import cog` finds the same, in a module that it
       calls, too.  `cog.previous` is the old output, `cog.firstLineNum` the number of
       the line with `[[[cog`, `cog.inFile` is `fname`, or "".  `cog.error(msg)` raises
       a `CogGeneratedError` with this text, which comes out; `msg` has a default.
       Afterwards `sys.modules` has as `cog` what it had before, however it ends.
    4. A marker that is out of place is a `CogError` at its line; in one line, so is a
       `]]]` before `[[[cog`.  A missing `]]]` is one at the line with `[[[cog`, a missing
       `[[[end]]]` one at the last line of the text.  The text of the error begins
       with the place, `demo.txt(7): `, if there is an `fname`.
    5. An `Exception` of the code is a `CogUserException` whose `__cause__` it is.  Its
       text is the traceback as Python prints it, from the line in the block on, with
       name and lines of the file: `File "demo.txt", line 7`.  What is no `Exception`
       comes out as it is; so does a SyntaxError, with file and line in `filename`
       and `lineno`.
    6. With `options.hash_output`, `[[[end]]]` is followed by a checksum of the output as
       it is in the text, ` (sum: sZRqySSS0j)`: the MD5 of its UTF-8 in Base64, the first
       ten characters.  If one is there that is not that of the old output, this has
       been edited: a `CogError` at this line.  Without the option, checksums, with the
       spaces before them, are removed unread.
    7. `process_one_file` reads the file, in UTF-8.  With `options.replace`, it gets the
       new text, but is not touched if that is the same.  Otherwise with
       `options.check`, `check_failed` becomes True if it is not the same, and stays so.
       With neither, the new text is written to `sys.stdout`.
    8. The file is replaced whole or not at all: a new file takes its place in one step,
       and whoever has the old one open reads on in that.  It has the same mode; a
       symbolic link stays one.  After an error, the file and its directory are as
       before.  No other file is touched, and no other directory used.

Left out
    The command line, with its messages, and most of its options: markers of your own,
    `-d`, `-D`, `-I`, `-o`, `-p`, `-P`, `-s`, `-w`, `-x`, `-z`.  Of the module `cog`: `msg`,
    `outFile`, and two arguments of `out`.  The longer checksums of older Cogs.
    Which of several errors comes out; other lines with more than one marker; lines of
    nothing but spaces; other line ends; owner, hard links and write protection.

    Cog itself differs in rule 3 (its modules stay), in rule 5 (what is no `Exception` is
    wrapped, too, and `__cause__` is None; a SyntaxError and an error in a block of one
    line name another line) and in rule 8 (it writes into the file).
"""

from dataclasses import dataclass


class CogError(Exception):
    """Something is wrong; the text of the error begins with the place, if `file` is not empty.

    >>> str(CogError("Unexpected ']]]'", "config.h", 7))
    "config.h(7): Unexpected ']]]'"
    """

    def __init__(self, msg: str, file: str = "", line: int = 0) -> None:
        raise NotImplementedError


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
        raise NotImplementedError

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
        raise NotImplementedError

    def process_one_file(self, fname: str) -> None:
        """Process the file `fname` as `options` say: replace it, check it, or print the new text.

        Raises:
            CogError: As in `process_string`; the file is as it was.
            SyntaxError: As in `process_string`; the file is as it was.
            OSError: The file cannot be read or replaced.
        """
        raise NotImplementedError
