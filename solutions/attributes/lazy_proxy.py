"""Attributes caught on the instance, operations written on the class, a lock round the factory.

Idea
    There are two ways into an object, and each needs a door of its own:

        p.name, p.name = 1, del p.name     __getattribute__, __setattr__,
                                           __delattr__ of the class
        len(p), p + 1, p[0], with p, ...   __len__, __add__, ... of the class,
                                           past the three above

    The first is three methods for all names.  The second has no catch-all, so
    a method is made for each row of a table, all alike: resolve, then do to
    the target what Python was about to do to the proxy.

Why `len(target)` and not `target.__len__()`
    The operation is more than its method.  `in` and `iter` fall back on other
    methods, `+` also asks the right operand, and where there is no way, the
    error is a TypeError, which `list()` expects when it asks for a length.

Why `__getattribute__` and not `__getattr__`
    `__getattr__` is asked last, when `object` and this class have not
    answered.  They do answer for `__class__`, `__doc__` and `__module__`.

Why the lock is held while the factory runs
    This is what makes it once: whoever comes second has nothing to do but
    wait.  Each proxy has its own lock, since factories use other proxies, and
    an RLock, since one that uses its own shall fail and not wait for itself.

Why the first look takes no lock
    A target, once stored, is complete, and reading a slot is one step.  The
    value read is the one returned: another thread may delete it in between.

In the original
    lazy_object_proxy 1.13 has no lock, neither in `cext.c` nor in `simple.py`,
    its stand-in where there is no C: threads that meet all call the factory.
    Both forward `__class__`, `__doc__` and others by properties and read the
    rest by `__getattr__`, which is also asked when a property fails: the
    C version then calls the factory a second time, and the other loses the
    factory's own AttributeError.
"""

import operator
import os
from collections.abc import Callable
from threading import RLock
from typing import Any

_MISSING = object()


class Proxy:
    """Stand-in for the object that `factory()` returns, which is called at the first use.

    `__factory__` is the factory; `__target__`, once there is one, is the object.
    Each operation costs that of the target and a few calls more.

    >>> def load():
    ...     print("loading")
    ...     return [1, 2]
    >>> numbers = Proxy(load)
    >>> len(numbers)
    loading
    2
    >>> numbers.append(3)
    >>> numbers += [4]
    >>> numbers == [1, 2, 3, 4], isinstance(numbers, list), type(numbers).__name__
    (True, True, 'Proxy')
    """

    __slots__ = ("__factory__", "__lock", "__target__")

    def __init__(self, factory: Callable[[], Any]) -> None:
        self.__factory__ = factory
        self.__lock = RLock()

    @property
    def __resolved__(self) -> bool:
        """Whether there is a target; asking makes none."""
        return hasattr(self, "__target__")

    @property
    def __wrapped__(self) -> Any:
        """The target, made by the factory if there is none.

        Assigning puts another in its place; deleting leaves none.
        """
        target = getattr(self, "__target__", _MISSING)
        if target is _MISSING:
            with self.__lock:
                # Again: we may have waited for the thread that made it.
                target = getattr(self, "__target__", _MISSING)
                if target is _MISSING:
                    target = self.__target__ = self.__factory__()
        return target

    @__wrapped__.setter
    def __wrapped__(self, target: Any) -> None:
        self.__target__ = target

    @__wrapped__.deleter
    def __wrapped__(self) -> None:
        del self.__target__

    def __getattribute__(self, name: str) -> Any:
        if name in _OWN:
            # Not `getattr(self, name)`, which would come back here; so below.
            return object.__getattribute__(self, name)
        return getattr(self.__wrapped__, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _OWN:
            object.__setattr__(self, name, value)
        else:
            setattr(self.__wrapped__, name, value)

    def __delattr__(self, name: str) -> None:
        if name in _OWN:
            object.__delattr__(self, name)
        else:
            delattr(self.__wrapped__, name)

    # Not forwarded: a debugger or a log line must not connect to a database.
    def __repr__(self) -> str:
        target = getattr(self, "__target__", _MISSING)
        wrapping = "" if target is _MISSING else f" wrapping {target!r}"
        return f"<Proxy at {id(self):#x}{wrapping} with factory {self.__factory__!r}>"

    # A factory is often a lambda or holds a connection; what it made, one can pickle.
    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return _identity, (self.__wrapped__,)


# The class body turns `__lock` into `_Proxy__lock`, which no target is asked for.
_OWN = {
    "__factory__",
    "__reduce_ex__",
    "__resolved__",
    "__target__",
    "__wrapped__",
    "_Proxy__lock",
}


def _identity(target: Any) -> Any:
    return target


async def _await(target: Any) -> Any:
    return await target


# On the type, as the statement looks it up, and `contextlib.ExitStack`.
def _method(name: str) -> Callable[..., Any]:
    return lambda target, *args: getattr(type(target), name)(target, *args)


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "__abs__": abs,
    "__aenter__": _method("__aenter__"),
    "__aexit__": _method("__aexit__"),
    "__aiter__": aiter,
    "__anext__": anext,
    # Not `target.__await__`: a coroutine made by `types.coroutine` has none.
    "__await__": lambda target: _await(target).__await__(),
    "__bool__": bool,
    "__bytes__": bytes,
    "__call__": operator.call,
    "__contains__": operator.contains,
    "__delitem__": operator.delitem,
    "__dir__": dir,
    "__enter__": _method("__enter__"),
    "__eq__": operator.eq,
    "__exit__": _method("__exit__"),
    "__float__": float,
    "__format__": format,
    "__fspath__": os.fspath,
    "__ge__": operator.ge,
    "__getitem__": operator.getitem,
    "__gt__": operator.gt,
    "__hash__": hash,
    "__index__": operator.index,
    "__int__": int,
    "__invert__": operator.invert,
    "__iter__": iter,
    "__le__": operator.le,
    "__len__": len,
    "__lt__": operator.lt,
    "__ne__": operator.ne,
    "__neg__": operator.neg,
    "__next__": next,
    "__pos__": operator.pos,
    "__reversed__": reversed,
    "__round__": round,
    "__setitem__": operator.setitem,
    "__str__": str,
}
_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "and": operator.and_,
    "divmod": divmod,
    "floordiv": operator.floordiv,
    "lshift": operator.lshift,
    "matmul": operator.matmul,
    "mod": operator.mod,
    "mul": operator.mul,
    "or": operator.or_,
    "pow": pow,
    "rshift": operator.rshift,
    "sub": operator.sub,
    "truediv": operator.truediv,
    "xor": operator.xor,
}


def _forward(operation: Callable[..., Any]) -> Callable[..., Any]:
    # Positional only: a function that is called may have a parameter named `self`.
    def method(self: Proxy, /, *args: Any, **kwds: Any) -> Any:
        return operation(self.__wrapped__, *args, **kwds)

    return method


def _forward_reflected(operation: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, other: operation(other, self.__wrapped__)


def _forward_in_place(operation: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Proxy, other: Any) -> Proxy:
        # The result need not be the old target: there is a new integer after `+=`.
        self.__wrapped__ = operation(self.__wrapped__, other)
        return self

    return method


# On the class: nowhere else does Python look for special methods.
for _name, _operation in _OPERATIONS.items():
    setattr(Proxy, _name, _forward(_operation))
for _name, _operation in _ARITHMETIC.items():
    setattr(Proxy, f"__{_name}__", _forward(_operation))
    setattr(Proxy, f"__r{_name}__", _forward_reflected(_operation))
    if _name != "divmod":  # which has no form in place
        setattr(Proxy, f"__i{_name}__", _forward_in_place(getattr(operator, f"__i{_name}__")))
