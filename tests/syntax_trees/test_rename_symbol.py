import re
import symtable
import sys
import unicodedata
from textwrap import dedent

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from katas.syntax_trees.rename_symbol import RenameError, rename


def places(source, name):
    """The (line, column) of each place where the word `name` is spelled, whatever it means."""
    for number, text in enumerate(source.split("\n"), 1):
        for word in re.finditer(rf"\b{name}\b", text):
            yield number, word.start()


def check(before, after):
    """`old` becomes `new` where `after` says so: from each of these places, and back again."""
    before, after = dedent(before), dedent(after)
    changed = []
    for (line, column), word in zip(
        places(before, "old"), re.findall(r"\b(?:old|new)\b", after), strict=True
    ):
        if word == "new":
            changed.append((line, column))
            assert rename(before, line, column, "new") == after
        else:
            assert renamed_or_refused(before, line, column) != after
    longer = re.sub(r"\bnew\b", "much_longer", after)
    assert rename(before, *changed[-1], "much_longer") == longer
    assert rename(after, *next(places(after, "new")), "old") == before


def renamed_or_refused(source, line, column):
    try:
        return rename(source, line, column, "new")
    except RenameError:
        return None


def check_refused(source, new_name="new", name="old"):
    """The rename is refused, from whichever place it is asked for."""
    source = dedent(source)
    asked = list(places(source, name))
    assert asked
    for line, column in asked:
        with pytest.raises(RenameError):
            rename(source, line, column, new_name)


# Rule 1: a variable of the module, to the byte


@pytest.mark.rule(1)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("old = 1\nprint(old)\n", "new = 1\nprint(new)\n", id="a variable"),
        pytest.param("print(old)\nold = 1", "print(new)\nnew = 1", id="a use before the binding"),
        pytest.param("def old(): pass\nold()", "def new(): pass\nnew()", id="a function"),
        pytest.param(
            "async def old(): pass\nold()",
            "async def new(): pass\nnew()",
            id="a coroutine function",
        ),
        pytest.param("class old: pass\nold()", "class new: pass\nnew()", id="a class"),
        pytest.param(
            "def old(n): return old(n - 1)", "def new(n): return new(n - 1)", id="recursion"
        ),
        pytest.param(
            "old, *rest = old2 = 1, 2\ndel old", "new, *rest = old2 = 1, 2\ndel new", id="unpacking"
        ),
        pytest.param("old: int = 1\nold += 1", "new: int = 1\nnew += 1", id="an augmented one"),
        pytest.param("old = old.old.old", "new = new.old.old", id="not an attribute"),
        pytest.param("old = 1\nf(old=old)", "new = 1\nf(old=new)", id="not a keyword argument"),
        pytest.param(
            "class C(old=1): old\nold = 1", "class C(old=1): new\nnew = 1", id="nor of a class"
        ),
        pytest.param("old = 'old'  # old", "new = 'old'  # old", id="not text and comments"),
        pytest.param(
            "old = older = bold = old_", "new = older = bold = old_", id="not a part of it"
        ),
    ],
)
def test_a_variable_of_the_module_is_renamed_wherever_it_is_meant(before, after):
    check(before, after)


@pytest.mark.rule(1)
def test_any_column_of_the_name_will_do():
    source = "x = 1; total = 2"
    for column in range(7, 12):
        assert rename(source, 1, column, "sum_") == "x = 1; sum_ = 2"


@pytest.mark.rule(1)
@pytest.mark.parametrize(
    "source",
    [
        pytest.param('"é€😀"; x = "ü"; x', id="columns are characters, not bytes"),
        pytest.param("größe = 1; x = größe", id="letters beyond ASCII"),
        pytest.param("# one\n\n\nx = 1\n\n  # two\nx", id="empty lines and comments"),
        pytest.param("s = 1\r\nx = 2\r\nx\r\n", id="line ends of Windows"),
        pytest.param('s = """a\f\x1c\u2028\x85b"""\nx\\\n  =  (1 ,\n x)', id="odd layout"),
        pytest.param("if 1:\n\tx = 1\n\x0c\nx", id="tabs and form feeds"),
    ],
)
def test_everything_else_stays_to_the_byte(source):
    expected = re.sub(r"\bx\b", "longer", source)
    for line, column in places(source, "x"):
        assert rename(source, line, column, "longer") == expected
    for line, column in places(expected, "longer"):
        assert rename(expected, line, column, "x") == source


# Rule 2: what is refused, whatever the scopes are


@pytest.mark.rule(2)
@pytest.mark.parametrize(
    ("source", "column"),
    [
        pytest.param("x = 1", 1, id="just behind the name"),
        pytest.param("x = 1", 2, id="an operator"),
        pytest.param("x = 12", 4, id="a number"),
        pytest.param("x = 1  # x", 9, id="a comment"),
        pytest.param("x = 'x'", 5, id="a string"),
        pytest.param("x = x.y", 6, id="an attribute"),
        pytest.param("y = f(y=1)", 6, id="a keyword argument"),
        pytest.param("for x in []: pass", 0, id="a keyword"),
        pytest.param("x = None", 4, id="a constant"),
        pytest.param("match 1:\n  case None: pass", 0, id="a soft keyword"),
        pytest.param("x = print", 4, id="a builtin"),
        pytest.param("x = missing", 4, id="a name that nothing binds"),
        pytest.param("__all__ = []", 0, id="a special name"),
        pytest.param("__x = 1", 0, id="a private name"),
        pytest.param("_ = 1", 0, id="the underscore"),
        pytest.param("x = 1", -1, id="before the line"),
        pytest.param("x = 1\ny = 2", 6, id="behind the line"),
    ],
)
def test_a_place_where_no_variable_of_the_module_is_named_is_refused(source, column):
    with pytest.raises(RenameError):
        rename(source, 1, column, "new")


