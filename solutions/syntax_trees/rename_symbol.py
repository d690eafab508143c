r"""Dye the name, parse the dyed text, and read in the tree what each place means.

Idea
    The text says where a name is spelled, the tree says what it is, and columns
    join the two badly.  So give each place where the old or the new name is
    spelled a name of its own, and parse that text:

        total = 0                        d0 = 0
        def add(total):                  def add(d1):
            return f"{total} in total"       return f"{d2} in d3"

    A walk with the scopes of the language finds d0 in the module, d1 and d2 in
    `add`; d3 is text.  Where dye is a syntax error (`match` as a keyword, a
    character's name in "\N{...}"), no name can stand: halving finds these places.
    Without them a reading costs two parses, however often the name is spelled.

Why the result is read again
    A rename can capture in many ways: a parameter inside, `global`, a keyword
    that meant `**options`.  All show as a place that means another variable than
    before, so one comparison finds them all.

Why names are resolved after the walk
    One assignment in the last line of a function makes a name local in the first.

Why not positions
    `FunctionDef.name`, `ExceptHandler.name` and the names of `global` have none,
    and columns count UTF-8 bytes.  `tokenize` sees no names in f-strings up to 3.11.

Why not change the tree and `ast.unparse` it
    Changing `FunctionDef.name` leaves calls, `global` and closures behind, and
    `unparse` writes an equal tree: comments and layout are gone.

In CPython
    `Python/symtable.c` (3.13) also collects first and resolves afterwards.
    Annotation scopes that see a class came with 3.12 (PEP 695); here annotations have
    one in every version.  rope 1.15 searches the text, too, and asks its scopes about each hit.

Sources
    The language reference, "Naming and binding"; PEP 572, 695 and 701.
"""

import ast
import enum
import itertools
import keyword
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any
from unicodedata import normalize

_DYE = uuid.uuid4().hex
_Role = enum.Enum("_Role", "USE BINDING FIXED")  # FIXED: must keep its spelling
_Kind = enum.Enum("_Kind", "FUNCTION CLASS TYPES")
# Matched by name: 3.11 has no `ast.TypeAlias`.
_DEFINITION = re.compile("(Async)?FunctionDef|ClassDef|Lambda|TypeAlias")
_Span = tuple[int, int]
_Variable = tuple[int, str]  # the number of its scope, and its name
_Occurrence = tuple[int, _Variable, _Role]  # the first is the number of a span


class RenameError(ValueError):
    """The rename is refused; the message says why."""


def rename(source: str, line: int, column: int, new_name: str) -> str:
    r"""Return `source` with the variable named at a place renamed to `new_name`, by scope.

    Lines count from 1 and columns from 0, in characters.

    >>> print(rename("total = 1\nprint(total)  # the total", 2, 6, "amount"))
    amount = 1
    print(amount)  # the total

    Raises:
        SyntaxError: `source` does not compile.
        RenameError: the rename is refused.
    """
    compile(source, "<source>", "exec")
    start, old_name = _word_at(source, line, column)
    new_name = normalize("NFKC", new_name)
    for name in (old_name, new_name):
        if not name.isidentifier() or keyword.iskeyword(name) or re.match("_$|__", name):
            raise RenameError(f"{name!r} is not a name that one may choose")

    spans, before = _read(source, {old_name, new_name})
    here = [variable for place, variable, _ in before if spans[place][0] == start]
    roles = {role for _, variable, role in before if variable in here}
    if _Role.BINDING not in roles:
        raise RenameError(f"{old_name!r} is not a variable of this module there")
    if _Role.FIXED in roles:
        raise RenameError(f"{old_name!r} is spelled where it cannot be changed safely")

    target = here[0]
    renamed = (target[0], new_name)
    edits = [(spans[place], new_name) for place, variable, _ in before if variable == target]
    result = _replace(source, edits)
    _, after = _read(result, {old_name, new_name})
    expected = [(place, renamed if v == target else v, role) for place, v, role in before]
    if after != expected or renamed in {variable for _, variable, _ in before} - {target}:
        raise RenameError(f"{new_name!r} would capture another variable, or be captured")
    return result


def _word_at(source: str, line: int, column: int) -> tuple[int, str]:
    offset = 0
    # Not `splitlines`, which also splits at a form feed.
    for number, text in enumerate(source.split("\n"), 1):
        for word in re.finditer(r"\w+", text):
            if number == line and word.start() <= column < word.end():
                return offset + word.start(), normalize("NFKC", word[0])
        offset += len(text) + 1
    raise RenameError(f"there is no name at line {line}, column {column}")


def _replace(source: str, edits: list[tuple[_Span, str]]) -> str:
    for (start, stop), text in sorted(edits, reverse=True):
        source = source[:start] + text + source[stop:]
    return source


def _read(source: str, names: set[str]) -> tuple[list[_Span], list[_Occurrence]]:
    """Return the spans that spell one of `names`, and which variables they stand for."""
    # Not an escape ("\\n"), a conversion ("!r") or a prefix (f"..."): changing an escape would
    # warn, and to try each of the others would cost a parse.
    words = re.finditer(r"(?<![\\!])\b\w+\b(?!['\"])", source)
    spans = [word.span() for word in words if normalize("NFKC", word[0]) in names]
    spans = _dyeable(source, spans)
    return spans, _Walk().occurrences(_dyed_tree(source, spans))


def _dyeable(source: str, spans: list[_Span]) -> list[_Span]:
    """Leave out the spans where no name can stand: dyed, they are a syntax error."""
    try:
        _dyed_tree(source, spans)
    except SyntaxError:
        half = len(spans) // 2
        return _dyeable(source, spans[:half]) + _dyeable(source, spans[half:]) if half else []
    return spans


