"""The way of the original: call the exits one by one, and repair the contexts afterwards.

Idea
    While the stack is left, the interpreter takes the error that the `with` outside
    handles for the context of whatever an exit raises.  That link is easy to find,
    and to turn to the error that the exit was given:

        block raises E; an exit raised N, the next one raises M

        the interpreter    M → E          N → E
        repaired           M → N → E

    If nothing is handled, there is no such link, and it does nothing: after a block
    that ended well, an error of an exit replaces the one before it without a trace.

Why one would choose it
    It follows `Lib/contextlib.py`, and raises nothing on its own but the error that
    comes out: debuggers and tracers see only what really happened, and to pass an
    exit costs little more with an error than without.  The price: it has to know
    what the interpreter does, and `sys.exception()` in an exit shows the error of
    the block, not the one that is pending.
"""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import MethodType
from typing import Any, ParamSpec, Self, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


class ExitStack:
    """Context manager that leaves any number of others, last in, first out.

    Registering costs O(1), and so does `pop_all`.

    >>> with ExitStack() as stack:
    ...     for name in ("first", "second"):
    ...         _ = stack.callback(print, "leaving", name)
    ...     print("in the block")
    in the block
    leaving second
    leaving first
    """

    def __init__(self) -> None:
        self._exits: list[Callable[..., Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_details: object) -> bool:
        block_error: Any
        _, block_error, _ = exc_details
        handled = sys.exception()
        pending = block_error
        while self._exits:
            pending = _leave(self._exits.pop(), pending, handled)
        if pending is block_error:
            return False
        if pending is None:
            return True
        context = pending.__context__
        try:
            raise pending
        finally:
            pending.__context__ = context
            # Its traceback holds this frame.
            del context, pending

    def push(self, exit: _T) -> _T:
        """Register `exit`, a manager or a function called like `__exit__`, and return it.

        A manager is not entered.

        >>> def report(kind, error, traceback):
        ...     print("got", repr(error))
        ...     return True
        >>> with ExitStack() as stack:
        ...     _ = stack.push(report)
        ...     raise ValueError("v")
        got ValueError('v')
        """
        leave = getattr(type(exit), "__exit__", None)
        self._exits.append(exit if leave is None else MethodType(leave, exit))  # type: ignore[arg-type]
        return exit

    def enter_context(self, cm: AbstractContextManager[_T]) -> _T:
        """Enter `cm`, register its `__exit__`, and return what `__enter__` returned.

        >>> from io import StringIO
        >>> with ExitStack() as stack:
        ...     file = stack.enter_context(StringIO("text"))
        ...     print(file.read(), file.closed)
        text False
        >>> file.closed
        True

        Raises:
            TypeError: `cm` is not a context manager.
        """
        kind = type(cm)
        # Both before either is called, as `with` does.
        enter, leave = (getattr(kind, name, None) for name in ("__enter__", "__exit__"))
        if enter is None or leave is None:
            raise TypeError(f"a {kind.__qualname__!r} object is not a context manager")
        value: _T = enter(cm)
        self._exits.append(MethodType(leave, cm))
        return value

    def callback(
        self, callback: Callable[_P, _T], /, *args: _P.args, **kwds: _P.kwargs
    ) -> Callable[_P, _T]:
        """Register the call `callback(*args, **kwds)`, and return `callback`.

        >>> with ExitStack() as stack:
        ...     registered = stack.callback(print, "good", "bye", sep="-")
        ...     print(registered is print)
        True
        good-bye
        """

        # No `return`: a callback does not know of errors, so it must swallow none.
        def call(*_: object) -> None:
            callback(*args, **kwds)

        self._exits.append(call)
        return callback

    def pop_all(self) -> Self:
        """Move everything that is registered to a new stack, and return that.

        >>> with ExitStack() as stack:
        ...     _ = stack.callback(print, "leaving")
        ...     rest = stack.pop_all()
        >>> rest.close()
        leaving
        """
        other = type(self)()
        other._exits = self._exits  # noqa: SLF001 - a stack of our own
        self._exits = []
        return other

    def close(self) -> None:
        """Leave everything that is registered, now."""
        self.__exit__(None, None, None)


def _leave(
    exit: Callable[..., Any], pending: BaseException | None, handled: BaseException | None
) -> BaseException | None:
    """Call `exit` while `handled` is handled; return what is pending then, its contexts right."""
    context = None if pending is None else pending.__context__
    try:
        if pending is None:
            exit(None, None, None)
        elif not exit(type(pending), pending, pending.__traceback__):
            return pending
    except BaseException as error:  # noqa: BLE001 - also an interrupt goes from exit to exit
        if error is pending:
            error.__context__ = context
        else:
            _repair(error, handled, pending)
        return error
    return None


def _repair(
    error: BaseException, handled: BaseException | None, expected: BaseException | None
) -> None:
    """Put `expected` where the interpreter put `handled`, at the end of the contexts of `error`."""
    end: BaseException = error
    while (context := end.__context__) is not None and context is not expected:
        if context is handled:
            end.__context__ = expected
            return
        end = context