@pytest.mark.rule(2)
@pytest.mark.parametrize("line", [-2, -1, 0, 3])
def test_a_line_that_is_not_there_is_refused(line):
    with pytest.raises(RenameError):
        rename("x = 1\nx = 2", line, 0, "new")


@pytest.mark.rule(2)
def test_constants_in_patterns_are_no_names():
    source = "match 1:\n  case None: pass\n  case 12: pass"
    for line, column in [(2, 7), (3, 7)]:
        with pytest.raises(RenameError):
            rename(source, line, column, "new")


@pytest.mark.rule(2)
@pytest.mark.parametrize(
    "new_name",
    ["", "a b", "1a", "a.b", "a-b", " a", "a\n", "if", "None", "async", "_", "__init__", "__a"],
)
def test_a_new_name_that_is_no_free_identifier_is_refused(new_name):
    with pytest.raises(RenameError):
        rename("x = 1", 1, 0, new_name)


@pytest.mark.rule(2)
@pytest.mark.parametrize("new_name", ["_a", "a_", "_1", "ä", "print", "x", "match", "case"])
def test_any_other_identifier_will_do(new_name):
    assert rename("x = 1", 1, 0, new_name) == f"{new_name} = 1"


@pytest.mark.rule(2)
@pytest.mark.parametrize(
    "source",
    [
        pytest.param("x = (", id="the grammar"),
        pytest.param("if 1:\nx = 1", id="the layout"),
        pytest.param("x = 1\nreturn x", id="a return outside of a function"),
        pytest.param("x = 1\nnonlocal x", id="a nonlocal of the module"),
    ],
)
def test_source_that_does_not_compile_is_a_syntax_error(source):
    with pytest.raises(SyntaxError):
        rename(source, 1, 0, "new")


@pytest.mark.rule(2)
def test_the_error_can_be_caught_as_a_value_error():
    with pytest.raises(ValueError, match=r".+"):
        rename("x = 1", 1, 0, "not a name")


@pytest.mark.rule(2)
def test_two_spellings_that_python_takes_for_one_are_one_name():
    # "ﬁ" is one character, which the parser reads as "fi" (NFKC).
    assert rename("ﬁ = 1\nprint(fi)", 1, 0, "x") == "x = 1\nprint(x)"
    assert rename("ﬁ = 1\nprint(fi)", 2, 6, "x") == "x = 1\nprint(x)"
    assert unicodedata.normalize("NFKC", rename("x = 1", 1, 0, "ﬁ")) == "fi = 1"
    with pytest.raises(RenameError):
        rename("fi = x = 1", 1, 5, "ﬁ")


