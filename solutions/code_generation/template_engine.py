r"""Tags become lines of Python; the compiled code is then given the template's line numbers.

Idea
    One pass over the tags writes functions: one for the template, one for each
    block.  Expressions are parsed by Python, once their names cannot be mistaken.

        {% for x in xs %}       for scope1 in loop(scope0, scope0['xs'], ['x']):
        {{ x.name }},               yield show(attribute(scope1['x'], 'name'))
        {% endfor %}                yield ',\n'

    What the author of a template chooses gets into the text by `repr` only.

Why the template's variables are no variables of Python
    One may be called `class`, or `show`.  A scope is a chain of dicts; each turn
    of a loop puts a new one in front, so that what is set there ends with it.

Why generators
    A block is shown in the middle of its template, a parent's in the middle of a
    block: `yield from` hands on their pieces.

Why the tree is relabelled
    A traceback takes file and line from the code object.  Parse the text, move
    each node to the line of its tag, compile that, and give `linecache` the
    template: then tracebacks, debuggers and coverage speak of the template.

Why not escape all text in the end
    Then nobody knows any more what is data.  `Markup` tells, wherever text is
    made: a parent's block is HTML already, and would be escaped twice.

In Jinja2 (3.1)
    Its own parser makes a tree.  Variables are Python's own (`l_1_x`), hence
    faster.  The lines stand in a table, by which tracebacks are rewritten
    (`debug.py`).  Constant parts are evaluated while compiling, filters included
    (`optimizer.py`).  `sandbox.py` refuses more attributes than rule 2.

Sources
    Jinja2: `compiler.py`, `debug.py`, `sandbox.py`; MarkupSafe; CPython 3.13:
    `Lib/linecache.py`; CVE-2016-10745, the fields of `str.format` in a sandbox.
"""

import ast
import io
import itertools
import linecache
import re
import weakref
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

_CONSTANTS = {word: word.title() for word in ("true", "false", "none", "True", "False", "None")}
_OPERATOR = re.compile(r"and|or|not|in|[=!<>]=|//|[-+*/%<>.,()\[\]]")
_NAME = rf"(?!(?:and|or|not|in|is|if|else|{'|'.join(_CONSTANTS)})\b)[^\W\d]\w*"
_STRING = r"\"[^\"\\]*\"|'[^'\\]*'"
_TOKEN = re.compile(rf"{_STRING}|\|\s*{_NAME}|\w+|[=!<>]=|//|\S")
_CODE = rf"(?:{_STRING}|[^\"'])*?"
_TAG = re.compile(
    r"(\{\{" + _CODE + r"(?:-\}\}\s*|\}\})"
    r"|\{%" + _CODE + r"(?:-%\}\s*|%\})"
    r"|\{#.*?(?:-#\}\s*|#\})"
    r"|\{[{%#])",  # one that is not closed
    re.DOTALL,
)
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"})
_NOT_FOUND = object()
_numbers = itertools.count()


class TemplateSyntaxError(Exception):
    """The source is no template; its text has the message and the line of the tag at fault."""

    def __init__(self, message: str, lineno: int, name: str | None = None) -> None:
        super().__init__(f"{message} (line {lineno})")
        self.lineno = lineno
        self.name = name


class UndefinedError(Exception):
    """The template needs a value that is not there."""


class SecurityError(Exception):
    """The template uses an attribute that is kept from it."""


class Markup(str):
    """Text that is HTML already.

    >>> print(Markup("<b>") + "a < b" + Markup("</b>"))
    <b>a &lt; b</b>
    """

    __slots__ = ()

    def __html__(self) -> "Markup":
        return self

    def __add__(self, other: Any) -> "Markup":
        return Markup(super().__add__(escape(other))) if _is_text(other) else NotImplemented

    def __radd__(self, other: Any) -> "Markup":
        return escape(other) + self if _is_text(other) else NotImplemented


def escape(value: Any) -> Markup:
    """Return `value` as HTML: what its `__html__` returns, or else its `str`, escaped.

    >>> print(escape("<Tom & Jerry>"), escape(Markup("<hr>")), escape(3))
    &lt;Tom &amp; Jerry&gt; <hr> 3
    """
    if hasattr(value, "__html__"):
        return Markup(value.__html__())
    return Markup(str(value).translate(_ESCAPES))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or hasattr(value, "__html__")


