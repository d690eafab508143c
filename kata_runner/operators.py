"""The operators: small changes to a solution that its tests must notice.

They work on the syntax tree and are chosen so that a survivor says something: no docstrings,
annotations, imports, assertions or texts of messages; and no mutant that compiles to the same
bytecode as the solution or as another mutant.
"""

import ast
import builtins
import copy
import itertools
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Mutant:
    """The solution with one change; `id` is stable as long as the changed code is."""

    id: str
    line: int
    source: str


# --- The operators ---------------------------------------------------------------------------


class _Site(NamedTuple):
    """A node, and its place: `getattr(owner, field)`, or item `at` of that list."""

    node: Any
    owner: Any
    field: str
    at: Any
    scope: tuple[str, ...]
    top: int  # which statement of the module it is in
    line: int
    shown: ast.AST  # the smallest piece of code that a reader recognises
    message: bool  # inside the arguments of an exception or a warning


class _Change(NamedTuple):
    """What to put in a site's place; `before` and `after` tell it where the nodes don't."""

    new: ast.AST | list[ast.stmt]
    before: str = ""
    after: str = ""


_SWAPPED: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot, ast.Eq),
    ast.IsNot: (ast.Is, ast.NotEq),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitOr,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Break: (ast.Continue,),
    ast.Continue: (ast.Break,),
}
# Lists that one item can be left out of; where it was the last one, that may not compile.
_LISTS = {
    *((kind, "decorator_list") for kind in (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)),
    *((kind, "keywords") for kind in (ast.Call, ast.ClassDef)),
    *((kind, "handlers") for kind in (ast.Try, ast.TryStar)),
    (ast.BoolOp, "values"),
    (ast.comprehension, "ifs"),
    (ast.Match, "cases"),
}
_OPTIONAL = {
    ast.Slice: ("lower", "upper", "step"),
    ast.Raise: ("cause",),
    ast.match_case: ("guard",),
}
_PARTS = {
    ast.BinOp: ("left", "right"),
    ast.IfExp: ("body", "orelse"),
    ast.UnaryOp: ("operand",),
    ast.Await: ("value",),
}
_RESULTS = {ast.Return: "value", ast.Yield: "value", ast.Lambda: "body"}
_ASSIGNMENTS = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete)
_STATEMENTS = (*_ASSIGNMENTS, ast.Expr, ast.Raise, ast.Return, ast.Global, ast.Nonlocal)
_PREDICATES = {"isinstance", "issubclass", "hasattr", "callable", "any", "all"}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _compare(site: _Site) -> Iterator[_Change]:
    """`<` to `<=` and `>=`, `==` to `!=`, `in` to `not in`, `is` to `is not` and `==`."""
    if isinstance(node := site.node, ast.Compare):
        for index, operator in enumerate(node.ops):
            pair = [node.left, *node.comparators][index : index + 2]
            # `x == None` differs from `x is None` only for an x that lies about equality.
            is_plain = any(
                isinstance(each, ast.Constant) or _called(each) == "type" for each in pair
            )
            for new in _SWAPPED[type(operator)]:
                is_weaker = isinstance(operator, (ast.Is, ast.IsNot)) and new in (ast.Eq, ast.NotEq)
                if not (is_weaker and is_plain):
                    yield _Change(
                        _with(node, ops=[*node.ops[:index], new(), *node.ops[index + 1 :]])
                    )


def _operator(site: _Site) -> Iterator[_Change]:
    """`+` to `-`, `//` to `/`, `&` to `|`, `and` to `or`; `x += y` also to `x = y`."""
    if isinstance(node := site.node, (ast.BinOp, ast.AugAssign, ast.BoolOp)) and not _formats(node):
        for new in _SWAPPED.get(type(node.op), ()):
            yield _Change(_with(node, op=new()))
    if isinstance(node, ast.AugAssign):
        yield _Change(ast.Assign([node.target], node.value, lineno=node.lineno))


def _part(site: _Site) -> Iterator[_Change]:
    """`a + b` and `a if c else b` to `a` and to `b`; `not a`, `-a`, `await a` to `a`."""
    if not _formats(site.node):
        yield from (_Change(getattr(site.node, field)) for field in _PARTS.get(type(site.node), ()))


