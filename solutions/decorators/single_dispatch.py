"""Put the ABCs that a class fits into its MRO, and take the first entry that is registered.

Idea
    A method call takes the first class of the MRO that has the name.  This does
    the same with a dictionary from classes to functions, once for each class:

        class Rows(Table)        with __len__, and Sized is registered

        MRO                      Rows          Table   object
        with the ABCs it fits    Rows   Sized  Table   object

    An ABC is put among the bases of each class that fits it, and C3, which makes
    every MRO, merges the lists: the ABC ends up behind the last of these classes.

Why not `isinstance` in a loop
    The first case that fits is not the best one, so the order of registration
    would decide: `int` ahead of `bool` hides `bool` for ever.

Why some bases come first
    A base made by ABCMeta is a decision; fitting is an observation, and often
    an accident of a method's name.  The bases up to the last such one stand ahead.

Why an error for two at one place
    No order between them is written down anywhere, so picking one would make
    the answer depend on which module was imported first.

Why every call asks for the token
    `Sized.register(Rows)` calls nothing here.  `abc.get_cache_token()` is a number
    that changes with each such call, and all that was found before is then in doubt.

In CPython
    `Lib/functools.py` (3.13) does the same, in `_compose_mro`, `_c3_mro` and
    `_find_impl`.  It takes the first annotation that it finds (gh-84644), on
    which `singledispatchmethod` relies; it watches the token only if an ABC was
    registered by itself, not in a union; it compares the winner with the next entry
    only, so the order of registration may matter; and it merges bases in three lists:
    for `C(B, Abc, A)` with `B(A)` it finds `A` ahead of `Abc`, against the MRO.

Sources
    PEP 443; the Python 2.3 Method Resolution Order (docs.python.org/3/howto/mro.html).
"""

from abc import ABCMeta, get_cache_token
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from inspect import signature
from types import MappingProxyType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from weakref import WeakKeyDictionary


def singledispatch(func: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that calls the implementation for its first argument's class.

    The result has `func` as the implementation for `object`, and the attributes
    `register(cls, func=None)`, `dispatch(cls)` and `registry`.  A call for a class
    seen before costs one look-up.

    >>> @singledispatch
    ... def size(thing):
    ...     return "unknown"
    >>> @size.register
    ... def _(thing: str | bytes):
    ...     return len(thing)
    >>> @size.register(int)
    ... def _(thing):
    ...     return thing.bit_length()
    >>> size("four"), size(True), size(None)
    (4, 1, 'unknown')
    >>> size.dispatch(float) is size.registry[object]
    True

    Raises:
        TypeError: by the result, if it is called without a positional argument; by
            `register`, if there is no class to register for.
        RuntimeError: by a call and by `dispatch`, if two ABCs fit equally.
    """
    registry: dict[type, Callable[..., Any]] = {object: func}
    # Weak keys: having been an argument once must not keep a class alive.
    found: WeakKeyDictionary[type, Callable[..., Any]] = WeakKeyDictionary()
    token = get_cache_token()

    def dispatch(cls: type) -> Callable[..., Any]:
        nonlocal token
        if token != (current := get_cache_token()):
            found.clear()
            token = current
        implementation = found.get(cls)
        if implementation is None:
            implementation = found[cls] = _find(cls, registry)
        return implementation

    def register(cls: Any, func: Callable[..., Any] | None = None) -> Callable[..., Any]:
        classes = _classes(cls)
        if not classes:
            if func is not None:
                raise TypeError(f"Invalid first argument to `register()`: {cls!r} is not a class.")
            func, classes = cls, _annotated_classes(cls)
        elif func is None:
            return lambda func: register(cls, func)
        # Only now, when nothing can fail any more.
        registry.update(dict.fromkeys(classes, func))
        found.clear()
        return func

    # A function, not an object with `__call__`: only a function binds as a method.
    @wraps(func)
    def generic(*args: Any, **kwds: Any) -> Any:
        if not args:
            raise TypeError(f"{generic.__name__} requires at least 1 positional argument")
        # Not `type`: a proxy or a mock names the class that it stands for.
        return dispatch(args[0].__class__)(*args, **kwds)

    generic.register = register  # type: ignore[attr-defined]
    generic.dispatch = dispatch  # type: ignore[attr-defined]
    generic.registry = MappingProxyType(registry)  # type: ignore[attr-defined]
    return generic


def _classes(hint: Any) -> tuple[type, ...]:
    """Return the classes that `hint` means: none unless it is a class or a union of classes."""
    # `X | Y` and `typing.Union[X, Y]` are of different types before 3.14.
    members = get_args(hint) if get_origin(hint) in (UnionType, Union) else (hint,)
    return members if all(isinstance(member, type) for member in members) else ()


def _annotated_classes(func: Any) -> tuple[type, ...]:
    """Return the classes that the annotation of the first parameter of `func` means."""
    hint = None
    if getattr(func, "__annotations__", None):
        # By name: the order of the annotations is not that of the parameters (gh-143886).
        parameter = next(iter(signature(func).parameters), None)
        # Resolves strings, and makes the type of None out of None.
        hints: dict[Any, Any] = get_type_hints(func)
        hint = hints.get(parameter)
    if hint is None:
        raise TypeError(
            f"Invalid first argument to `register()`: {func!r}. Use either "
            "`@register(some_class)` or plain `@register` on an annotated function."
        )
    classes = _classes(hint)
    if not classes:
        raise TypeError(f"Invalid annotation for {parameter!r}. {hint!r} is not a class.")
    return classes


def _find(cls: type, registry: Mapping[type, Callable[..., Any]]) -> Callable[..., Any]:
    """Return the implementation for `cls`; asks each ABC about each class of the MRO."""
    mro = cls.__mro__
    abcs = [each for each in registry if each not in mro]
    at_one_place: list[type] = []
    for each in _linearize(cls, abcs):
        if each in mro:
            if at_one_place:
                break
            if each in registry:
                return registry[each]
        elif each in registry:
            at_one_place.append(each)
    for each in at_one_place:
        # Without itself: an ABC with a `__subclasshook__` need not fit itself.
        if all(issubclass(each, rival) for rival in at_one_place if rival is not each):
            return registry[each]
    raise RuntimeError(f"Ambiguous dispatch: {' or '.join(map(repr, at_one_place))}")


def _linearize(cls: type, abcs: list[type]) -> list[type]:
    """Return the MRO of `cls` as it is if each class has those of `abcs` as bases that it fits."""
    bases = cls.__bases__
    orders: list[Sequence[type]] = [_linearize(base, abcs) for base in bases]
    behind = max(
        (number for number, base in enumerate(bases, 1) if isinstance(base, ABCMeta)), default=0
    )
    orders[behind:behind] = (abc.__mro__ for abc in abcs if issubclass(cls, abc))
    # `bases` as well: it keeps them in order where an ABC holds one of them back.
    return [cls, *_merge(*orders, bases)]


def _merge(*orders: Sequence[type]) -> Iterator[type]:
    """Yield the classes of all `orders`, each in its order: the merge of C3.

    The next one is the first head that no order has further back.  Where there is none, no
    order can hold them all, and the last one, the bases of a class, has its way.
    """
    left = [list(order) for order in orders]
    while left := [order for order in left if order]:
        for order in left:
            head = order[0]
            if not any(head in other[1:] for other in left):
                break
        yield head
        for order in left:
            if head in order:
                order.remove(head)