# Rule 3: functions


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "old = 1\ndef f(): return old", "new = 1\ndef f(): return new", id="seen in a function"
        ),
        pytest.param(
            "old = 1\ndef f(old): return old\nprint(old)",
            "new = 1\ndef f(old): return old\nprint(new)",
            id="shadowed by a parameter",
        ),
        pytest.param(
            "old = 1\ndef f(old): return old\nprint(old)",
            "old = 1\ndef f(new): return new\nprint(old)",
            id="a parameter",
        ),
        pytest.param(
            "def f(a, /, b, *old, c, **d): return old",
            "def f(a, /, b, *new, c, **d): return new",
            id="the rest of the positional arguments",
        ),
        pytest.param(
            "def f(a, /, b, *c, d, **old): return old",
            "def f(a, /, b, *c, d, **new): return new",
            id="the rest of the keyword arguments",
        ),
        pytest.param(
            "def f(old, /): return old\nold", "def f(new, /): return new\nold", id="positional only"
        ),
        pytest.param(
            "def f(*, old): return old\nold", "def f(*, new): return new\nold", id="keyword only"
        ),
        pytest.param(
            "old = 1\nasync def f(old): return old",
            "old = 1\nasync def f(new): return new",
            id="a parameter of a coroutine function",
        ),
        pytest.param(
            "old = 1\ndef f():\n    print(old)\n    old = 2\n",
            "old = 1\ndef f():\n    print(new)\n    new = 2\n",
            id="local from the start by a binding at the end",
        ),
        pytest.param(
            "old = 1\ndef f():\n    print(old)\n    if 0:\n        del old\n",
            "new = 1\ndef f():\n    print(old)\n    if 0:\n        del old\n",
            id="local by a deletion",
        ),
        pytest.param(
            "def f():\n    old = 1\n    def g(): return old\nold = 2",
            "def f():\n    new = 1\n    def g(): return new\nold = 2",
            id="seen in a nested function",
        ),
        pytest.param(
            "def f(old):\n    def g():\n        def h(): return old\n    def i(old): return old",
            "def f(new):\n    def g():\n        def h(): return new\n    def i(old): return old",
            id="seen through two functions, shadowed in another",
        ),
        pytest.param(
            "def f(old): return old\ndef g(old): return old",
            "def f(old): return old\ndef g(new): return new",
            id="two functions do not share it",
        ),
        pytest.param(
            "def f():\n    def old(): return old\n    return old\nold",
            "def f():\n    def new(): return new\n    return new\nold",
            id="a nested function's own name",
        ),
        pytest.param(
            "old = 1\nf = lambda old: old + (lambda: old)()\nold",
            "old = 1\nf = lambda new: new + (lambda: new)()\nold",
            id="a parameter of a lambda",
        ),
        pytest.param(
            "f = lambda old, *a: old\nold = 1", "f = lambda old, *a: old\nnew = 1", id="not it"
        ),
        pytest.param(
            "old = 1\ndef f():\n    global old\n    old = 2\n",
            "new = 1\ndef f():\n    global new\n    new = 2\n",
            id="global",
        ),
        pytest.param(
            "def f():\n    global a, old, b\n    old = 2\nprint(old)",
            "def f():\n    global a, new, b\n    new = 2\nprint(new)",
            id="bound through global only",
        ),
        pytest.param(
            "global old\nold = 1", "global new\nnew = 1", id="global at the level of the module"
        ),
        pytest.param(
            """
            old = 0
            def f(old):
                def g():
                    global old
                    def h(): return old
                return old
            """,
            """
            new = 0
            def f(old):
                def g():
                    global new
                    def h(): return new
                return old
            """,
            id="global jumps over a function, and nested functions follow",
        ),
        pytest.param(
            """
            old = 0
            def f():
                old = 1
                def g():
                    nonlocal old
                    old += 1
                    def h():
                        nonlocal old
                        del old
            """,
            """
            old = 0
            def f():
                new = 1
                def g():
                    nonlocal new
                    new += 1
                    def h():
                        nonlocal new
                        del new
            """,
            id="nonlocal",
        ),
    ],
)
def test_a_name_belongs_to_the_function_that_binds_it(before, after):
    check(before, after)


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "old = 1\n@old\ndef f(old): old",
            "new = 1\n@new\ndef f(old): old",
            id="decorators",
        ),
        pytest.param(
            "old = 1\n@g(lambda old: old)\n@old.x\nasync def f(old): old",
            "new = 1\n@g(lambda old: old)\n@new.x\nasync def f(old): old",
            id="decorators of a coroutine function",
        ),
        pytest.param(
            "old = 1\ndef f(old=old, *, a=old): old",
            "new = 1\ndef f(old=new, *, a=new): old",
            id="defaults",
        ),
        pytest.param(
            "old = 1\nlambda old=old, *, a=old: old",
            "new = 1\nlambda old=new, *, a=new: old",
            id="defaults of a lambda",
        ),
        pytest.param(
            "old = int\ndef f(old: old, /, a: old, *b: old, c: old = 1, **d: old) -> old: old",
            "new = int\ndef f(old: new, /, a: new, *b: new, c: new = 1, **d: new) -> new: old",
            id="annotations",
        ),
        pytest.param(
            "def f(old):\n    def old(a=old): pass",
            "def f(new):\n    def new(a=new): pass",
            id="a nested function that takes the place of a parameter",
        ),
    ],
)
def test_decorators_defaults_and_annotations_belong_to_the_scope_around(before, after):
    check(before, after)


@pytest.mark.rule(3)
def test_a_name_that_only_other_scopes_bind_is_refused():
    source = "def f(x): return x\nprint(x)"
    with pytest.raises(RenameError):
        rename(source, 2, 6, "new")


# Rule 4: classes


@pytest.mark.rule(4)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "old = 1\nclass C:\n    a = old\n    def f(self): return old",
            "new = 1\nclass C:\n    a = new\n    def f(self): return new",
            id="a class sees what is around it",
        ),
        pytest.param(
            "old = 1\nclass C:\n    old = 2\n    a = old\n    def f(self): return old, C.old\n",
            "old = 1\nclass C:\n    new = 2\n    a = new\n    def f(self): return old, C.old\n",
            id="methods do not see the class",
        ),
        pytest.param(
            "class C:\n    def old(self): return old\n    a = old\nold = 1",
            "class C:\n    def new(self): return old\n    a = new\nold = 1",
            id="a method",
        ),
        pytest.param(
            "old = 1\nclass C:\n    old = 2\n    class D:\n        a = old",
            "new = 1\nclass C:\n    old = 2\n    class D:\n        a = new",
            id="a nested class does not see the class",
        ),
        pytest.param(
            "old = 1\nclass C:\n    old = 2\n    a = lambda: old",
            "new = 1\nclass C:\n    old = 2\n    a = lambda: new",
            id="a lambda does not see the class",
        ),
        pytest.param(
            "old = 1\nclass C:\n    old = 2\n    @old\n    def f(self, a: old = old) -> old: old",
            "old = 1\nclass C:\n    new = 2\n    @new\n    def f(self, a: new = new) -> new: old",
            id="decorators, defaults and annotations in a class see it",
        ),
        pytest.param(
            "class C:\n    old = 2\n    @old\n    class D(old, a=old): b = old\nold = 1",
            "class C:\n    new = 2\n    @new\n    class D(new, a=new): b = old\nold = 1",
            id="bases and decorators of a class in a class see it",
        ),
        pytest.param(
            "old = 1\n@old\nclass C(old, a=old):\n    old = old",
            "new = 1\n@new\nclass C(new, a=new):\n    old = old",
            id="bases and decorators belong to the scope around",
        ),
        pytest.param(
            "class old:\n    old = 1\n    def f(self) -> old: return old",
            "class old:\n    new = 1\n    def f(self) -> new: return old",
            id="a class and what it holds",
        ),
        pytest.param(
            "def f(old):\n    class C:\n        old = 1\n        def g(self): return old",
            "def f(new):\n    class C:\n        old = 1\n        def g(self): return new",
            id="a method sees the function around the class",
        ),
        pytest.param(
            "old = 1\nclass C:\n    global old\n    old = 2\n    def f(self): return old",
            "new = 1\nclass C:\n    global new\n    new = 2\n    def f(self): return new",
            id="global in a class",
        ),
        pytest.param(
            """
            old = 0
            def f(old):
                class C:
                    global old
                    old = 2
                    def g(self, a=old): return old
            """,
            """
            new = 0
            def f(old):
                class C:
                    global new
                    new = 2
                    def g(self, a=new): return old
            """,
            id="global in a class says nothing about its methods",
        ),
        pytest.param(
            """
            old = 0
            def f(old):
                class C:
                    nonlocal old
                    old = 2
                    def g(self, a: old): return old
            """,
            """
            old = 0
            def f(new):
                class C:
                    nonlocal new
                    new = 2
                    def g(self, a: new): return new
            """,
            id="nonlocal in a class",
        ),
    ],
)
def test_a_name_of_a_class_is_seen_in_its_body_only(before, after):
    check(before, after)


