"""Leave the MRO as it is, and work out for each ABC between which two classes it stands.

Idea
    The classes that `cls` inherits from are in order already.  An ABC that it
    only fits goes behind the last class that fits it too, and behind the bases
    of that one that come first by rule 5.  So each ABC has a number, its place,
    and one walk along the MRO finds the first place where something is registered.

        place      0      1       2
        MRO        Rows   Table   object
        ABCs              Sized

Why one would choose it
    No merge and no recursion: the order of inheritance can't be disturbed, and
    two ABCs fit equally if their numbers are equal.  The price: where two
    branches of a hierarchy bring the same ABC in, C3 may pull the second branch
    forward, and this design puts the ABC behind it.

Why an object
    The generic function is an instance with `__call__`, and says by `__get__`
    that it is a method in a class, which functions do by themselves.  Its state
    has names that a debugger shows; a call costs one more step in Python.
"""

from abc import ABCMeta, get_cache_token
from collections.abc import Callable, Mapping
from functools import update_wrapper
from inspect import Parameter, signature
from itertools import takewhile
from types import MappingProxyType, MethodType, NoneType, UnionType
from typing import Any, Union, get_args, get_origin
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
    return _Generic(func)


class _Generic:
    """A function with one implementation for each class."""

    def __init__(self, func: Callable[..., Any]) -> None:
        update_wrapper(self, func)
        self._implementations: dict[type, Callable[..., Any]] = {object: func}
        self._forget()

    def __call__(self, /, *args: Any, **kwds: Any) -> Any:
        if not args:
            name = getattr(self, "__name__", "a generic function")
            raise TypeError(f"{name} requires at least 1 positional argument")
        return self.dispatch(args[0].__class__)(*args, **kwds)

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    @property
    def registry(self) -> Mapping[type, Callable[..., Any]]:
        return MappingProxyType(self._implementations)

    def dispatch(self, cls: type) -> Callable[..., Any]:
        if self._token != get_cache_token():
            self._forget()
        try:
            chosen = self._found[cls]
        except KeyError:
            chosen = self._found[cls] = _choose(cls, self._implementations)
        return self._implementations[chosen]

    def register(self, cls: Any, func: Callable[..., Any] | None = None) -> Callable[..., Any]:
        if _is_registrable(cls):
            if func is None:
                return lambda function: self.register(cls, function)
            for each in get_args(cls) or (cls,):
                self._implementations[each] = func
            self._forget()
            return func
        if func is None:
            parameter, hint = _first_annotation(cls)
            if _is_registrable(hint):
                return self.register(hint, cls)
            raise TypeError(f"Invalid annotation for {parameter!r}: {hint!r}")
        raise TypeError(f"Invalid first argument to `register()`: {cls!r}")

    def _forget(self) -> None:
        self._token = get_cache_token()
        self._found: WeakKeyDictionary[type, type] = WeakKeyDictionary()


def _is_registrable(hint: Any) -> bool:
    """Say whether `hint` is a class or a union of classes."""
    if get_origin(hint) in (Union, UnionType):
        return all(isinstance(each, type) for each in get_args(hint))
    return isinstance(hint, type)


def _first_annotation(func: Any) -> tuple[str, Any]:
    """Return name and annotation of the first parameter of `func`."""
    if callable(func) and getattr(func, "__annotations__", None):
        for parameter in signature(func, eval_str=True).parameters.values():
            if parameter.annotation is Parameter.empty:
                break
            return parameter.name, parameter.annotation or NoneType
    raise TypeError(f"Invalid first argument to `register()`: {func!r}")


def _choose(cls: type, registry: Mapping[type, object]) -> type:
    """Return the registered class or ABC that is best for `cls`."""
    mro = cls.__mro__
    places = {
        each: _place(each, mro) for each in registry if each not in mro and issubclass(cls, each)
    }
    for index, each in enumerate(mro):
        here = [abc for abc, place in places.items() if place == index]
        for abc in here:
            if all(issubclass(abc, other) for other in here if other is not abc):
                return abc
        if here:
            raise RuntimeError(f"Ambiguous dispatch: {here[0]!r} or {here[1]!r}")
        if each in registry:
            break
    return each


def _place(abc: type, mro: tuple[type, ...]) -> int:
    """Return the index in `mro` of the class before which `abc` stands."""
    brings_in = [each for each in mro if issubclass(each, abc)][-1]
    bases = brings_in.__bases__
    while bases and not isinstance(bases[-1], ABCMeta):
        bases = bases[:-1]
    behind_it = brings_in.__bases__[len(bases) :][:1]
    ahead = takewhile(
        lambda each: each not in behind_it and each not in abc.__mro__, brings_in.__mro__
    )
    return 1 + max(map(mro.index, ahead))