def _drop(site: _Site) -> Iterator[_Change]:
    """A decorator, keyword, handler, `case`, operand of `and`, condition of a comprehension."""
    owner, field, node = site.owner, site.field, site.node
    if (type(owner), field) in _LISTS and _name(node) not in _FOR_TYPES:
        rest = [each for each in getattr(owner, field) if each is not node]
        if isinstance(owner, (ast.BoolOp, ast.Call, ast.comprehension)):
            yield _Change([], _text(owner), _text(_with(owner, **{field: rest})))
        else:
            yield _Change([], "@" * (field == "decorator_list") + _text(node), "none")
    for each in _OPTIONAL.get(type(node), ()):
        if getattr(node, each) is not None:
            yield _Change(_with(node, **{each: None}))


def _constant(site: _Site) -> Iterator[_Change]:
    """`n` to `n + 1` and `n - 1`, `True` to `False`, a text to the empty one and back."""
    match site.node:
        case ast.Constant(value=bool(value)):
            yield _Change(ast.Constant(not value))
        case ast.Constant(value=int(value)):
            yield _Change(ast.Constant(value + 1))
            yield _Change(ast.Constant(value - 1))
        case ast.Constant(value=float(value)):
            yield _Change(ast.Constant(value + 1))
        case ast.Constant(value=str() | bytes() as value) if not site.message:
            other = "XX" if isinstance(value, str) else b"XX"
            yield _Change(ast.Constant(value[:0] if value else other))
        case ast.JoinedStr() if not site.message:
            yield _Change(ast.Constant(""))


def _default(site: _Site) -> Iterator[_Change]:
    """A parameter's default `None` to `0`, and any other that is not a constant to `None`."""
    if site.field in ("defaults", "kw_defaults"):
        if not isinstance(site.node, ast.Constant):
            yield _Change(ast.Constant(None))
        elif site.node.value is None:
            yield _Change(ast.Constant(0))


def _statement(site: _Site) -> Iterator[_Change]:
    """A simple statement to `pass`; a method left out, so that the inherited one serves."""
    node, owner = site.node, site.owner
    if isinstance(node, _FUNCTIONS) and isinstance(owner, ast.ClassDef):
        yield _Change(ast.Pass(), f"def {node.name}", "pass")
    elif isinstance(node, ast.Return) and isinstance(owner, _FUNCTIONS) and node is owner.body[-1]:
        return  # the same as `return None`
    elif isinstance(node, ast.AnnAssign) and node.value is None:
        # It does something only where someone reads it.
        readers = [*owner.decorator_list, *owner.bases] if isinstance(owner, ast.ClassDef) else []
        if {"dataclass", "NamedTuple", "TypedDict"} & {_name(reader) for reader in readers}:
            yield _Change(ast.Pass(), after="pass")
    elif isinstance(node, _STATEMENTS):
        yield _Change(ast.Pass(), after="pass")


def _result(site: _Site) -> Iterator[_Change]:
    """`return x` to `return None`, `lambda: x` to `lambda: None`, `yield x` to `yield None`."""
    if isinstance(site.node, ast.YieldFrom):
        yield _Change(_with(site.node, value=ast.Tuple([], ast.Load())))
    elif field := _RESULTS.get(type(site.node)):
        value = getattr(site.node, field)
        # Where False is returned, None mostly means the same; `_constant` makes it True.
        if value is not None and not (isinstance(value, ast.Constant) and value.value is False):
            yield _Change(_with(site.node, **{field: ast.Constant(None)}))


def _condition(site: _Site) -> Iterator[_Change]:
    """`if c` to `if True` and `if False`, `while c` to `while not c`; `break` to `continue`."""
    node = site.node
    if isinstance(node, ast.If) and "version_info" not in ast.dump(node.test):
        yield _Change(_with(node, test=ast.Constant(True)))
        # Where the body is one simple statement, leaving that out is the same.
        if node.orelse or len(node.body) > 1 or not isinstance(node.body[0], _STATEMENTS):
            yield _Change(_with(node, test=ast.Constant(False)))
    elif isinstance(node, ast.While) and not isinstance(node.test, ast.Constant):
        yield _Change(_with(node, test=ast.UnaryOp(ast.Not(), node.test)))
    elif isinstance(node, (ast.Break, ast.Continue)):
        yield _Change(_SWAPPED[type(node)][0]())