# Rule 5: everything else that binds


@pytest.mark.rule(5)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "def f():\n    for a, old in b: old\nold",
            "def f():\n    for a, new in b: new\nold",
            id="for",
        ),
        pytest.param(
            "def f():\n    with a as (old, b): old\nold",
            "def f():\n    with a as (new, b): new\nold",
            id="with",
        ),
        pytest.param(
            "def f():\n    import old.old as old, b\n    old\nold = 1",
            "def f():\n    import old.old as new, b\n    new\nold = 1",
            id="import as",
        ),
        pytest.param(
            "from old import old as a, old as old\nold",
            "from old import old as a, old as new\nnew",
            id="from import as",
        ),
        pytest.param(
            "old = 1\ndef f():\n    import old.a\n    return old\nold",
            "new = 1\ndef f():\n    import old.a\n    return old\nnew",
            id="an import in a function is local to it",
        ),
        pytest.param(
            "import os.old, old.a as b\nfrom .old import a, old as c\nold = 1",
            "import os.old, old.a as b\nfrom .old import a, old as c\nnew = 1",
            id="other names in imports are not variables",
        ),
        pytest.param(
            "def f():\n    try: pass\n    except old.E as old: old\nold",
            "def f():\n    try: pass\n    except new.E as new: new\nold",
            id="except as",
        ),
        pytest.param(
            "def f():\n    try: pass\n    except* E as old: old\nold",
            "def f():\n    try: pass\n    except* E as new: new\nold",
            id="except star as",
        ),
        pytest.param(
            """
            def f():
                match a:
                    case old: old
            old
            """,
            """
            def f():
                match a:
                    case new: new
            old
            """,
            id="a capture pattern",
        ),
        pytest.param(
            """
            def f():
                match old:
                    case [1, *old] | {"old": 1, **old} | C.old(old=1 as old) if old: old
                    case old.a: pass
            old
            """,
            """
            def f():
                match new:
                    case [1, *new] | {"old": 1, **new} | C.old(old=1 as new) if new: new
                    case new.a: pass
            old
            """,
            id="nested patterns",
        ),
        pytest.param(
            """
            match old:
                case old(a=1): pass
                case {old.a: 1}: pass
            old = 1
            """,
            """
            match new:
                case new(a=1): pass
                case {new.a: 1}: pass
            new = 1
            """,
            id="classes and values in patterns",
        ),
        pytest.param(
            "old = [1]\n[old for old in old if old]\nold",
            "new = [1]\n[old for old in new if old]\nnew",
            id="a comprehension's first iterable belongs to the scope around",
        ),
        pytest.param(
            "old = [1]\n[old for old in old if old]\nold",
            "old = [1]\n[new for new in old if new]\nold",
            id="a comprehension has a scope of its own",
        ),
        pytest.param(
            "old = 1\n{old: a for a in b for old in old if old for old in [old]}",
            "old = 1\n{new: a for a in b for new in new if new for new in [new]}",
            id="other iterables belong to the comprehension",
        ),
        pytest.param(
            "{a: old for a, old in b}\nold", "{a: new for a, new in b}\nold", id="a dict's"
        ),
        pytest.param("{old for old in b}\nold", "{new for new in b}\nold", id="a set's"),
        pytest.param("f(old for old in b)\nold", "f(new for new in b)\nold", id="a generator's"),
        pytest.param(
            "old = 1\n[[old for a in old] for b in old]",
            "new = 1\n[[new for a in new] for b in new]",
            id="comprehensions see what is around",
        ),
        pytest.param(
            "old = 1\n[[old for old in c] for b in old for c in old]",
            "new = 1\n[[old for old in c] for b in new for c in new]",
            id="a comprehension in a comprehension",
        ),
        pytest.param(
            "old = 1\nclass C:\n    old = [2]\n    a = [old for a in old if old for b in old]",
            "old = 1\nclass C:\n    new = [2]\n    a = [old for a in new if old for b in old]",
            id="a comprehension sees its class in the first iterable only",
        ),
        pytest.param(
            "def f():\n    (old := 1)\n    return old\nold = 2",
            "def f():\n    (new := 1)\n    return new\nold = 2",
            id="an assignment expression",
        ),
        pytest.param(
            "def f():\n    [old := [old := c for c in b] for b in a]\n    return old\nold = 2",
            "def f():\n    [new := [new := c for c in b] for b in a]\n    return new\nold = 2",
            id="one in a comprehension binds outside of it",
        ),
        pytest.param(
            "def f():\n    return [lambda: (old := old) for b in a], old\nold = 2",
            "def f():\n    return [lambda: (old := old) for b in a], new\nnew = 2",
            id="one in a lambda does not",
        ),
        pytest.param(
            "def f():\n    global old\n    [old := old for b in a]\nold = 2",
            "def f():\n    global new\n    [new := new for b in a]\nnew = 2",
            id="one in a comprehension after global",
        ),
        pytest.param(
            "match = 1\nmatch old:\n    case [match]: old = match\n",
            "match = 1\nmatch new:\n    case [match]: new = match\n",
            id="soft keywords",
        ),
    ],
)
def test_each_construct_that_binds_is_known(before, after):
    check(before, after)


