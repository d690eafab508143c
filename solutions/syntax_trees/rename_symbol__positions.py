"""Take the places from positions in the tree, and try the rename on the notes instead of the text.

Idea
    The text is parsed once.  Most nodes that hold a name stand where it is spelled
    (`Name`, `arg`, `keyword`); the others (`FunctionDef`, `alias`, `Global`, `except`,
    patterns) have it among the tokens of their range.  Each becomes a note: where,
    which name, in which scope, does it bind or declare.  What a note means follows
    from all notes together, so that a rename can be tried by changing the names in
    some of them and asking again.

Why one would choose it
    It never parses a changed text, so that a thousand renames share one analysis:
    a language server does it in this way.  The price is the knowledge of where each kind
    of node has its name, which grows with the grammar.

Why columns are converted
    `col_offset` counts the bytes of the line in UTF-8, `tokenize` and `str` count
    characters.  With one "é" in front of a name they differ.
"""

# ruff: noqa: N815 - the names of the `visit_` methods follow the classes of `ast`

import ast
import io
import keyword
import re
import tokenize
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from unicodedata import normalize


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
    new_name = normalize("NFKC", new_name)
    if not _is_free(new_name):
        raise RenameError(f"{new_name!r} cannot be the name of a variable")
    notes = _Notes(source)
    here = notes.at(line, column)
    if here is None or not _is_free(here.name):
        raise RenameError(f"no variable is named at line {line}, column {column}")

    before = notes.meanings()
    target = before[notes.all.index(here)]
    hits = [note for note, meaning in zip(notes.all, before, strict=True) if meaning == target]
    if target is None or not any(note.home for note in hits):
        raise RenameError(f"nothing in this module binds {here.name!r}")
    if any(note.fixed for note in hits) or target in notes.doubtful:
        raise RenameError(f"{here.name!r} is spelled where it cannot be changed safely")
    wanted = (target[0], new_name)
    if wanted != target and wanted in before:
        raise RenameError(f"{new_name!r} is another variable of that scope")
    for note in hits:
        note.name = new_name
    if notes.meanings() != [wanted if meaning == target else meaning for meaning in before]:
        raise RenameError(f"{new_name!r} would mean something else in some places")
    for note in sorted(hits, key=lambda note: -note.start):
        source = source[: note.start] + new_name + source[note.end :]
    return source


def _is_free(name: str) -> bool:
    special = name == "_" or name.startswith("__")
    return name.isidentifier() and not keyword.iskeyword(name) and not special


@dataclass(eq=False)
class _Scope:
    parent: "_Scope | None" = None
    is_class: bool = False
    sees_class: bool = False
    is_comprehension: bool = False


_Meaning = tuple[_Scope, str]


@dataclass(eq=False)
class _Note:
    start: int
    end: int
    name: str
    scope: _Scope
    home: _Scope | None = None  # where it binds
    declares: type[ast.Global | ast.Nonlocal] | None = None
    fixed: bool = False


@dataclass(eq=False)
class _Function:
    name: _Note
    by_keyword: list[_Note] = field(default_factory=list)


