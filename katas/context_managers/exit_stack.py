"""Leave any number of context managers and callbacks at the end of one block.

Rebuilds `contextlib.ExitStack`.  A `with` statement names its managers in the
source; often how many there are, or whether one is needed at all, is known only
when the program runs.  A stack takes them one by one, and at the end behaves as
if each had been entered in a `with` statement nested in those before.

Rules
    1. `with ExitStack() as stack` binds the stack.  `stack.callback(func, /,
       *args, **kwds)` registers the call `func(*args, **kwds)`, whatever the
       names of the arguments, and returns `func`, so that it serves as a
       decorator.  When the block ends, however it ends, all that is registered
       runs once each, last in, first out.  What a callback returns is ignored.
    2. `stack.push(exit)` registers an exit and returns `exit`: an object whose
       type has `__exit__`, which is not entered, or else something that is called
       like `__exit__`.  An exit gets the type, the error and its traceback, or
       None three times if there is no error.  If it returns a true value, the
       error is swallowed.  As all special methods, `__exit__` is looked up on the
       type, and that when it is pushed.
    3. `stack.enter_context(cm)` enters `cm` as `with` does: `__enter__` and
       `__exit__` are looked up on the type before either runs, and without one of
       them it is a `TypeError`.  It returns what `__enter__` returned.  Only what
       was entered will be left: if `__enter__` fails, its error goes on as it is,
       to those who entered before.
    4. Each exit gets what the ones before it have left: None three times if one
       has swallowed the error, another error if one has raised it.  All run,
       whatever is raised.  The last error comes out; one that all exits let pass
       goes on as the same object, its traceback, context and cause as they were.
       `__exit__` returns a true value if it was given an error and none is left,
       and only then.
    5. `close()` leaves everything at once, with no error; `pop_all()` moves
       everything to a new stack of the same type, and runs nothing.  In both
       cases this one is empty then, and can be used again.  What an exit
       registers while the stack is left runs next.  The number of exits is not
       limited by the depth of recursion.
    6. If the block fails, errors are chained as in nested `with` statements: an
       error that an exit raises has the one that the exit was given at the end of
       its contexts, and so on, down to the error of the block and behind that one
       that is handled round the `with`.  Contexts that an error has from inside
       its exit come first, however the block ended.
    7. An error that was swallowed is not among the contexts of later ones.  A
       context that the exit itself has removed stays removed, and `raise ... from`
       is untouched, however the block ended.  An exit that raises the error of
       the block again, when that is pending or nothing is, changes no context.

Left out
    `AsyncExitStack`.  What `sys.exception()` gives in an exit.  Reference cycles.
    The contexts where the original, up to 3.13, is not like nested `with`
    statements: if the block ended well, it does not chain the errors of exits to
    each other (gh-102201); there, and once the error of the block was swallowed,
    it loses an error that is handled round the `with`; and an exit may not raise
    again what another exit has raised.  In these cases a stack may do as the
    original or as nested statements.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import ParamSpec, Self, TypeVar

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
        raise NotImplementedError

    def __enter__(self) -> Self:
        raise NotImplementedError

    def __exit__(self, *exc_details: object) -> bool:
        raise NotImplementedError

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
        raise NotImplementedError

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
        raise NotImplementedError

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
        raise NotImplementedError

    def pop_all(self) -> Self:
        """Move everything that is registered to a new stack, and return that.

        >>> with ExitStack() as stack:
        ...     _ = stack.callback(print, "leaving")
        ...     rest = stack.pop_all()
        >>> rest.close()
        leaving
        """
        raise NotImplementedError

    def close(self) -> None:
        """Leave everything that is registered, now."""
        raise NotImplementedError