@pytest.mark.rule(5)
def test_soft_keywords_are_names_where_they_are_names():
    before = "match = case = type = 1\nmatch match:\n    case [case]: match = type(case)\n"
    for name in ("match", "case"):
        after = before.replace(f"{name} =", "new =").replace(f"{name}:\n", "new:\n")
        after = after.replace("[case]", "[new]" if name == "case" else "[case]")
        after = after.replace("(case)", "(new)" if name == "case" else "(case)")
        assert rename(before, 1, before.index(f"{name} ="), "new") == after
        assert rename(after, 1, after.index("new"), name) == before


@pytest.mark.rule(5)
@pytest.mark.parametrize(
    "source",
    [
        pytest.param("import old\nold", id="import"),
        pytest.param("import old.a\nold", id="import of a submodule"),
        pytest.param("from a import old\nold", id="from import"),
        pytest.param("import old\nold = 1", id="import and assignment"),
        pytest.param("def f():\n    from a import (b, old)\n    old", id="in a function"),
    ],
)
def test_a_name_that_an_import_binds_without_as_is_refused(source):
    with pytest.raises(RenameError):
        rename(source, *list(places(source, "old"))[-1], "new")


if sys.version_info >= (3, 12):

    @pytest.mark.rule(5)
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            pytest.param(
                "def f[old: int](a: old) -> old: return old\nold",
                "def f[new: int](a: new) -> new: return new\nold",
                id="of a function",
            ),
            pytest.param(
                "old = 1\n@old\ndef f[old](a=old): pass",
                "new = 1\n@new\ndef f[old](a=new): pass",
                id="decorators and defaults do not see them",
            ),
            pytest.param(
                "old = 1\n@old\nclass C[*old](B[old], a=old):\n    def f(self): return old",
                "old = 1\n@old\nclass C[*new](B[new], a=new):\n    def f(self): return new",
                id="of a class",
            ),
            pytest.param(
                "type A[**old] = B[old]\ntype old = A[old]",
                "type A[**new] = B[new]\ntype old = A[old]",
                id="of a type alias",
            ),
            pytest.param(
                "type A[**old] = B[old]\ntype old = A[old]",
                "type A[**old] = B[old]\ntype new = A[new]",
                id="a type alias",
            ),
            pytest.param(
                "class C:\n    old = 1\n    def f[T: old](a: old): old\n    type A[T] = old\nold",
                "class C:\n    new = 1\n    def f[T: new](a: new): old\n    type A[T] = new\nold",
                id="their scopes see the class",
            ),
        ],
    )
    def test_type_parameters_have_a_scope_of_their_own(before, after):
        check(before, after)


# Rule 6: f-strings


@pytest.mark.rule(6)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            """f"{old} old {{old}}"; old = 1""", """f"{new} old {{old}}"; new = 1""", id="text"
        ),
        pytest.param(
            """old = f"é{ old }é" "old" f'{old}'""",
            """new = f"é{ new }é" "old" f'{new}'""",
            id="parts",
        ),
        pytest.param(
            """old = f"{a:old{old}.{old}}{old!r:>{old}}" """,
            """new = f"{a:old{new}.{new}}{new!r:>{new}}" """,
            id="format",
        ),
        pytest.param(
            """old = f"{old.old['old']}{f(old=old)}" """,
            """new = f"{new.old['old']}{f(old=new)}" """,
            id="no variables",
        ),
        pytest.param(
            """old = f"{f'{old}'}{f'old {old} {old}'}" """,
            """new = f"{f'{new}'}{f'old {new} {new}'}" """,
            id="nested",
        ),
        pytest.param(
            'old = f"""old\n{\nold}\n é{a:\n{old}}"""\nold',
            'new = f"""old\n{\nnew}\n é{a:\n{new}}"""\nnew',
            id="lines",
        ),
        pytest.param(
            "old = rf'\\{old}\\N{old}' F'\\n{old}'",
            "new = rf'\\{new}\\N{new}' F'\\n{new}'",
            id="raw",
        ),
        pytest.param(
            "f'{(lambda old: old)(old)}'; old = 1",
            "f'{(lambda new: new)(old)}'; old = 1",
            id="lambda",
        ),
        pytest.param(
            "f'{[old for old in old]}'; old = 1",
            "f'{[old for old in new]}'; new = 1",
            id="comprehension",
        ),
        pytest.param(
            "old = '\\N{EM DASH} {old}' f'\\N{EM DASH} {old}'",
            "new = '\\N{EM DASH} {old}' f'\\N{EM DASH} {new}'",
            id="not every string",
        ),
    ],
)
def test_names_in_the_fields_of_an_f_string_are_names(before, after):
    check(before, after)