def _call(site: _Site) -> Iterator[_Change]:
    """`f(a, b)` to `a`, `f(a)` and `f(b, a)`; `x.copy()` to `x`; `isinstance(a, b)` to `True`."""
    node, args = site.node, getattr(site.node, "args", [])
    # What an exception is given is mostly its message; which one it is, `_exception` looks at.
    is_raised = _speaks(node) or isinstance(site.owner, ast.Raise)
    if not isinstance(node, ast.Call) or _called(node) == "cast":
        return
    if is_raised and _called(node) != "StopIteration":
        return
    if _called(node) in _PREDICATES:
        yield _Change(ast.Constant(True))
        return
    if not is_raised and not isinstance(site.owner, ast.Expr):
        if args and not isinstance(args[0], ast.Starred):
            yield _Change(args[0])
        if not args and not node.keywords and isinstance(node.func, ast.Attribute):
            yield _Change(node.func.value)
    for argument in args:
        if argument is args[-1] or isinstance(argument, ast.Starred):
            yield _Change(_with(node, args=[each for each in args if each is not argument]))
    is_plain = not any(isinstance(argument, ast.Starred) for argument in args[:2])
    if len(args) > 1 and is_plain and _called(node) not in ("max", "min"):
        yield _Change(_with(node, args=[args[1], args[0], *args[2:]]))


def _copy(site: _Site) -> Iterator[_Change]:
    """`x[:]`, `[*x]`, `{**x}` to `x`."""
    match site.node:
        case (
            ast.Subscript(value=value, slice=ast.Slice(lower=None, upper=None, step=None))
            | ast.List(elts=[ast.Starred(value=value)])
            | ast.Tuple(elts=[ast.Starred(value=value)])
            | ast.Set(elts=[ast.Starred(value=value)])
            | ast.Dict(keys=[None], values=[value])
        ):
            yield _Change(value)


def _block(site: _Site) -> Iterator[_Change]:
    """`with a: body` to `body`; `try` without handlers; `finally` only after success."""
    node = site.node
    if isinstance(node, (ast.With, ast.AsyncWith)):
        for item in node.items:
            rest = [each for each in node.items if each is not item]
            new = [_with(node, items=rest)] if rest else node.body
            if item.optional_vars:
                bound = ast.Assign([item.optional_vars], item.context_expr, lineno=node.lineno)
                new = [bound, *new]
            yield _Change(new, f"with {_text(item)}", "none")
    if isinstance(node, (ast.Try, ast.TryStar)):
        plain = [*node.body, *node.orelse]
        if len(node.handlers) == 1:
            new = plain
            if node.finalbody:
                new = [_with(node, body=plain, handlers=[], orelse=[])]
            yield _Change(new, _text(node.handlers[0]), "none")
        if node.finalbody:
            tried = [_with(node, finalbody=[])] if node.handlers else plain
            first = f"finally: {_text(node.finalbody[0])}"
            yield _Change([*tried, *node.finalbody], first, "after success only")


def _exception(site: _Site) -> Iterator[_Change]:
    """`except X` to `except BaseException`; `raise X` to `raise Exception`."""
    node = site.node
    if isinstance(node, ast.ExceptHandler):
        other = "Exception" if _name(node.type) in ("", "BaseException") else "BaseException"
        yield _Change(_with(node, type=ast.Name(other, ast.Load())))
        if isinstance(node.type, ast.Tuple):
            for dropped in node.type.elts:
                elts = [each for each in node.type.elts if each is not dropped]
                yield _Change(_with(node, type=ast.Tuple(elts, ast.Load())))
    elif isinstance(node, ast.Raise) and _name(node.exc)[:1].isupper():
        other = "BaseException" if _name(node.exc) == "Exception" else "Exception"
        args = node.exc.args if isinstance(node.exc, ast.Call) else []
        yield _Change(_with(node, exc=ast.Call(ast.Name(other, ast.Load()), args, [])))


OPERATORS: dict[str, Callable[[_Site], Iterator[_Change]]] = {
    "compare": _compare,
    "operator": _operator,
    "part": _part,
    "drop": _drop,
    "constant": _constant,
    "default": _default,
    "statement": _statement,
    "return": _result,
    "condition": _condition,
    "call": _call,
    "copy": _copy,
    "block": _block,
    "exception": _exception,
}


