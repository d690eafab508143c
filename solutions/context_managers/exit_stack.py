"""One `with` statement, run once for each exit: its block raises what is pending.

Idea
    Nested `with` statements cannot be written for a number that is known only
    at run time.  But the way out of a nest visits one manager after the other,
    and each sees no more than one error come out of the block inside it:

        with a:                  pending = the error of the block, or None
            with b:              with c: raise pending    → pending
                with c:          with b: raise pending    → pending
                    block        with a: raise pending    → pending

    What comes out of one is raised in the next.  So `with` itself decides what
    a result means, passes the triple, and chains the contexts.

Why context and traceback are put back
    `raise` notes the error handled around it as the context, here that of the
    block, and its own line in the traceback.  Neither would be in a real nest.

Why a swallowed error has to be cut off
    The `with` round the stack handles the error of the block until `__exit__`
    returns, and Python code cannot lift that (gh-89524).  So what is raised
    after it was swallowed still gets it as context.

Why not repair the contexts afterwards
    If nothing is handled, there is none to correct, and a missing one may also
    have been removed on purpose.

Why `_leave` is a function, and why `del`
    A traceback holds the frames that its error passed, and they those that
    called them.  If a name there holds the error, all wait for the collector.

In CPython
    `Lib/contextlib.py` (3.11 to 3.13) repairs afterwards, as the other design: so
    both raise less, and are quicker with an error.  If the block ended well, it
    loses all but the last (gh-102201); one raised again is its own context.

Sources
    The library reference on `ExitStack`; `Lib/contextlib.py`, 3.11 to 3.13, and
    its tests; gh-88760 (removed contexts), bpo-20317 (endless chains).
"""

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
        pending = block_error
        # Not a loop over a copy: an exit may register more, or take the rest away.
        while self._exits:
            pending = _leave(self._exits.pop(), pending, block_error)
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


class _Leaving:
    """The way out of one manager, as a manager for `with`: entering does nothing."""

    def __init__(self, exit: Callable[..., Any]) -> None:
        self._exit = exit

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc_details: object) -> bool:
        return self._exit(*exc_details)  # type: ignore[no-any-return]


def _leave(
    exit: Callable[..., Any], pending: BaseException | None, block_error: BaseException | None
) -> BaseException | None:
    """Call `exit` as at the end of a block that `pending` came out of; return what comes out."""
    try:
        with _Leaving(exit):
            if pending is not None:
                context, traceback = pending.__context__, pending.__traceback__
                try:
                    raise pending
                finally:
                    pending.__context__, pending.__traceback__ = context, traceback
    except BaseException as error:  # noqa: BLE001 - also an interrupt goes from exit to exit
        if pending is None:
            _cut_off(block_error, error)
        return error
    return None


def _cut_off(swallowed: BaseException | None, error: BaseException) -> None:
    """Remove `swallowed` from the end of the contexts of `error`."""
    end: BaseException | None = error
    while end is not None:
        if end.__context__ is swallowed:
            end.__context__ = None
        end = end.__context__