@pytest.mark.rule(6)
@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        pytest.param(
            "r", "r = f'{r!r}' rf'{r}' + r'r'", "new = f'{new!r}' rf'{new}' + r'r'", id="r"
        ),
        pytest.param(
            "f", """f = f"{f:f}" f'{f"{f}"!s}' """, """new = f"{new:f}" f'{f"{new}"!s}' """, id="f"
        ),
        pytest.param("n", r"n = f'\n{n}\\n'", r"new = f'\n{new}\\n'", id="n"),
        pytest.param("x41", r"x41 = '\x41' f'{x41}\x41'", r"new = '\x41' f'{new}\x41'", id="x41"),
        pytest.param("j", "j = 1.j + 1j + j", "new = 1.j + 1j + new", id="j"),
        pytest.param(
            "BULLET", r"BULLET = f'\N{BULLET}{BULLET}'", r"new = f'\N{BULLET}{new}'", id="BULLET"
        ),
        pytest.param("DASH", r"DASH = '\N{EM DASH}', DASH", r"new = '\N{EM DASH}', new", id="DASH"),
    ],
)
def test_prefixes_conversions_escapes_and_numbers_are_not_names(name, before, after):
    assert rename(before, 1, 0, "new") == after
    assert rename(after, 1, 0, name) == before


@pytest.mark.rule(6)
def test_a_field_that_shows_its_own_text_is_renamed_too():
    assert rename("x = 1\nf'{x=}'", 2, 3, "total") == "total = 1\nf'{total=}'"


# Rule 7: keyword arguments


@pytest.mark.rule(7)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "def f(old, a=1): return old\nf(old=1)\nf(2, a=3)\nf(a=1, old=old)",
            "def f(new, a=1): return new\nf(new=1)\nf(2, a=3)\nf(a=1, new=old)",
            id="a call",
        ),
        pytest.param(
            "f(old=1)\ndef f(*, old): pass", "f(new=1)\ndef f(*, new): pass", id="keyword only"
        ),
        pytest.param(
            "async def f(old): await f(old=old)",
            "async def f(new): await f(new=new)",
            id="a coroutine function",
        ),
        pytest.param(
            "def f(old):\n    def g(): return [f(old=a, **b) for a in f(old=1)]",
            "def f(new):\n    def g(): return [f(new=a, **b) for a in f(new=1)]",
            id="calls in other scopes",
        ),
        pytest.param(
            "def f(old): pass\ndef g(f): f(old=1)\ndef h():\n    f = 1\n    f(old=1)",
            "def f(new): pass\ndef g(f): f(old=1)\ndef h():\n    f = 1\n    f(old=1)",
            id="not where the function's name is shadowed",
        ),
        pytest.param(
            "def f(old): pass\ndef g():\n    def f(old): pass\n    f(old=1)\nf(old=1)",
            "def f(old): pass\ndef g():\n    def f(new): pass\n    f(new=1)\nf(old=1)",
            id="two functions of the same name",
        ),
        pytest.param(
            "def f(old): pass\ng(old=1)\nf.f(old=1)\nf()(old=1)\ndef g(old): pass",
            "def f(new): pass\ng(old=1)\nf.f(old=1)\nf()(old=1)\ndef g(old): pass",
            id="not at calls of something else",
        ),
        pytest.param(
            "class C:\n    def f(old): f\n    a = f(old=1)\nf(old=1)\nC.f(old=1)\ndef f(old): f",
            "class C:\n    def f(new): f\n    a = f(new=1)\nf(old=1)\nC.f(old=1)\ndef f(old): f",
            id="a function in a class",
        ),
        pytest.param(
            "def f(old, /, **a): pass\nf(1, old=2)",
            "def f(new, /, **a): pass\nf(1, old=2)",
            id="a positional-only parameter has no keyword",
        ),
        pytest.param(
            "def f(*old): pass\nf(old=1)", "def f(*new): pass\nf(old=1)", id="nor has a starred"
        ),
        pytest.param(
            "def f(**old): pass\nf(old=1)",
            "def f(**new): pass\nf(old=1)",
            id="nor a double-starred",
        ),
        pytest.param(
            "@a\ndef f(old): pass\nf(old=1)", "@a\ndef f(new): pass\nf(new=1)", id="a decorated one"
        ),
        pytest.param(
            "def f(old): pass\nf(1)\nf = g\n",
            "def f(new): pass\nf(1)\nf = g\n",
            id="no keyword is used",
        ),
        pytest.param(
            "def f(a):\n    old = 1\nf(old=1)",
            "def f(a):\n    new = 1\nf(old=1)",
            id="a local variable",
        ),
        pytest.param(
            "def old(a): pass\nold(a=1, old=2)",
            "def new(a): pass\nnew(a=1, old=2)",
            id="the function",
        ),
        pytest.param(
            "f'{f(old=1)}'\ndef f(old): pass",
            "f'{f(new=1)}'\ndef f(new): pass",
            id="in an f-string",
        ),
    ],
)
def test_keywords_at_calls_of_the_function_follow_its_parameter(before, after):
    check(before, after)


@pytest.mark.rule(7)
@pytest.mark.parametrize(
    "rebinding",
    [
        pytest.param("f = g(f)", id="an assignment"),
        pytest.param("def f(a): pass", id="another function"),
        pytest.param("class f: pass", id="a class"),
        pytest.param("from a import f", id="an import"),
        pytest.param("del f", id="a deletion"),
        pytest.param("def g():\n    global f\n    for f in a: pass", id="a function that binds it"),
    ],
)
def test_a_parameter_is_refused_if_such_a_call_may_be_of_something_else(rebinding):
    check_refused(f"def f(old): pass\n{rebinding}\nf(old=1)")