class Environment:
    """What templates have in common; its `filters` are functions by name.

    >>> pages = {"base": "<{% block a %}{% endblock %}>"}
    >>> environment = Environment(loader=pages)
    >>> environment.filters["loud"] = str.upper
    >>> child = "{% extends 'base' %}{% block a %}{{ word|loud }}{% endblock %}"
    >>> environment.from_string(child).render(word="hello")
    '<HELLO>'
    """

    def __init__(
        self, *, autoescape: bool = False, loader: Mapping[str, str] | None = None
    ) -> None:
        self.autoescape = autoescape
        self.loader = {} if loader is None else loader
        self.filters: dict[str, Callable[..., Any]] = {"length": len, "safe": Markup}
        self.filters |= {"e": escape, "escape": escape}
        self._loaded: dict[str, tuple[str, Template]] = {}

    def from_string(self, source: str) -> "Template":
        """Compile `source`.

        >>> Environment(autoescape=True).from_string("{{ x }}").render(x="<")
        '&lt;'

        Raises:
            TemplateSyntaxError: `source` is no template.
        """
        return Template(source, self)

    def get_template(self, name: str) -> "Template":
        """Compile what the loader has under `name`, unless that has been done.

        >>> Environment(loader={"a": "{{ 6 * 7 }}"}).get_template("a").render()
        '42'

        Raises:
            LookupError: the loader has nothing there.
            TemplateSyntaxError: what it has is no template.
        """
        source = self.loader[name]
        loaded = self._loaded.get(name)
        if loaded is None or loaded[0] != source:
            loaded = self._loaded[name] = (source, Template(source, self, name))
        return loaded[1]


class Template:
    """A compiled template; without an `environment`, it has one of its own.

    >>> Template("Hello {{ user.name }}!").render(user={"name": "Ada"})
    'Hello Ada!'

    Raises:
        TemplateSyntaxError: `source` is no template.
    """

    def __init__(
        self, source: str, environment: Environment | None = None, name: str | None = None
    ) -> None:
        self._environment = Environment() if environment is None else environment
        compiler = _Compiler(self._environment, name)
        tree = compiler.compile(source)
        # A number, as linecache tells sources apart by their file names only.
        filename = f"<template {name} {next(_numbers)}>"
        # None for the time of change: `checkcache` leaves it alone.  StringIO has the lines that
        # we count; `splitlines` would end them at a form feed, too.
        lines = io.StringIO(source).readlines()
        linecache.cache[filename] = (len(source), None, lines, filename)
        weakref.finalize(self, linecache.cache.pop, filename, None)
        names: dict[str, Any] = {"attribute": _attribute, "item": _item, "loop": _loop}
        names["environment"] = self._environment
        names["show"] = escape if self._environment.autoescape else str
        exec(compile(tree, filename, "exec"), names)  # noqa: S102 - our own text, see `_Compiler`
        self._root = names["root"]
        self._blocks = {block: names[function] for block, function in compiler.blocks.items()}

    def render(self, *args: Any, **kwargs: Any) -> str:
        """Return the text of the template with these variables, given as for `dict`.

        >>> Template("{{ a }}{{ b }}").render({"a": 1}, b=2)
        '12'
        """
        rendering = _Rendering(self._environment, dict(*args, **kwargs))
        return "".join(rendering.run(self))


class _Rendering:
    """One call of `render`: its variables, and of each block the versions, the child's first."""

    def __init__(self, environment: Environment, variables: dict[str, Any]) -> None:
        self.environment = environment
        self.scope = _Scope(variables)
        self.blocks: dict[str, list[Any]] = {}

    def run(self, template: Template) -> Any:
        for name, function in template._blocks.items():  # noqa: SLF001
            self.blocks.setdefault(name, []).append(function)
        return template._root(self, self.scope)  # noqa: SLF001

    def block(self, name: str, version: int = 0) -> Any:
        def parent() -> str:
            if version + 1 == len(self.blocks[name]):
                raise UndefinedError(f"there is no parent of the block {name!r}")
            text = "".join(self.block(name, version + 1))
            return Markup(text) if self.environment.autoescape else text

        return self.blocks[name][version](self, self.scope.new_child({"super": parent}))