# --- Where they work --------------------------------------------------------------------------

_FOR_TYPES = {"overload", "final", "override", "no_type_check", "type_check_only"}
_TYPE_MAKERS = {"TypeVar", "ParamSpec", "TypeVarTuple", "NewType"}
_NOT_ENTERED = {"annotation", "returns", "bases", "type_params", "format_spec"}
_SHOWN = (ast.stmt, ast.expr, ast.excepthandler, ast.comprehension, ast.match_case)
_TOO_SMALL = (ast.Constant, ast.Name, ast.Slice, ast.Starred, ast.FormattedValue)
_LONGEST = 100  # characters of code that an id shows in full; of longer code, what is near
_CONTEXT = 30


def _with(node: Any, **fields: object) -> Any:
    """Return a shallow copy of `node` with other fields."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _name(node: ast.AST | None) -> str:
    """Return the last name of `a.b`, `a.b(…)` or `a.b[…]`; else the empty text."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=inner) | ast.Subscript(value=inner):
            return _name(inner)
    return ""


def _called(node: ast.AST) -> str:
    return _name(node) if isinstance(node, ast.Call) else ""


def _speaks(node: ast.AST) -> bool:
    """Whether `node` makes an exception or a warning."""
    name = _called(node)
    return name == "warn" or name.endswith(("Error", "Exception", "Warning", "Exit"))


def _formats(node: ast.AST) -> bool:
    """Whether `node` is `"text" % values`."""
    match node:
        case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod()):
            return True
    return False


def _is_type(node: ast.AST) -> bool:
    """Whether `node` looks like a type and not like a value: `Callable[..., T]`, `int | None`."""
    names = [part.id.lstrip("_") for part in ast.walk(node) if isinstance(part, ast.Name)]
    return isinstance(node, (ast.Subscript, ast.BinOp)) and all(
        hasattr(builtins, name) or (name[:1].isupper() and not name[1:].isupper()) for name in names
    )