@pytest.mark.rule(7)
def test_a_call_of_either_of_two_functions_refuses_both_parameters():
    check_refused("if a:\n    def f(old): pass\nelse:\n    def f(b, old): pass\nf(old=1)")


# Rule 8: no capture, and no other refusal


@pytest.mark.rule(8)
@pytest.mark.parametrize(
    "source",
    [
        pytest.param("old = 1\nnew = 2", id="the same scope"),
        pytest.param("def f(old, new): pass", id="two parameters"),
        pytest.param("def f(old):\n    new = 1", id="a parameter and a local"),
        pytest.param("def f(new):\n    old = 1", id="a local and a parameter"),
        pytest.param("class C:\n    old = 1\n    def new(self): pass", id="a class"),
        pytest.param("[old for old, new in a]", id="a comprehension"),
        pytest.param("def f(old): return new\nnew = 1", id="a use of a global becomes local"),
        pytest.param("def f(old): return new", id="a use of a name that nothing binds"),
        pytest.param("old = 1\nnew()", id="a use of a builtin or an unknown name"),
        pytest.param("old = 1\ndef f():\n    return new", id="the same in a function"),
        pytest.param("old = 1\ndef f(new): return old", id="a parameter captures the new name"),
        pytest.param(
            "old = 1\ndef f():\n    new = 1\n    return lambda: old", id="from further out"
        ),
        pytest.param(
            "def f(old):\n    def g(): return new\nnew = 1",
            id="a nested function would see the new one",
        ),
        pytest.param(
            "old = 1\nclass C:\n    new = 2\n    a = old", id="a class captures the new name"
        ),
        pytest.param("old = 1\n[old for new in a]", id="a comprehension captures the new name"),
        pytest.param(
            "def f(a):\n    global new\n    old = 1\nnew = 1", id="global takes the new name"
        ),
        pytest.param("new = 1\ndef f(old):\n    global new", id="a parameter and global"),
        pytest.param(
            "def f():\n    new = 1\n    def g():\n        nonlocal new\n        old = 2",
            id="nonlocal takes the new name",
        ),
        pytest.param("def f(old): global new\nnew = 1", id="global without a use"),
        pytest.param(
            "def f():\n    [new := old for old in a]", id="an assignment expression and a loop"
        ),
        pytest.param(
            "def f():\n    [old := new for new in a]", id="a loop and an assignment expression"
        ),
        pytest.param("class C:\n    old = new\nnew = 1", id="a class captures what it reads"),
        pytest.param("import new\nold = 1", id="an import"),
        pytest.param("def f(old, **a): pass\nf(1, new=2)", id="a keyword that went elsewhere"),
        pytest.param("f'{new}'; old = 1", id="in an f-string"),
    ],
)
def test_a_rename_that_changes_what_a_name_means_is_refused(source):
    line, column = next(places(source, "old"))
    assert "brand_new" in rename(source, line, column, "brand_new")
    check_refused(source)


@pytest.mark.rule(8)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "def f(old): old\nnew = 1",
            "def f(new): new\nnew = 1",
            id="shadows what it does not use",
        ),
        pytest.param(
            "def f(new): new\nold = 1",
            "def f(new): new\nnew = 1",
            id="is shadowed where it is not used",
        ),
        pytest.param(
            "def f(old): old\ndef g(new): new",
            "def f(new): new\ndef g(new): new",
            id="another function",
        ),
        pytest.param(
            "class C:\n    old = 1\n    def f(self): new\nnew = 1",
            "class C:\n    new = 1\n    def f(self): new\nnew = 1",
            id="a class that its method does not see",
        ),
        pytest.param(
            "old = 1\na.new = 'new'  # new\nf(new=1)",
            "new = 1\na.new = 'new'  # new\nf(new=1)",
            id="other words",
        ),
        pytest.param(
            "def f(old): old\nf'new'", "def f(new): new\nf'new'", id="text of an f-string"
        ),
        pytest.param(
            "def f(old, /, **a): old\nf(1, new=2)",
            "def f(new, /, **a): new\nf(1, new=2)",
            id="a keyword",
        ),
    ],
)
def test_a_rename_that_changes_no_meaning_is_done(before, after):
    line, column = next(places(before, "old"))
    assert rename(before, line, column, "new") == after


# Generated programs: `symtable` says what their names mean, and running them what they do

NAMES = ["a", "b", "c"]
# Every `def` of one of these has the same parameters: a call fits whichever it reaches.
FUNCTIONS = {"f": ["a", "b"], "g": ["b"], "h": ["c", "a"]}


@st.composite
def expressions(draw, depth=1):
    kind = draw(st.sampled_from(["name", "name", "call", "call", "loop", "lambda", "f-string"]))
    name = draw(st.sampled_from(NAMES))
    if depth == 0 or kind == "name":
        return name
    first, second = draw(expressions(depth - 1)), draw(expressions(depth - 1))
    if kind == "call":
        function = draw(st.sampled_from(list(FUNCTIONS)))
        parameters = FUNCTIONS[function]
        by_position = draw(st.integers(0, len(parameters)))
        arguments = [
            value if index < by_position else f"{parameter}={value}"
            for index, (parameter, value) in enumerate(
                zip(parameters, [first, second], strict=False)
            )
        ]
        return f"{function}({', '.join(arguments)})"
    if kind == "loop":
        # No list comprehension: 3.12 also lists its variables in the table of the scope around.
        return f"sum({first} for {name} in [1, {second}])"
    if kind == "lambda":
        return f"(lambda {name}={first}: {second})()"
    return f"len(f'{{{name}}} {name} {{{name}!r:>{{{name} % 9}}}}')"