class _Compiler(ast.NodeTransformer):
    """Reads a template from tag to tag and writes Python on the way."""

    def __init__(self, environment: Environment, name: str | None) -> None:
        self.environment = environment
        self.name = name
        self.line = 1
        self.blocks: dict[str, str] = {}  # the names of their functions
        self.finished: list[tuple[str, int]] = []  # each line, and the template's line for it
        self.outer: list[Any] = []  # what follows, of the functions around this one
        self.code: list[tuple[str, int]] = []
        self.open: list[str] = []  # what has to be closed in this function; its indentation

    def compile(self, source: str) -> ast.Module:
        try:
            self.template(source.removesuffix("\n"))
        except SyntaxError as error:  # ours, or that of Python's parser
            raise TemplateSyntaxError(error.msg, self.line, self.name) from None
        tree = ast.parse("\n".join(code for code, _ in self.finished))
        for node in ast.walk(tree):
            if isinstance(node, (ast.stmt, ast.expr, ast.arg)):
                node.lineno = node.end_lineno = self.finished[node.lineno - 1][1]
                # "No column": those of our text would underline nonsense.
                node.col_offset = node.end_col_offset = -1
        return tree

    def template(self, source: str) -> None:
        self.begin_function("root", "root")
        # Text, tag, text, …, text: as that may be empty, but is there, each function yields.
        for piece, following in itertools.pairwise([*_TAG.split(source), ""]):
            self.piece(piece.rstrip() if following[2:3] == "-" else piece)
            self.line += piece.count("\n")
        if self.open == ["child"]:
            self.emit("yield from rendering.run(parent)")
        elif self.open != ["root"]:
            raise SyntaxError(f"the template ends within {self.open}")
        self.end_function()

    def piece(self, piece: str) -> None:
        kind, body = piece[:2], piece.rstrip()[2:-2].removeprefix("-").removesuffix("-").strip()
        if kind not in ("{{", "{%", "{#"):
            self.show(repr(piece))
        elif piece == kind:
            raise SyntaxError(f"{kind!r} is not closed")
        elif kind == "{{":
            self.show(f"show({self.expression(body)})")
        elif kind == "{%":
            self.statement(*self.parts(r"(\w+)\s*(.*)", body))

    def parts(self, pattern: str, text: str) -> tuple[str, ...]:
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found is None:
            raise SyntaxError(f"{text!r} has no place here")
        return found.groups()

    # Statements

    def emit(self, code: str, opens: str = "") -> None:
        self.code.append((" " * len(self.open) + code, self.line))
        if opens:
            self.open.append(opens)
            self.emit("pass")  # all else in it may be the parent's business

    def show(self, code: str) -> None:
        if self.open[0] != "child":
            self.emit(f"yield {code}")

    def begin_function(self, name: str, opens: str) -> None:
        self.outer.append((self.code, self.open))
        self.code, self.open = [], []
        self.emit(f"def {name}(rendering, scope0):", opens)

    def end_function(self) -> None:
        self.finished += self.code
        self.code, self.open = self.outer.pop()

    def statement(self, keyword: str, rest: str) -> None:
        if rest and keyword in ("else", "endif", "endfor", "endblock"):
            raise SyntaxError(f"{rest!r} has no place here")
        loops = self.open.count("for")
        match keyword, self.open[-1]:
            case "if", _:
                self.emit(f"if {self.expression(rest)}:", "if")
            case "elif", "if":
                test = self.expression(rest)
                self.open.pop()
                self.emit(f"elif {test}:", "if")
            case "else", "if":
                self.open.pop()
                self.emit("else:", "else")
            case ("endif", "if" | "else") | ("endfor", "for"):
                self.open.pop()
            case "for", _:
                names, values = self.parts(rf"({_NAME}(?:\s*,\s*{_NAME})*)\s+in\b(.*)", rest)
                targets = re.findall(r"\w+", names)
                call = f"loop(scope{loops}, {self.expression(values)}, {targets})"
                self.emit(f"for scope{loops + 1} in {call}:", "for")
            case "set", _:
                name, value = self.parts(rf"({_NAME})\s*=(.*)", rest)
                self.emit(f"scope{loops}[{name!r}] = {self.expression(value)}")
            case "block", _:
                (name,) = self.parts(f"({_NAME})", rest)
                if name in self.blocks:
                    raise SyntaxError(f"there are two blocks {name!r}")
                self.blocks[name] = f"block{len(self.blocks)}"
                self.show(f"from rendering.block({name!r})")
                self.begin_function(self.blocks[name], "block")
            case "endblock", "block":
                self.end_function()
            case "extends", "root":
                self.emit(f"parent = environment.get_template({self.expression(rest)})")
                self.open = ["child"]
            case _:
                raise SyntaxError(f"{keyword!r} is no tag, or has no place here")

    # Expressions: Python parses them, after `token` and before the methods `visit_…`

    def expression(self, text: str) -> str:
        python = " ".join(map(self.token, _TOKEN.findall(text)))
        return ast.unparse(self.visit(ast.parse(python, mode="eval")))

    def token(self, token: str) -> str:
        if token.startswith(("'", '"')):
            return repr(token[1:-1])
        if re.fullmatch(_NAME, token):
            return f"_{token}"  # so that no name is a keyword
        if token.startswith("|"):
            return f".filter_{token[1:].lstrip()}"  # which binds as a dot does
        if token in _CONSTANTS:
            return _CONSTANTS[token]
        if token.isdecimal() or _OPERATOR.fullmatch(token):
            return token
        raise SyntaxError(f"{token!r} has no place here")

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Subscript(ast.Name(f"scope{self.open.count('for')}"), ast.Constant(node.id[1:]))

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        return _call("item", [self.visit(node.value), self.visit(node.slice)])

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        value = self.visit(node.value)
        kind, _, name = node.attr.partition("_")
        if kind != "filter":
            return _call("attribute", [value, ast.Constant(name)])
        if name not in self.environment.filters:
            raise SyntaxError(f"there is no filter {name!r}")
        return _call(f"environment.filters[{name!r}]", [value])

    def visit_Call(self, node: ast.Call) -> ast.expr:
        is_filter = isinstance(node.func, ast.Attribute) and node.func.attr.startswith("filter")
        function, *arguments = map(self.visit, (node.func, *node.args))
        if is_filter:
            return ast.Call(function.func, [*function.args, *arguments], [])
        return ast.Call(function, arguments, [])