class _Notes(ast.NodeVisitor):
    def __init__(self, source: str) -> None:
        self.lines = source.split("\n")
        self.starts = [0]
        for text in self.lines:
            self.starts.append(self.starts[-1] + len(text) + 1)
        self.source = source
        tokens = tokenize.generate_tokens(io.StringIO(source).readline)
        self.tokens = [self.starts[t.start[0] - 1] + t.start[1] for t in tokens if t.type == 1]
        self.all: list[_Note] = []
        self.functions: list[_Function] = []
        self.keywords: dict[_Note, _Note] = {}  # keyword: callee
        self.doubtful: set[_Meaning] = set()  # parameters that a call may or may not name
        self.scope = self.module = _Scope()
        self.visit(ast.parse(source))

    # What the notes mean

    def at(self, line: int, column: int) -> _Note | None:
        if not 1 <= line <= len(self.lines) or not 0 <= column < len(self.lines[line - 1]):
            return None
        offset = self.starts[line - 1] + column
        return next((note for note in self.all if note.start <= offset < note.end), None)

    def meanings(self) -> list[_Meaning | None]:
        tables: dict[_Scope, dict[str, _Scope | None]] = {}
        for note in self.all:
            if note.home:
                tables.setdefault(note.home, {})[note.name] = note.home
        for note in self.all:
            if note.declares:
                home = self.module if note.declares is ast.Global else None
                tables.setdefault(note.scope, {})[note.name] = home

        def resolve(note: _Note) -> _Meaning:
            scope, sees_class = note.scope, True
            while scope.parent is not None:
                home = tables.get(scope, {}).get(note.name)
                if home is not None and (sees_class or not scope.is_class):
                    return home, note.name
                sees_class = sees_class and scope.sees_class
                scope = scope.parent
            return self.module, note.name

        meanings: dict[_Note, _Meaning | None] = {
            note: resolve(note) for note in self.all if note not in self.keywords
        }
        bindings = Counter(meanings[note] for note in meanings if note.home)
        for word, callee in self.keywords.items():
            called = meanings[callee]
            parameters = [
                meanings[parameter]
                for function in self.functions
                if meanings[function.name] == called
                for parameter in function.by_keyword
                if parameter.name == word.name
            ]
            if bindings[called] > 1:
                self.doubtful.update(meaning for meaning in parameters if meaning)
            meanings[word] = parameters[0] if parameters and bindings[called] == 1 else None
        return [meanings[note] for note in self.all]

    # Where names are

    def offset(self, line: int, column: int) -> int:
        text = self.lines[line - 1].encode()[:column].decode()
        return self.starts[line - 1] + len(text)

    def note(self, start: int, *, home: _Scope | None = None) -> _Note:
        match = re.compile(r"\w+").match(self.source, start)
        assert match is not None
        self.all.append(_Note(start, match.end(), normalize("NFKC", match[0]), self.scope, home))
        return self.all[-1]

    def words(self, node: ast.AST, after: ast.AST | None = None) -> list[int]:
        """Where the names and keywords are in the range of a node, or behind a part of it."""
        start = self.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        if after is not None:
            start = self.offset(after.end_lineno, after.end_col_offset)  # type: ignore[attr-defined]
        end = self.offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        return [token for token in self.tokens if start <= token < end]

    def inside(self, scope: _Scope, *nodes: ast.AST | None) -> None:
        outer, self.scope = self.scope, scope
        for node in nodes:
            if node is not None:
                self.visit(node)
        self.scope = outer

    # The nodes

    def visit_Name(self, node: ast.Name) -> None:
        binds = not isinstance(node.ctx, ast.Load)
        self.note(self.offset(node.lineno, node.col_offset), home=self.scope if binds else None)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        home = self.scope
        while home.is_comprehension and home.parent:
            home = home.parent
        self.note(self.offset(node.lineno, node.col_offset), home=home)
        self.visit(node.value)

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> None:
        for word in self.words(node)[1:]:
            self.note(word).declares = type(node)

    visit_Nonlocal = visit_Global

    def visit_alias(self, node: ast.alias) -> None:
        words = self.words(node)
        if node.name != "*":
            note = self.note(words[-1 if node.asname else 0], home=self.scope)
            note.fixed = node.asname is None

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.note(self.words(node, node.type)[1], home=self.scope)
        self.generic_visit(node)

    def _last_word(self, node: ast.MatchAs | ast.MatchStar | ast.MatchMapping) -> None:
        if getattr(node, "name", None) or getattr(node, "rest", None):
            self.note(self.words(node)[-1], home=self.scope)
        self.generic_visit(node)

    visit_MatchAs = visit_MatchStar = visit_MatchMapping = _last_word

    def _type_parameter(self, node: ast.AST) -> None:
        self.note(self.words(node)[0], home=self.scope)
        self.generic_visit(node)

    visit_TypeVar = visit_ParamSpec = visit_TypeVarTuple = _type_parameter

    def visit_Call(self, node: ast.Call) -> None:
        if not isinstance(node.func, ast.Name):
            self.generic_visit(node)
            return
        self.visit(node.func)
        callee = self.all[-1]
        for argument in node.args:
            self.visit(argument)
        for word in node.keywords:
            if word.arg:
                self.keywords[self.note(self.offset(word.lineno, word.col_offset))] = callee
            self.visit(word.value)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    ) -> None:
        first, *rest = node.generators
        self.visit(first.iter)
        elements = [child for child in ast.iter_child_nodes(node) if child not in node.generators]
        inner = _Scope(self.scope, is_comprehension=True)
        self.inside(inner, first.target, *first.ifs, *rest, *elements)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._function(node.args, self.scope, [node.body])

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        function = _Function(self._defined(node))
        types = _Scope(self.scope, sees_class=True)
        self.inside(types, *getattr(node, "type_params", ()), node.returns)
        function.by_keyword = self._function(node.args, types, node.body)
        self.functions.append(function)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._defined(node)
        types = _Scope(self.scope, sees_class=True)
        self.inside(types, *getattr(node, "type_params", ()), *node.bases, *node.keywords)
        self.inside(_Scope(types, is_class=True), *node.body)

    def visit_TypeAlias(self, node: ast.AST) -> None:
        name, *rest = ast.iter_child_nodes(node)
        self.visit(name)
        self.inside(_Scope(self.scope, sees_class=True), *rest)

    def _defined(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> _Note:
        for decorator in node.decorator_list:
            self.visit(decorator)
        words = self.words(node)
        return self.note(words[2 if isinstance(node, ast.AsyncFunctionDef) else 1], home=self.scope)

    def _function(
        self, arguments: ast.arguments, types: _Scope, body: Sequence[ast.AST]
    ) -> list[_Note]:
        by_keyword = []
        inner = _Scope(types)
        for child in ast.iter_child_nodes(arguments):
            if isinstance(child, ast.arg):
                self.inside(types, child.annotation)
                self.scope, outer = inner, self.scope
                note = self.note(self.offset(child.lineno, child.col_offset), home=inner)
                self.scope = outer
                if child in arguments.args or child in arguments.kwonlyargs:
                    by_keyword.append(note)
            else:
                self.visit(child)
        self.inside(inner, *body)
        return by_keyword
