import contextlib
import json
import os
import re
import stat
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from unittest import mock

import cogapp.cogapp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from katas.code_generation.inline_generator import (
    Cog,
    CogError,
    CogGeneratedError,
    CogOptions,
    CogUserException,
)


def cogged(text, fname="demo.txt", engine=None, **options):
    """The text that a Cog with these options makes of `text`."""
    cog = (engine or Cog)()
    for name, value in options.items():
        setattr(cog.options, name, value)
    return cog.process_string(text, fname)


def process(path, **options):
    """The Cog that has processed the file at `path`."""
    cog = Cog()
    for name, value in options.items():
        setattr(cog.options, name, value)
    cog.process_one_file(str(path))
    return cog


def block(code, output="", tail=""):
    """A block with this code and this output; `tail` stands behind the last marker."""
    return f"[[[cog\n{code}\n]]]\n{output}[[[end]]]{tail}\n"


def original(text, **options):
    """What Cog itself makes of `text`, see `outcome`."""
    with mock.patch.dict(sys.modules):  # Cog leaves its own modules there
        return outcome(text, engine=cogapp.Cog, **options)


def outcome(text, **options):
    """The new text; or the kind of the error and the lines in the file that it names."""
    try:
        return cogged(text, **options)
    except (CogError, cogapp.cogapp.CogError) as error:
        return type(error).__name__, lines_in("demo.txt", error)


def lines_in(file, error):
    """The lines of `file` that the text of `error` names, as `file(3)` or as a traceback does."""
    return [int(line) for line in re.findall(re.escape(file) + r"\D+?(\d+)", str(error))]


# Rule 1: blocks

OUTPUTS = {
    "lines": ("cog.outl('one'); cog.outl('two')", "one\ntwo\n"),
    "pieces of a line": ("cog.out('a'); cog.out('b'); cog.outl('c')", "abc\n"),
    "several lines at once": ("cog.out('a\\n\\nb\\n')", "a\n\nb\n"),
    "empty lines": ("cog.outl(); cog.out(); cog.outl('')", "\n\n"),
    "a loop": ("for n in range(3):\n    cog.outl(f'x{n} = {n}')", "x0 = 0\nx1 = 1\nx2 = 2\n"),
    "nothing": ("pass", ""),
    "no code": ("", ""),
    "the end of a line is missing": ("cog.out('a\\nb')", "a\nb\n"),
    "no ASCII": ("cog.outl('Grüße, 世界')", "Grüße, 世界\n"),
}
each_output = pytest.mark.parametrize(("code", "output"), OUTPUTS.values(), ids=OUTPUTS.keys())


@pytest.mark.rule(1)
@pytest.mark.parametrize(
    "text",
    ["", "\n", "a", "a\nb\n", "\n\n a \n", "[[cog ]] [[end]] [[[ cog\n", "a\r\nb\fc\x85d\n"],
    ids=["nothing", "a newline", "no newline", "lines", "spaces", "no markers", "other line ends"],
)
def test_a_text_without_blocks_stays_as_it_is(text):
    assert Cog().process_string(text) == text


@pytest.mark.rule(1)
@each_output
def test_what_the_code_writes_stands_behind_it(code, output):
    assert Cog().process_string(block(code)) == block(code, output)


@pytest.mark.rule(1)
@each_output
@pytest.mark.parametrize("old", ["", "one\n", "old\n\n    older\n\n"])
def test_old_output_is_replaced_and_then_nothing_changes(code, output, old):
    once = cogged(block(code, old))
    assert once == block(code, output)
    assert cogged(once) == once


@pytest.mark.rule(1)
def test_all_else_stays_as_it_is():
    text = "a\n/* [[[cog (b)\n cog.outl('c') \n]]] */\n{}/* [[[end]]] */ \n\nd\n"
    assert cogged(text.format("")) == text.format("c\n")


@pytest.mark.rule(1)
@pytest.mark.parametrize("last", ["[[[end]]]", "[[[end]]]\n", "[[[end]]]\n\n", "[[[end]]]\nlast"])
def test_the_end_of_the_text_stays_as_it_is(last):
    text = f"[[[cog cog.outl('x') ]]]\n{last}"
    assert cogged(text) == f"[[[cog cog.outl('x') ]]]\nx\n{last}"