def _call(function: str, arguments: list[ast.expr]) -> ast.Call:
    return ast.Call(ast.Name(function), arguments, [])


# What the functions of templates call


class _Scope(ChainMap[str, Any]):
    def __missing__(self, name: str) -> Any:
        raise UndefinedError(f"{name!r} is undefined")


def _loop(scope: _Scope, values: Iterable[Any], names: list[str]) -> Iterator[_Scope]:
    items = list(values)
    n = len(items)
    for i, item in enumerate(items):
        targets = zip(names, item if len(names) > 1 else [item], strict=True)
        loop = SimpleNamespace(index=i + 1, index0=i, first=i == 0, last=i + 1 == n, length=n)
        yield scope.new_child({"loop": loop, **dict(targets)})


def _attribute(value: Any, name: str) -> Any:
    return _first_found(value, name, _get_attribute, _get_item)


def _item(value: Any, key: Any) -> Any:
    return _first_found(value, key, _get_item, _get_attribute)


def _first_found(value: Any, key: Any, *ways: Callable[[Any, Any], Any]) -> Any:
    for get in ways:
        found = get(value, key)
        if found is not _NOT_FOUND:
            return found
    error = SecurityError if _is_secret(value, key) else UndefinedError
    raise error(f"{type(value).__name__!r} object has no {key!r} for a template")


def _get_item(value: Any, key: Any) -> Any:
    try:
        return value[key]
    except (TypeError, LookupError):
        return _NOT_FOUND


def _get_attribute(value: Any, key: Any) -> Any:
    if not isinstance(key, str) or _is_secret(value, key):
        return _NOT_FOUND
    return getattr(value, key, _NOT_FOUND)


def _is_secret(value: Any, key: Any) -> bool:
    # The fields of a format string reach any attribute: "{0.__class__}".
    formats = isinstance(value, str) and key in ("format", "format_map")
    return formats or str(key).startswith("_")