@st.composite
def blocks(draw, kind="module", parameters=(), outer=frozenset(), depth=2):
    """The lines of a module, function or class; `outer` holds what `nonlocal` can name."""
    declared, bindings, bound = [], [], set(parameters)
    for name in NAMES:
        ways = ["", "", "assign"]
        if kind != "module" and name not in parameters:
            ways += ["global", *(["nonlocal"] if name in outer else [])]
        way = draw(st.sampled_from(ways))
        if way in ("global", "nonlocal"):
            declared.append(f"{way} {name}")
            outer -= {name} if way == "global" and kind == "function" else set()
        if way == "assign":
            bound.add(name)
        if way:
            bindings.append(f"{name} = {draw(st.integers(0, 9))}")
    inner = outer | bound if kind == "function" else outer
    definitions = []
    for function in draw(st.lists(st.sampled_from(list(FUNCTIONS)), max_size=2, unique=True)):
        # A class body looks a name up in the module as long as the class has not bound it,
        # and no static rule can follow that: here a class binds all it binds before it reads.
        default = "1" if kind == "class" else draw(expressions())
        *first, last = FUNCTIONS[function]
        body = (
            draw(blocks("function", FUNCTIONS[function], inner, depth - 1)) if depth else ["log(a)"]
        )
        definitions += [f"def {function}({', '.join([*first, f'{last}={default}'])}):"]
        definitions += [f"    {line}" for line in body]
    if depth and draw(st.booleans()):
        definitions += [
            "class K:",
            *(f"    {x}" for x in draw(blocks("class", (), inner, depth - 1))),
        ]
    log = f"log({draw(expressions())}, {draw(expressions())})"
    # Each call logs at its start, so that no recursion goes on for ever.
    fuel = ["log(0)"] if kind == "function" else []
    return [*declared, *fuel, *bindings, *definitions, log]


programs = blocks().map("\n".join)


class OutOfFuelError(Exception):
    pass


def outcome(source):
    """What the program logs, and how it ends."""
    logged = []

    def log(*values):
        logged.append(values)
        if len(logged) > 50:
            raise OutOfFuelError

    try:
        exec(compile(source, "program", "exec"), {"log": log})
    except Exception as error:
        return logged, type(error)
    return logged, None


def meanings(source):
    """For each scope, in the order of the text, each name in it with the scope that owns it."""
    found = []

    def visit(table, path, functions):
        owners = {}
        for symbol in table.get_symbols():
            name = symbol.get_name()
            if symbol.is_free() and not symbol.is_referenced() and table.get_type() == "class":
                continue  # on the way to a method, for which the names of the class don't count
            if symbol.is_free():
                owners[name] = next(p for p, t in reversed(functions) if owns(t, name))
            else:
                owners[name] = path if symbol.is_local() and path else ()
        found.append(owners)
        if table.get_type() == "function":
            functions = [*functions, (path, table)]
        for number, child in enumerate(table.get_children()):
            visit(child, (*path, number), functions)

    visit(symtable.symtable(source, "program", "exec"), (), [])
    return found


def owns(table, name):
    return name in table.get_identifiers() and table.lookup(name).is_local()


def keeps_meanings(source, old, new):
    """Whether putting `new` for each word `old` of a program leaves each name its meaning."""
    before = meanings(source)
    owners = {name: {scope[name] for scope in before if name in scope} for name in (old, new)}
    if owners[old] & owners[new] or any(old in scope and new in scope for scope in before):
        return False
    try:
        after = meanings(re.sub(rf"\b{old}\b", new, source))
    except SyntaxError:
        return False
    return after == [
        {new if name == old else name: owner for name, owner in scope.items()} for scope in before
    ]


@st.composite
def requests(draw):
    """A program and a place in it at which a variable is named."""
    source = draw(programs)
    candidates = [place for name in [*NAMES, *FUNCTIONS] for place in places(source, name)]
    return source, *draw(st.sampled_from(candidates))


def fresh_name_at(source, line, column):
    try:
        return rename(source, line, column, "fresh")
    except RenameError:
        # The text of an f-string, or a name that nothing binds.
        assume(False)


@pytest.mark.rule(8)
@settings(max_examples=20)
@given(requests())
def test_a_fresh_name_changes_nothing_and_goes_back(request):
    source, line, column = request
    renamed = fresh_name_at(source, line, column)
    old = re.compile(r"\w+").match(source.split("\n")[line - 1], column)[0]
    assert re.sub(r"\bfresh\b", old, renamed) == source
    assert outcome(renamed) == outcome(source)
    assert rename(renamed, *next(places(renamed, "fresh")), old) == source


@pytest.mark.rule(8)
@settings(max_examples=20)
@given(requests(), st.sampled_from([*NAMES, *FUNCTIONS]))
@example(("def f(a):\n    class K:\n        def g():\n            log(a)", 1, 6), "g")
def test_a_name_in_use_is_accepted_if_symtable_finds_each_meaning_kept(request, new_name):
    source, line, column = request
    fresh = fresh_name_at(source, line, column)
    try:
        renamed = rename(source, line, column, new_name)
    except RenameError:
        assert not keeps_meanings(fresh, "fresh", new_name)
    else:
        assert renamed == re.sub(r"\bfresh\b", new_name, fresh)
        assert renamed == source or keeps_meanings(fresh, "fresh", new_name)
        assert outcome(renamed) == outcome(source)
