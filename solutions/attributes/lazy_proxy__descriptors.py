"""Special methods as descriptors of our own, and Python's ordinary lookup for the rest.

Idea
    A function in a class becomes a method because it is a descriptor: its
    `__get__` binds it to the object that it was found for.  `_Operation` is a
    descriptor, too, so that one line of the class makes one special method:

        len(proxy)   ->  Proxy.__len__.__get__(proxy)  ->  partial(_, proxy)
                     ->  called: len(proxy.__wrapped__)

    All else is the ordinary lookup: slots and properties of the proxy are found
    first and at full speed, and `__getattr__` is asked for what is not found.

Why one would choose it
    The class says line by line what it has, so that a reader, `grep` and
    an editor find it; a subclass can add methods, properties and slots of its
    own, which the reference would look for in the target.  werkzeug's
    `LocalProxy` is built in this way.

What it costs
    The names that every class has must be forwarded one by one, and a new Python
    may add some, as 3.13 did with `__firstlineno__`.  And where a descriptor raises
    `AttributeError`, Python turns to `__getattr__` and forgets the error; to show
    the factory's own, it must be called again.

Why a plain lock here
    With the owner's identity beside it, a factory that uses its own proxy is
    refused at once, before it has run a thousand times.
"""

import operator
import os
from collections.abc import Callable
from functools import partial
from threading import Lock, get_ident
from typing import Any

_MISSING = object()


class _Operation:
    """A method that does `operation` to the target of the proxy that it is called for."""

    def __init__(self, operation: Callable[..., Any]) -> None:
        self._operation = operation

    # Binding must not resolve: in comparisons Python takes an error of `__get__` to mean that
    # there is no method, and answers by identity (`slot_tp_richcompare` of typeobject.c, 3.13).
    def __get__(self, proxy: Any, owner: type | None = None) -> Callable[..., Any]:
        return self if proxy is None else partial(self, proxy)

    def __call__(self, proxy: Any, /, *args: Any, **kwds: Any) -> Any:
        return self._operation(proxy.__wrapped__, *args, **kwds)


class _Reflected(_Operation):
    def __init__(self, operation: Callable[..., Any]) -> None:
        super().__init__(lambda target, other: operation(other, target))


class _InPlace(_Operation):
    def __call__(self, proxy: Any, /, *args: Any, **kwds: Any) -> Any:
        proxy.__wrapped__ = super().__call__(proxy, *args, **kwds)
        return proxy


class _OnType(_Operation):
    """An operation that is its method, looked up on the target's class."""

    def __init__(self) -> None:
        super().__init__(lambda target, *args: getattr(type(target), self._name)(target, *args))

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name


class _Attribute:
    """An attribute of the target that would otherwise be found in every class."""

    def __init__(self, own: Any = None) -> None:
        self._own = own

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, proxy: Any, owner: type | None = None) -> Any:
        return self._own if proxy is None else getattr(proxy.__wrapped__, self._name)

    def __set__(self, proxy: Any, value: Any) -> None:
        setattr(proxy.__wrapped__, self._name, value)

    def __delete__(self, proxy: Any) -> None:
        delattr(proxy.__wrapped__, self._name)


async def _await(target: Any) -> Any:
    return await target