def _is_ignored(node: ast.AST, owner: Any) -> bool:
    """Whether `node` is for people or type checkers, or not the solution's to answer for."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Assert() | ast.Pass():
            return True
        case ast.Expr(value=ast.Constant()):  # a docstring, or `...`
            return True
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return any(_name(decorator) == "overload" for decorator in node.decorator_list)
        case ast.ClassDef(bases=bases):
            return any(_name(base) == "Protocol" for base in bases)
        case ast.If(test=test):
            return _name(test) == "TYPE_CHECKING" or "id='__name__'" in ast.dump(test)
        case ast.Raise(exc=exc) if _name(exc) == "NotImplementedError":
            return any("abstract" in _name(d) for d in getattr(owner, "decorator_list", ()))
        case ast.AnnAssign(annotation=annotation):
            return _name(annotation) == "TypeAlias"
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name == "__all__" or _called(value) in _TYPE_MAKERS or _is_type(value)
        case ast.Constant() if isinstance(owner, ast.JoinedStr):
            return True
    return isinstance(owner, ast.Call) and _called(owner) == "cast" and node is owner.args[0]


def _sites(site: _Site) -> Iterator[_Site]:
    """Yield every place below `site` that an operator may look at."""
    node = site.node
    message = (
        site.message
        or _speaks(node)
        or (isinstance(node, ast.Call) and isinstance(site.owner, ast.Raise))
        or site.scope[-1:] == ("__repr__",)
        or (isinstance(node, ast.Assign) and _name(node.targets[0]) == "__slots__")
    )
    for field, value in ast.iter_fields(node):
        for at, inner in enumerate(value) if isinstance(value, list) else [(None, value)]:
            skipped = field in _NOT_ENTERED or not isinstance(inner, ast.AST)
            if skipped or _is_ignored(inner, node):
                continue
            is_scope = isinstance(inner, (*_FUNCTIONS, ast.ClassDef))
            is_shown = isinstance(inner, _SHOWN) and not isinstance(inner, _TOO_SMALL)
            below = _Site(
                node=inner,
                owner=node,
                field=field,
                at=at,
                scope=(*site.scope, inner.name) if is_scope else site.scope,
                top=at if isinstance(node, ast.Module) and at is not None else site.top,
                line=getattr(inner, "lineno", site.line),
                shown=inner if is_shown else site.shown,
                message=message,
            )
            yield below
            yield from _sites(below)


def _text(node: Any) -> str:
    """Return the first line of `node`, without decorators."""
    lines = ast.unparse(node).strip().splitlines() or [""]
    return next((line for line in lines if not line.startswith("@")), lines[0])


def _shared(one: str, other: str) -> int:
    """Return with how many characters `one` and `other` both begin."""
    pairs = zip(one, other, strict=False)
    return len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)))


def _difference(before: str, after: str) -> str:
    """Return `before -> after`, of long texts only what is near the change."""
    if max(len(before), len(after)) > _LONGEST:
        same = _shared(before, after)
        rest = _shared(before[same:][::-1], after[same:][::-1])
        start, end = max(same - _CONTEXT, 0), max(rest - _CONTEXT, 0)
        before, after = (
            "…" * (start > 0) + text[start : len(text) - end][:_LONGEST] + "…" * (end > 0)
            for text in (before, after)
        )
    return f"{before} -> {after}"


def _shown(site: _Site) -> str:
    """Return the text of what is shown of `site`, as it is now."""
    owner, at = site.owner, site.at
    if isinstance(owner, ast.arguments) and at is not None:
        named = owner.kwonlyargs
        if site.field == "defaults":
            named = (owner.posonlyargs + owner.args)[-len(owner.defaults) :]
        return f"{named[at].arg}={_text(getattr(owner, site.field)[at])}"
    return _text(site.shown)


# --- From operators to mutants ----------------------------------------------------------------


def mutants_of(source: str) -> list[Mutant]:
    """Return all mutants of `source`, in the order of the code.

    An id says where (by qualified name), which operator, and what: `f: compare: a < b -> a <= b`.
    The second one with the same id gets ` #2`.
    """
    tree = ast.parse(source)
    texts = [ast.unparse(statement) for statement in tree.body]
    # A top statement stands alone: what else there is in the module does not change its bytecode.
    seen = [{None, _bytecode(text)} for text in texts]
    times: Counter[str] = Counter()
    mutants = []
    for site in _sites(_Site(tree, tree, "", None, (), 0, 1, tree, message=False)):
        for name, operator in OPERATORS.items():
            for change in operator(site):
                difference, text = _apply(change, site, tree)
                code = _bytecode(text)
                if code in seen[site.top]:
                    continue
                seen[site.top].add(code)
                id_ = f"{'.'.join(site.scope) or '<module>'}: {name}: {difference}"
                times[id_] += 1
                number = f" #{times[id_]}" if times[id_] > 1 else ""
                changed = "\n".join([*texts[: site.top], text, *texts[site.top + 1 :], ""])
                mutants.append(Mutant(id_ + number, site.line, changed))
    return mutants


def _apply(change: _Change, site: _Site, tree: ast.Module) -> tuple[str, str]:
    """Return the difference that `change` makes, and the changed text of the top statement."""
    before = change.before or _shown(site)
    old = getattr(site.owner, site.field)
    new = change.new
    if site.at is not None:
        items = new if isinstance(new, list) else [new]
        new = [*old[: site.at], *items, *old[site.at + 1 :]]
    setattr(site.owner, site.field, new)
    try:
        after = change.after or (_text(change.new) if site.shown is site.node else _shown(site))
        end = len(tree.body) - len(old) + site.top + 1 if site.owner is tree else site.top + 1
        text = "\n".join(ast.unparse(statement) for statement in tree.body[site.top : end])
    finally:
        setattr(site.owner, site.field, old)
    return _difference(before, after), text


# Every kind of node that has a line.
_PLACED = (ast.stmt, ast.expr, ast.excepthandler, ast.arg, ast.keyword, ast.alias, ast.pattern)


def _bytecode(text: str) -> CodeType | None:
    """Return what `text` compiles to, wherever its lines are; None if it doesn't compile."""
    try:
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, _PLACED):
                node.lineno = node.end_lineno = 1
                node.col_offset = node.end_col_offset = 0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return compile(tree, "<mutant>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