@pytest.mark.rule(1)
def test_blocks_share_names():
    first, second = "def double(n):\n    cog.outl(str(2 * n))", "double(2)\nn = 4"
    third = "double(n)"
    text = block(first) + "between\n" + block(second) + block(third)
    assert cogged(text) == block(first) + "between\n" + block(second, "4\n") + block(third, "8\n")


@pytest.mark.rule(1)
def test_texts_do_not_share_names():
    cog = Cog()
    cog.process_string(block("name = 1"))
    code = "cog.outl(str('name' in globals()))"
    assert cog.process_string(block(code)) == block(code, "False\n")


@pytest.mark.rule(1)
@pytest.mark.parametrize(
    "line",
    [
        "[[[cog cog.outl('x') ]]]",
        "<!-- [[[cog cog.outl('x') ]]] -->",
        "x = 1 # [[[cog   cog.outl('x') ]]] ...",
    ],
)
def test_a_block_may_have_its_code_in_one_line(line):
    assert cogged(f"{line}\nold\n[[[end]]]\n") == f"{line}\nx\n[[[end]]]\n"


# Rule 2: prefix and indentation

LAYOUTS = {
    "a comment": "# [[[cog\n# if 1:\n#     cog.outl('a')\n# ]]]\n|a\n# [[[end]]]\n",
    "a comment without space": "//[[[cog\n//cog.outl('a')\n//]]]\n|a\n//[[[end]]]\n",
    "a comment with an empty line": "# [[[cog\n# a = 1\n#\n# cog.outl('a')\n# ]]]\n|a\n[[[end]]]\n",
    "an indented comment": "  # [[[cog\n  # cog.outl('a')\n  # ]]]\n|  a\n  # [[[end]]]\n",
    "a tab": "\t; [[[cog\n\t; cog.outl('a')\n\t; ]]]\n|\ta\n[[[end]]]\n",
    "more indented code": "[[[cog\n  if 1:\n\n    cog.outl('a')\n]]]\n|a\n[[[end]]]\n",
    "less indented code": "    [[[cog\ncog.outl('a')\n    ]]]\n|    a\n[[[end]]]\n",
    "a more indented marker": "  [[[cog\n  cog.outl('a')\n    ]]]\n|  a\n[[[end]]]\n",
    "a marker that is not indented": "  [[[cog\ncog.outl('a')\n]]]\n|a\n  [[[end]]]\n",
    "a tab and spaces": " \t[[[cog\ncog.outl('a')\n  ]]]\n| a\n[[[end]]]\n",
    "comments in the code": "# [[[cog\n# # b\n# cog.outl('# a')\n# ]]]\n|# a\n# [[[end]]]\n",
    "text in the code": "[[[cog\n  cog.outl('''a\n    b''')\n]]]\n|a\n|  b\n[[[end]]]\n",
    "one line": "  // [[[cog cog.outl('a') ]]]\n|  a\n[[[end]]]\n",
    "one line with a comment": "# [[[cog cog.outl('# a') ]]]\n|# a\n[[[end]]]\n",
}


@pytest.mark.rule(2)
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_prefix_and_indentation_are_taken_off_the_code_and_indentation_given_to_the_output(layout):
    text = re.sub("^[|].*\n", "", layout, flags=re.MULTILINE)
    assert cogged(text) == layout.replace("\n|", "\n")


@pytest.mark.rule(2)
@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("a\n  b\n", "    a\n      b\n"),
        ("        a\n          b\n", "    a\n      b\n"),
        ("  a\nb\n", "      a\n    b\n"),
        ("\n  a\n\n  b\n\n", "\n    a\n\n    b\n\n"),
        ("\ta\n  b\n", "    \ta\n      b\n"),
        ("a\fb\u2028c\x85d\rb\n", "    a\fb\u2028c\x85d\rb\n"),
    ],
    ids=["kept", "replaced", "the least", "empty lines", "tab and spaces", "only newlines count"],
)
def test_output_gets_the_indentation_of_the_markers_instead_of_its_own(output, expected):
    code = f"    # [[[cog\n    # cog.out({output!r})\n    # ]]]\n"
    assert cogged(code + "[[[end]]]") == code + expected + "[[[end]]]"


CODES = [
    ["cog.outl('one')"],
    ["cog.out('  two\\n\\n    three')"],
    ["for n in range(3):", "    cog.outl(f'x = {n}')"],
    ["    seen = [cog.previous]", "    cog.out('%d' % len(seen[0]))"],
    ["pass"],
    [],
]
FAILING = [
    ["number = 0", "1 / number"],
    ["def key():", "    return {}['key']", "cog.outl('a'); key()"],
    ["cog.outl('a')", "cog.error('no')"],
]