def _dyed_tree(source: str, spans: list[_Span]) -> ast.Module:
    edits = [(s, f"{source[slice(*s)]}{_DYE}{place}") for place, s in enumerate(spans)]
    return ast.parse(_replace(source, edits))


def _plain(word: str) -> str:
    return word.partition(_DYE)[0]


class _Scope:
    def __init__(self, kind: _Kind, parent: "_Scope | None") -> None:
        self.kind, self.parent = kind, parent
        # The same program has the same numbers, whatever its names.
        self.numbers: Iterator[int] = parent.numbers if parent else itertools.count()
        self.number = next(self.numbers)
        # The scope of each name bound or declared here; None sends further out.
        self.names: dict[str, _Scope | None] = {}
        self.walrus_binds_in: _Scope = self

    def variable(self, word: str, *, sees_class: bool = True) -> _Variable:
        hidden = self.kind == _Kind.CLASS and not sees_class
        owner = None if hidden else self.names.get(_plain(word))
        if owner is None and self.parent:
            # A class is seen from its body and from annotations there, not from functions.
            return self.parent.variable(word, sees_class=sees_class and self.kind == _Kind.TYPES)
        return (owner or self).number, _plain(word)


class _Walk:
    def __init__(self) -> None:
        self.module = _Scope(_Kind.FUNCTION, None)
        self.mentions: list[tuple[str, _Scope, _Role]] = []
        self.functions: list[tuple[str, _Scope, list[str], _Scope]] = []
        self.keywords: list[tuple[str, _Scope, str]] = []

    def occurrences(self, tree: ast.Module) -> list[_Occurrence]:
        self.visit(self.module, tree)
        found = [(word, scope.variable(word), role) for word, scope, role in self.mentions]
        bindings = Counter(variable for _, variable, role in found if role != _Role.USE)
        for callee, scope, word in self.keywords:
            called = scope.variable(callee)
            # Bound once, and by a `def`: a call by that name is a call of that function.
            role = _Role.USE if bindings[called] == 1 else _Role.FIXED
            for name, outer, parameters, inner in self.functions:
                if outer.variable(name) == called and _plain(word) in parameters:
                    found.append((word, inner.variable(word), role))
        dyed = [(word.partition(_DYE), variable, role) for word, variable, role in found]
        return [(int(place), v, role) for (_, dye, place), v, role in dyed if dye]

    def mention(self, scope: _Scope, word: str, role: _Role, *owners: _Scope) -> None:
        self.mentions.append((word, scope, role))
        for owner in owners:
            owner.names.setdefault(_plain(word), owner)

    def visit(self, scope: _Scope, *nodes: ast.AST | str) -> None:
        for node in nodes:
            match node:
                case ast.Name(id=word, ctx=ast.Load()):
                    self.mention(scope, word, _Role.USE)
                case ast.Name(id=word) | ast.alias(asname=str(word)) | str(word):
                    self.mention(scope, word, _Role.BINDING, scope)
                case ast.alias(name=path):
                    self.mention(scope, path.partition(".")[0], _Role.FIXED, scope)
                case ast.NamedExpr(target=target, value=value):
                    self.mention(scope, target.id, _Role.BINDING, scope.walrus_binds_in)
                    self.visit(scope, value)
                case ast.Global(names=words) | ast.Nonlocal(names=words):
                    for word in words:
                        self.mention(scope, word, _Role.USE)
                        is_global = isinstance(node, ast.Global)
                        scope.names[_plain(word)] = self.module if is_global else None
                case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                    first, inner = node.generators[0], _Scope(_Kind.FUNCTION, scope)
                    inner.walrus_binds_in = scope.walrus_binds_in
                    self.visit(scope, first.iter)
                    self.visit(inner, first.target, *first.ifs)
                    self.visit(inner, *(c for c in ast.iter_child_nodes(node) if c != first))
                case ast.Call(func=ast.Name(id=callee), keywords=keywords):
                    self.keywords += [(callee, scope, k.arg) for k in keywords if k.arg]
                    self.visit(scope, *ast.iter_child_nodes(node))
                case ast.AST() if _DEFINITION.fullmatch(type(node).__name__):
                    self.visit_definition(scope, node)
                case ast.AST():
                    # What `except`, a pattern or a type parameter binds is a string.
                    self.visit(scope, *_parts(node, "name", "rest"), *ast.iter_child_nodes(node))

    def visit_definition(self, scope: _Scope, node: ast.AST) -> None:
        types = _Scope(_Kind.TYPES, scope)
        inner = _Scope(_Kind.CLASS if isinstance(node, ast.ClassDef) else _Kind.FUNCTION, types)
        self.visit(scope, *_parts(node, "name", "decorator_list"))
        for arguments in _parts(node, "args"):
            self.visit(scope, *_parts(arguments, "defaults", "kw_defaults"))
            for each in _parts(arguments, "posonlyargs", "args", "vararg", "kwonlyargs", "kwarg"):
                self.visit(inner, each.arg)
                self.visit(types, *_parts(each, "annotation"))
            by_keyword = [_plain(each.arg) for each in _parts(arguments, "args", "kwonlyargs")]
            self.functions += [(name, scope, by_keyword, inner) for name in _parts(node, "name")]
        elsewhere = ("name", "decorator_list", "args", "body")
        self.visit(types, *_parts(node, *(f for f in node._fields if f not in elsewhere)))
        self.visit(inner, *_parts(node, "body"))


def _parts(node: ast.AST, *fields: str) -> Iterator[Any]:
    """Yield the nodes and strings in these fields, as far as `node` has them."""
    for field in fields:
        part = getattr(node, field, None) or []
        yield from part if isinstance(part, list) else [part]