def _identity(target: Any) -> Any:
    return target


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

    __slots__ = ("__factory__", "__lock", "__owner", "__target__")

    def __init__(self, factory: Callable[[], Any]) -> None:
        self.__factory__ = factory
        self.__lock = Lock()
        self.__owner: int | None = None

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
        return self.__resolve() if target is _MISSING else target

    @__wrapped__.setter
    def __wrapped__(self, target: Any) -> None:
        self.__target__ = target

    @__wrapped__.deleter
    def __wrapped__(self) -> None:
        del self.__target__

    def __resolve(self) -> Any:
        if self.__owner == get_ident():
            raise RecursionError("the factory uses the proxy that it works for")
        with self.__lock:
            if (target := getattr(self, "__target__", _MISSING)) is _MISSING:
                self.__owner = get_ident()
                try:
                    target = self.__target__ = self.__factory__()
                finally:
                    self.__owner = None
        return target

    def __getattr__(self, name: str) -> Any:
        if name == "__target__":
            raise AttributeError(name)
        # Here with `__wrapped__` itself if the factory raised an AttributeError.
        return self.__resolve() if name == "__wrapped__" else getattr(self.__wrapped__, name)

    # As `object` does: first a data descriptor of the class, so that those of subclasses count.
    def __setattr__(self, name: str, value: Any) -> None:
        if _is_data(type(self), name):
            object.__setattr__(self, name, value)
        else:
            setattr(self.__wrapped__, name, value)

    def __delattr__(self, name: str) -> None:
        if _is_data(type(self), name):
            object.__delattr__(self, name)
        else:
            delattr(self.__wrapped__, name)

    def __repr__(self) -> str:
        state = f"of {self.__target__!r}" if self.__resolved__ else f"by {self.__factory__!r}"
        return f"<{type(self).__name__} {state}>"

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return _identity, (self.__wrapped__,)

    __class__ = _Attribute()
    __doc__ = _Attribute(__doc__)
    __module__ = _Attribute(__module__)

    __str__ = _Operation(str)
    __bytes__ = _Operation(bytes)
    __format__ = _Operation(format)
    __int__ = _Operation(int)
    __float__ = _Operation(float)
    __bool__ = _Operation(bool)
    __hash__ = _Operation(hash)
    __round__ = _Operation(round)
    __abs__ = _Operation(abs)
    __fspath__ = _Operation(os.fspath)
    __index__ = _Operation(operator.index)
    __neg__ = _Operation(operator.neg)
    __pos__ = _Operation(operator.pos)
    __invert__ = _Operation(operator.invert)
    __dir__ = _Operation(dir)

    __lt__ = _Operation(operator.lt)
    __le__ = _Operation(operator.le)
    __eq__ = _Operation(operator.eq)
    __ne__ = _Operation(operator.ne)
    __gt__ = _Operation(operator.gt)
    __ge__ = _Operation(operator.ge)

    __len__ = _Operation(len)
    __contains__ = _Operation(operator.contains)
    __getitem__ = _Operation(operator.getitem)
    __setitem__ = _Operation(operator.setitem)
    __delitem__ = _Operation(operator.delitem)
    __iter__ = _Operation(iter)
    __reversed__ = _Operation(reversed)
    __next__ = _Operation(next)
    __call__ = _Operation(operator.call)

    __enter__ = _OnType()
    __exit__ = _OnType()
    __aenter__ = _OnType()
    __aexit__ = _OnType()
    __aiter__ = _Operation(aiter)
    __anext__ = _Operation(anext)
    __await__ = _Operation(lambda target: _await(target).__await__())

    __add__, __radd__ = _Operation(operator.add), _Reflected(operator.add)
    __sub__, __rsub__ = _Operation(operator.sub), _Reflected(operator.sub)
    __mul__, __rmul__ = _Operation(operator.mul), _Reflected(operator.mul)
    __matmul__, __rmatmul__ = _Operation(operator.matmul), _Reflected(operator.matmul)
    __truediv__, __rtruediv__ = _Operation(operator.truediv), _Reflected(operator.truediv)
    __floordiv__, __rfloordiv__ = _Operation(operator.floordiv), _Reflected(operator.floordiv)
    __mod__, __rmod__ = _Operation(operator.mod), _Reflected(operator.mod)
    __divmod__, __rdivmod__ = _Operation(divmod), _Reflected(divmod)
    __pow__, __rpow__ = _Operation(pow), _Reflected(pow)
    __lshift__, __rlshift__ = _Operation(operator.lshift), _Reflected(operator.lshift)
    __rshift__, __rrshift__ = _Operation(operator.rshift), _Reflected(operator.rshift)
    __and__, __rand__ = _Operation(operator.and_), _Reflected(operator.and_)
    __or__, __ror__ = _Operation(operator.or_), _Reflected(operator.or_)
    __xor__, __rxor__ = _Operation(operator.xor), _Reflected(operator.xor)

    __iadd__ = _InPlace(operator.iadd)
    __isub__ = _InPlace(operator.isub)
    __imul__ = _InPlace(operator.imul)
    __imatmul__ = _InPlace(operator.imatmul)
    __itruediv__ = _InPlace(operator.itruediv)
    __ifloordiv__ = _InPlace(operator.ifloordiv)
    __imod__ = _InPlace(operator.imod)
    __ipow__ = _InPlace(operator.ipow)
    __ilshift__ = _InPlace(operator.ilshift)
    __irshift__ = _InPlace(operator.irshift)
    __iand__ = _InPlace(operator.iand)
    __ior__ = _InPlace(operator.ior)
    __ixor__ = _InPlace(operator.ixor)


def _is_data(cls: type, name: str) -> bool:
    """Whether `name` is a data descriptor of the class itself; its metaclass has others."""
    homes = (vars(base) for base in cls.__mro__)
    found = next((home[name] for home in homes if name in home), None)
    return hasattr(type(found), "__set__")