def documents(codes):
    """Texts with blocks of many looks, with code from `codes`."""
    lead = st.sampled_from(["", "# ", "//", "  ", "\t", "    -- "])
    old = st.sampled_from(["", "one\n", "  old\n\n  x\n"])
    tail = st.sampled_from(["", " */", "(sum)", "  (sum: 0123456789) -->"])
    blocks = st.builds(
        lambda lead, code, old, tail: (
            "".join(f"{lead}{line}\n" for line in ["[[[cog", *code, "]]]"])
            + f"{old}{lead}[[[end]]]{tail}\n"
        ),
        *(lead, st.sampled_from(codes), old, tail),
    )
    one_line = st.just("  # [[[cog cog.outl('three') ]]]\n[[[end]]]\n")
    return st.lists(blocks | one_line | st.just("text\n"), max_size=3).map("".join)


@pytest.mark.rule(2)
@settings(max_examples=40)
@given(documents(CODES))
def test_any_text_becomes_what_cog_makes_of_it(text):
    once = cogged(text)
    assert once == original(text)
    assert original(once) == cogged(once)


# Rule 3: the module cog


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    "code",
    [
        "import cog; cog.outl('x')",
        "import cog as generator; generator.outl('x')",
        "from cog import outl; outl('x')",
        "def f():\n    import cog\n    return cog\nf().outl('x')",
        "import cog as imported\nimported is cog and cog.outl('x')",
    ],
)
def test_the_code_may_import_cog(code):
    assert cogged(block(code)) == block(code, "x\n")


@pytest.mark.rule(3)
def test_a_module_that_imports_cog_writes_into_the_block_that_calls_it(monkeypatch):
    helper = ModuleType("cog_helper")
    exec("def header():\n    import cog\n    cog.outl('header')", helper.__dict__)
    monkeypatch.setitem(sys.modules, "cog_helper", helper)
    first, second = "import cog_helper, cog as kept; cog_helper.header()", "cog_helper.header()"
    third = "kept.outl('kept')"
    assert cogged(block(first) + block(second) + block(third)) == (
        block(first, "header\n") + block(second, "header\n") + block(third, "kept\n")
    )


@pytest.mark.rule(3)
@pytest.mark.parametrize("before", ["nothing", ModuleType("cog")], ids=["new", "another before"])
@pytest.mark.parametrize("code", ["pass", "1 / 0", "cog.error('no')", "1 +"])
def test_afterwards_sys_modules_has_as_cog_what_it_had_before(monkeypatch, before, code):
    monkeypatch.delitem(sys.modules, "cog", raising=False)
    if before != "nothing":
        monkeypatch.setitem(sys.modules, "cog", before)
    if code == "pass":
        cogged(block(code))
    else:
        with pytest.raises((CogError, SyntaxError)):
            cogged(block("pass") + block(code))
    assert sys.modules.get("cog", "nothing") is before


@pytest.mark.rule(3)
def test_the_module_knows_the_place_and_the_old_output():
    code = "cog.outl(repr((cog.inFile, cog.firstLineNum, cog.previous)))"
    text = "first\n" + block(code, " old\n\nolder\n") + block(code)
    assert cogged(text) == (
        "first\n"
        + block(code, "('demo.txt', 2, ' old\\n\\nolder\\n')\n")
        + block(code, "('demo.txt', 9, '')\n")
    )
    assert Cog().process_string(block(code)) == block(code, "('', 1, '')\n")


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    ("call", "text"), [("error('no')", "no"), ("error(msg='no')", "no"), ("error()", ".+")]
)
def test_error_comes_out_with_its_message(call, text):
    with pytest.raises(CogGeneratedError) as caught:
        cogged(block(f"cog.{call}"))
    assert re.fullmatch(text, str(caught.value))


# Rule 4: markers

