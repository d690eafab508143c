"""Turn a generator into a context manager: set up, `yield`, clean up.

Rebuilds `contextmanager`, `closing` and `suppress` from `contextlib`.  The last
two are classes of a few lines, the protocol in its plainest form.  The first
lets one function with one `yield` stand for such a class, and has to carry each
way of leaving a block into a generator and each answer back out.

Rules
    1. `closing(thing)` binds `thing` and calls `thing.close()` once when the
       block ends, however it ends.  It swallows no error, whatever `close`
       returns.
    2. `suppress(*exceptions)` binds None, and ends the block quietly if it
       raises one of `exceptions` or of their subclasses; any other error goes
       on as it is.  One instance may be used again and again, also inside itself.
    3. `contextmanager(func)` makes a factory of a generator function.  Calling
       it passes on all arguments, whatever their names, and runs nothing of the
       body yet; a call that does not fit the signature is a `TypeError` then and
       there.  Entering the manager runs the body up to its `yield` and binds the
       value yielded; leaving the block runs the rest.  The factory looks like
       `func` (`functools.wraps`), also as a method, and each manager has the
       docstring of `func`.
    4. An error in the block is raised at the `yield`, as the same object.  If
       the generator lets it out, it goes on as the same object; if the generator
       ends instead, with whatever `return` value, the error is swallowed; if the
       generator raises another error, that one comes out, with the error of the
       block as its context.  `__exit__` returns a true value if it has swallowed
       an error, and only then.  Called with an error type but no value, it makes
       an instance.
    5. The generator must yield exactly once.  Entering one that does not yield
       is a `RuntimeError`; so is leaving the block, with an error (which becomes
       its context) or without, if it yields again.  The generator is closed then.
    6. A manager is also a decorator: each call of the decorated function runs in
       a block of its own, of a fresh generator made with the same arguments, and
       the function keeps its arguments, result, and looks.  The manager itself
       serves one block.  To enter it again, or to call a function decorated with
       it after that, raises (`RuntimeError` in the documentation of `contextlib`,
       `AttributeError` in its code since 3.7; both are right) and runs nothing of
       the generator.  Once entered, it keeps no argument alive.
    7. An error that the generator lets out goes on as if there were no manager:
       `__exit__` returns a false value and does not raise it, and its traceback,
       cause and context are what they were.  This holds for a `StopIteration`
       from the block, too, though one that leaves a generator becomes a
       `RuntimeError` (PEP 479); a `RuntimeError` that the generator raises from
       it cannot be told apart and counts as the same.  All other errors that the
       generator raises come out, whatever the block raised.
    8. If a block under `suppress` raises an exception group, the members that
       would be suppressed leave it, at any depth.  If none are left, the block
       ends quietly; otherwise a group of the rest is raised, divided as
       `BaseExceptionGroup.split` does.

Left out
    The asynchronous forms; `ContextDecorator` and `AbstractContextManager` as
    classes of their own; `nullcontext`, the redirections, `chdir` and
    `ExitStack`.  Rule 8 is that of 3.12 and later; it holds here on 3.11, too.
"""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


class closing:  # noqa: N801 - the original's name
    """Context manager that closes `thing` at the end of the block.

    >>> class Door:
    ...     def close(self):
    ...         print("closed")
    >>> with closing(Door()):
    ...     print("open")
    open
    closed
    """

    def __init__(self, thing: Any) -> None:
        raise NotImplementedError

    def __enter__(self) -> Any:
        raise NotImplementedError

    def __exit__(self, *exc_info: object) -> None:
        raise NotImplementedError


class suppress:  # noqa: N801 - the original's name
    """Context manager that ends its block quietly on any of `exceptions`.

    >>> with suppress(KeyError, IndexError):
    ...     [][1]
    ...     print("not reached")
    """

    def __init__(self, *exceptions: type[BaseException]) -> None:
        raise NotImplementedError

    def __enter__(self) -> None:
        raise NotImplementedError

    def __exit__(
        self,
        exctype: type[BaseException] | None,
        excinst: BaseException | None,
        exctb: TracebackType | None,
    ) -> bool:
        raise NotImplementedError


def contextmanager(
    func: Callable[_P, Generator[_T, None, None]],
) -> Callable[_P, AbstractContextManager[_T]]:
    """Return a factory of context managers that run `func`, which yields once.

    >>> @contextmanager
    ... def pushed(stack, item):
    ...     stack.append(item)
    ...     try:
    ...         yield len(stack)
    ...     finally:
    ...         stack.pop()
    >>> stack = ["a"]
    >>> with pushed(stack, "b") as depth:
    ...     print(depth, stack)
    2 ['a', 'b']
    >>> stack
    ['a']

    Raises:
        TypeError: by the factory, if `func` cannot be called with its arguments.
        RuntimeError: by the manager, if the generator does not yield exactly once.
    """
    raise NotImplementedError