MISPLACED = {
    "]]] in the text": ("a\n]]]\n", 2),
    "[[[end]]] in the text": ("a\nb\n# [[[end]]]\n", 3),
    "[[[end]]] twice": ("[[[cog\n]]]\n[[[end]]]\n\n[[[end]]]\n", 5),
    "[[[cog in the code": ("[[[cog\nx = 1\n# [[[cog\n]]]\n[[[end]]]\n", 3),
    "[[[end]]] in the code": ("a\n[[[cog\nx = 1\n[[[end]]]\n", 4),
    "[[[cog in the output": ("[[[cog\n]]]\nx\n[[[cog\n]]]\n[[[end]]]\n", 4),
    "]]] in the output": ("[[[cog\n]]]\n]]]\n[[[end]]]\n", 3),
    "a block in the output": ("[[[cog pass ]]]\n[[[cog pass ]]]\n[[[end]]]\n", 2),
    "no ]]]": ("a\n[[[cog\nx = 1\ny = 2\n", 2),
    "no ]]] at the end": ("a\n[[[cog", 2),
    "no [[[end]]]": ("a\n[[[cog\n]]]\nx\ny\n", 5),
    "no [[[end]]] at the end": ("[[[cog pass ]]]", 1),
    "a line in the wrong order": ("a\n]]] [[[cog\n[[[end]]]\n", 2),
    "after a form feed": ("a\fb\u2028c\x85d\re\n]]]\n", 2),
}


@pytest.mark.rule(4)
@pytest.mark.parametrize(("text", "line"), MISPLACED.values(), ids=MISPLACED.keys())
def test_a_misplaced_marker_is_an_error_at_its_line(text, line):
    with pytest.raises(CogError) as caught:
        cogged(text, fname="a/b.h")
    assert type(caught.value) is CogError
    assert str(caught.value).startswith(f"a/b.h({line}): ")


@pytest.mark.rule(4)
def test_the_error_names_the_file_if_there_is_one():
    assert str(CogError("no", "a.txt", 7)) == "a.txt(7): no"
    assert str(CogError("no", "a.txt")) == "a.txt(0): no"
    assert str(CogError("no")) == str(CogError("no", line=7)) == "no"


@pytest.mark.rule(4)
def test_after_an_error_the_lines_of_the_next_text_count_from_1():
    cog = Cog()
    with pytest.raises(CogError) as caught:
        cog.process_string("a\n[[[cog\n")
    assert "(2)" not in str(caught.value)
    with pytest.raises(CogError) as caught:
        cog.process_string("a\n[[[end]]]\n", "b.txt")
    assert lines_in("b.txt", caught.value) == [2]


@pytest.mark.rule(4)
@given(
    st.lists(st.sampled_from(["t", "b", "e", "x", "o", "i", "be", "btex", "ox"]), max_size=6)
    .map("".join)
    # Two markers in one line of code: Cog takes it for the end of the code.
    .filter(lambda kinds: not re.search("bt*[oi]", kinds))
)
def test_markers_in_any_order_are_judged_as_by_cog(kinds):
    lines = {"t": "1 + 1", "b": "# [[[cog", "e": "# ]]]", "x": "# [[[end]]]"}
    lines |= {"o": "[[[cog pass ]]]", "i": "]]] [[[cog"}
    text = "".join(f"{lines[kind]}\n" for kind in kinds)
    assert outcome(text) == original(text)


# Rule 5: errors in the code


def frames(error):
    return [(file, int(line)) for file, line in re.findall(r'File "(.*)", line (\d+)', str(error))]


RAISING = {
    "in the first line": ("[[[cog\n1 / 0\n]]]\n", [2]),
    "in a later line": ("a\nb\n[[[cog\nx = 0\n\n1 / x\n]]]\n", [6]),
    "in a comment": ("a\n  # [[[cog\n  # x = 0\n  # if 1:\n  #   1 / x\n  # ]]]\n", [5]),
    "in one line": ("a\nb\n[[[cog 1 / 0 ]]]\n", [3]),
    "in a function": ("[[[cog\ndef f():\n  1 / 0\nx = 1\nf()\n]]]\n", [5, 3]),
    "in a function of another block": (
        "a\n[[[cog\ndef f():\n  1 / 0\n]]]\nb\n[[[end]]]\n[[[cog\nf()\n]]]\n",
        [9, 4],
    ),
    "after a form feed": ("a\fb\u2028c\n[[[cog\nx = 'a\fb'\n1 / 0\n]]]\n", [4]),
}


@pytest.mark.rule(5)
@pytest.mark.parametrize(("text", "expected"), RAISING.values(), ids=RAISING.keys())
def test_an_exception_is_reported_at_its_lines_in_the_file(text, expected):
    with pytest.raises(CogUserException) as caught:
        cogged(text + "[[[end]]]\n", fname="a/b.h")
    assert frames(caught.value) == [("a/b.h", line) for line in expected]
    assert str(caught.value).rstrip().endswith("\nZeroDivisionError: division by zero")


@pytest.mark.rule(5)
def test_the_exception_itself_is_the_cause():
    with pytest.raises(CogUserException) as caught:
        cogged(block("[].pop()"))
    assert isinstance(caught.value.__cause__, IndexError)


@pytest.mark.rule(5)
def test_frames_in_other_files_are_shown_too():
    with pytest.raises(CogUserException) as caught:
        cogged(block("import json\njson.loads('[')"))
    first, second, *_ = frames(caught.value)
    assert (first, second[0]) == (("demo.txt", 3), json.__file__)


@pytest.mark.rule(5)
@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_is_no_exception_comes_out_as_it_is(kind):
    with pytest.raises(kind) as caught:
        cogged(block(f"raise {kind.__name__}('stop')"))
    assert caught.value.args == ("stop",)


SYNTAX_ERRORS = {
    "in the first line": ("[[[cog\n1 +\n]]]\n", 2),
    "in a comment": ("a\n# [[[cog\n# x = 1\n# if x\n#   y\n# ]]]\n", 4),
    "in one line": ("a\nb\n[[[cog x = ]]]\n", 3),
    "wrong indentation": ("a\n[[[cog\nx = 1\n  y = 2\n]]]\n", 4),
    "in the second block": ("[[[cog pass ]]]\n[[[end]]]\n[[[cog\n1 +\n]]]\n", 4),
}


@pytest.mark.rule(5)
@pytest.mark.parametrize(("text", "line"), SYNTAX_ERRORS.values(), ids=SYNTAX_ERRORS.keys())
def test_a_syntax_error_comes_out_with_its_line_in_the_file(text, line):
    with pytest.raises(SyntaxError) as caught:
        cogged(text + "[[[end]]]\n", fname="a/b.h")
    assert (caught.value.filename, caught.value.lineno) == ("a/b.h", line)


@pytest.mark.rule(5)
@settings(max_examples=40)
@given(documents([*CODES, *FAILING]))
def test_errors_are_those_of_cog_at_the_same_lines(text):
    assert outcome(text) == original(text)


# Rule 6: checksums

GREETING = "cog.outl('hello')"
SUM = " (sum: sZRqySSS0j)"  # base64 of the MD5 of "hello\n", the first 10 characters


@pytest.mark.rule(6)
@pytest.mark.parametrize("tail", ["", SUM, " -->", SUM + " -->", "  " + SUM])
def test_with_hash_output_the_end_marker_has_the_checksum_of_the_output(tail):
    new = tail if SUM in tail else SUM + tail
    text = cogged(block(GREETING, "hello\n", tail), hash_output=True)
    assert text == block(GREETING, "hello\n", new.replace("  " + SUM, SUM))
    assert cogged(text, hash_output=True) == text


@pytest.mark.rule(6)
def test_without_hash_output_checksums_are_removed_and_not_looked_at():
    text = block(GREETING, "hello\n", SUM + " -->") + block("pass", "edited\n", "  " + SUM)
    assert cogged(text) == block(GREETING, "hello\n", " -->") + block("pass")


@pytest.mark.rule(6)
@pytest.mark.parametrize("old", ["", "hello\n\n", " hello\n", "HELLO\n", "hello\nyou\n"])
def test_edited_output_is_an_error_at_the_end_marker(old):
    text = f"top\n[[[cog\n{GREETING}\n]]]\n{old}# [[[end]]]{SUM}\n"
    with pytest.raises(CogError) as caught:
        cogged(text, hash_output=True)
    assert type(caught.value) is CogError
    assert lines_in("demo.txt", caught.value) == [text.count("\n")]


@pytest.mark.rule(6)
def test_new_output_of_new_code_is_no_edit():
    text = block("cog.outl('bye')", "hello\n", SUM)
    assert cogged(text, hash_output=True) == block("cog.outl('bye')", "bye\n", " (sum: kfwUrQKv1g)")


@pytest.mark.rule(6)
def test_the_checksum_is_that_of_the_output_as_it_is_in_the_file():
    code = "    [[[cog\n    cog.outl('hello')\n    ]]]\n"
    text = cogged(code + "[[[end]]]\n", hash_output=True)
    assert text == f"{code}    hello\n[[[end]]] (sum: Q34mfVFZyz)\n"
    assert cogged(text, hash_output=True) == text


@pytest.mark.rule(6)
@pytest.mark.parametrize("tail", [" (sum: short)", " (sum:sZRqySSS0j)", " x" + SUM, " (checksum)"])
def test_what_only_looks_like_a_checksum_is_text(tail):
    assert cogged(block(GREETING, "edited\n", tail)) == block(GREETING, "hello\n", tail)
    assert cogged(block(GREETING, "x\n", tail), hash_output=True) == (
        block(GREETING, "hello\n", SUM + tail)
    )


@pytest.mark.rule(6)
@settings(max_examples=40)
@given(documents(CODES), st.data())
def test_checksums_and_edits_are_judged_as_by_cog(text, data):
    assert outcome(text, hash_output=True) == original(text, hash_output=True)
    guarded = cogged(cogged(text), hash_output=True)
    places = [found.end() for found in re.finditer(r"\]\]\]\n", guarded)]
    at = data.draw(st.sampled_from([*places, len(guarded)]))
    edited = guarded[:at] + data.draw(st.sampled_from(["", "x\n", "\n", " "])) + guarded[at:]
    assert outcome(edited, hash_output=True) == original(edited, hash_output=True)


# Rule 7: files

STALE, FRESH = block("cog.outl('nëw')", "old\n"), block("cog.outl('nëw')", "nëw\n")


@pytest.fixture
def path(tmp_path):
    """A file with old output, alone in its directory."""
    path = tmp_path / "folder" / "demo.txt"
    path.parent.mkdir()
    path.write_bytes(STALE.encode())
    return path


def state(path):
    """What must be the same if a file has not been touched, nor another in its directory."""
    found = path.stat()
    files = {other.name: other.read_bytes() for other in path.parent.iterdir()}
    return found.st_ino, found.st_mtime_ns, found.st_mode, files


@pytest.mark.rule(7)
def test_with_replace_the_file_gets_the_new_text(path, capsys):
    cog = process(path, replace=True)
    assert path.read_bytes() == FRESH.encode()
    assert not cog.check_failed


@pytest.mark.rule(7)
def test_a_file_that_would_not_change_is_not_touched(path):
    path.write_bytes(FRESH.encode())
    os.utime(path, ns=(10**18, 10**18))
    before = state(path)
    process(path, replace=True)
    assert state(path) == before


@pytest.mark.rule(7)
def test_check_says_whether_the_file_would_change_and_leaves_it_alone(path):
    before = state(path)
    assert process(path, check=True).check_failed is True
    assert state(path) == before
    path.write_bytes(FRESH.encode())
    assert process(path, check=True).check_failed is False


@pytest.mark.rule(7)
def test_a_check_that_has_failed_has_failed_whatever_comes_then(path, tmp_path):
    fresh = tmp_path / "fresh.txt"
    fresh.write_bytes(FRESH.encode())
    cog = Cog()
    cog.options.check = True
    cog.process_one_file(str(fresh))
    assert cog.check_failed is False
    cog.process_one_file(str(path))
    cog.process_one_file(str(fresh))
    assert cog.check_failed is True


@pytest.mark.rule(7)
@pytest.mark.parametrize("text", [STALE, FRESH], ids=["stale", "fresh"])
def test_without_either_the_new_text_is_printed(path, capsys, text):
    path.write_bytes(text.encode())
    before = state(path)
    cog = process(path)
    assert capsys.readouterr().out == FRESH
    assert state(path) == before
    assert not cog.check_failed


@pytest.mark.rule(7)
def test_each_cog_has_options_of_its_own():
    one, other = Cog(), Cog()
    one.options.check = True
    assert other.options == CogOptions()
    assert one.options != other.options


@pytest.mark.rule(7)
def test_replace_goes_before_check(path):
    cog = process(path, replace=True, check=True)
    assert path.read_bytes() == FRESH.encode()
    assert not cog.check_failed


@pytest.mark.rule(7)
def test_errors_and_code_have_the_name_of_the_file(path):
    path.write_text(block("cog.outl(cog.inFile)"))
    process(path, replace=True)
    assert f"\n{path}\n" in path.read_text()
    path.write_text("]]]\n")
    with pytest.raises(CogError) as caught:
        process(path, check=True)
    assert lines_in(str(path), caught.value) == [1]


@pytest.mark.rule(7)
def test_the_traceback_shows_the_lines_of_the_file(tmp_path):
    path = tmp_path / "a.c"
    path.write_text("int a;\n// [[[cog\n//   int('two')\n// ]]]\n[[[end]]]\n")
    with pytest.raises(CogUserException) as caught:
        process(path, replace=True)
    assert frames(caught.value) == [(str(path), 3)]
    assert "//   int('two')" in str(caught.value)


# Rule 8: whole or not at all


@pytest.mark.rule(8)
def test_the_new_text_is_in_a_new_file(path, tmp_path):
    other = tmp_path / "other.txt"
    os.link(path, other)  # another name of the old file
    process(path, replace=True)
    assert path.read_bytes() == FRESH.encode()
    assert other.read_bytes() == STALE.encode()


@pytest.mark.rule(8)
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755, 0o666], ids=oct)
def test_the_mode_of_the_file_is_kept(path, mode):
    path.chmod(mode)
    before = stat.S_IMODE(path.stat().st_mode)
    process(path, replace=True)
    assert path.read_bytes() == FRESH.encode()
    assert stat.S_IMODE(path.stat().st_mode) == before


@pytest.mark.rule(8)
def test_a_symbolic_link_stays_one(path, tmp_path):
    link = tmp_path / "link.txt"
    link.symlink_to(Path("folder", "demo.txt"))
    process(link, replace=True)
    assert link.is_symlink()
    assert path.read_bytes() == FRESH.encode()
    assert sorted(tmp_path.iterdir()) == [path.parent, link]


@pytest.mark.rule(8)
def test_no_other_file_is_touched(path):
    names = ["demo", "demo.bak", "demo.tmp", "demo.txt.bak", "demo.txt.new", "demo.txt.tmp"]
    names += [".demo.txt", ".demo.txt.swp", "demo.txt~", "tmp", "temp", "new"]
    for name in names:
        path.with_name(name).write_text(name)
    process(path, replace=True)
    found = {other.name: other.read_text() for other in path.parent.iterdir() if other != path}
    assert found == {name: name for name in names}


@pytest.mark.rule(8)
def test_the_directory_for_temporary_files_is_not_used(path, tmp_path, monkeypatch):
    # It may be in another file system, from where nothing can be moved in one step.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    process(path, replace=True)
    assert path.read_bytes() == FRESH.encode()


@pytest.mark.rule(8)
def test_a_file_in_the_working_directory_needs_no_directory_in_its_name(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    process("demo.txt", replace=True)
    assert path.read_bytes() == FRESH.encode()


FAILURES = {
    "an exception": ("1 / 0", CogUserException),
    "cog.error": ("cog.error('no')", CogGeneratedError),
    "no Python": ("1 +", SyntaxError),
    "an interrupt": ("raise KeyboardInterrupt", KeyboardInterrupt),
    "no marker": ("]]]", CogError),
    "an edit": (f"]]]\nedited\n[[[end]]]{SUM}\n[[[cog", CogError),
    "no text": ("cog.out('text\\n' * 10_000 + '\\ud800')", UnicodeEncodeError),
}


@pytest.mark.rule(8)
@pytest.mark.slow
@pytest.mark.parametrize(("code", "kind"), FAILURES.values(), ids=FAILURES.keys())
def test_after_an_error_all_is_as_it_was(path, code, kind):
    path.write_text(STALE + block(code), encoding="utf-8")
    before = state(path)
    with pytest.raises(kind):
        process(path, replace=True, hash_output=kind is CogError)
    assert state(path) == before


@pytest.mark.rule(8)
def test_if_the_new_file_is_refused_the_old_one_is_still_there(path, monkeypatch):
    def refuse(*args, **kwds):
        raise PermissionError("another program has the file open")

    for name in ["replace", "rename"]:
        monkeypatch.setattr(os, name, refuse)
    with contextlib.suppress(PermissionError):  # there may be other ways
        process(path, replace=True)
    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() in (STALE.encode(), FRESH.encode())


@pytest.mark.rule(8)
def test_if_the_file_cannot_be_replaced_nothing_is_left_behind(path):
    # A directory cannot be replaced by a file.
    code = "import os; os.remove(cog.inFile); os.mkdir(cog.inFile); cog.outl('new')"
    path.write_text(block(code))
    with pytest.raises(OSError, match=re.escape(path.name)):
        process(path, replace=True)
    assert list(path.parent.iterdir()) == [path]
    assert list(path.iterdir()) == []
