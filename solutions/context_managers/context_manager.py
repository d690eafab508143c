"""One generator for one block: `__enter__` and `__exit__` are two resumptions of it.

Idea
    The generator stops at its `yield` for as long as the block runs.  Leaving
    the block resumes it, by `next` or by `throw`, and it can only answer by

        ending                        `__exit__` returns True: swallowed
        raising the block's error     returns False; `with` raises it again
        raising any other error       lets it out
        yielding                      RuntimeError, and the generator is closed

Why identity, not type
    `throw` has to raise to say "not handled"; `__exit__` should not raise what
    it was given (Language Reference, "With Statement Context Managers").  So
    the two must be told apart, and a clean-up may fail as the block did.

Why the traceback is put back
    On its way out of `throw`, the error collects the frames of the generator
    and of `__exit__`.  They would stand above the line that failed, and a frame
    that holds an error which holds the frame is a cycle.

Why StopIteration needs a case of its own
    Since PEP 479, one that leaves a generator turns into a RuntimeError with
    the StopIteration as its cause.  The block never meant that, so it is undone,
    but only where the cause is the block's own object.

Why not reuse the generator for a decorated function
    It runs once, so the second call would find it finished; and a function that
    calls itself needs two at a time.  A `partial` makes a new one for each call.

In CPython
    `Lib/contextlib.py` is the same machine.  Its `__enter__` deletes the
    arguments, so since 3.7 entering twice is an AttributeError; the documentation
    shows a RuntimeError.  Closing after a second `yield` came with 3.12.1 and
    3.11.7 (gh-110378), exception groups in `suppress` with 3.12.

Sources
    PEP 343, PEP 479, `Lib/contextlib.py`, `Lib/test/test_contextlib.py`;
    bpo-27122 and bpo-29692 (StopIteration), gh-95882 (traceback).
"""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from functools import partial, wraps
from types import TracebackType
from typing import Any, Generic, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")
_ENDED = object()


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
        self._thing = thing

    def __enter__(self) -> Any:
        return self._thing

    # No `return`: a `close` that returns something true would swallow the error.
    def __exit__(self, *exc_info: object) -> None:
        self._thing.close()


class suppress:  # noqa: N801 - the original's name
    """Context manager that ends its block quietly on any of `exceptions`.

    >>> with suppress(KeyError, IndexError):
    ...     [][1]
    ...     print("not reached")
    """

    # Nothing is written after `__init__`, hence blocks may follow or nest.
    def __init__(self, *exceptions: type[BaseException]) -> None:
        self._exceptions = exceptions

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        exctype: type[BaseException] | None,
        excinst: BaseException | None,
        exctb: TracebackType | None,
    ) -> bool:
        if isinstance(excinst, BaseExceptionGroup):
            # A group whose own type is listed matches as a whole: nothing is left of it.
            _, rest = excinst.split(self._exceptions)
            if rest is not None:
                raise rest
            return True
        return isinstance(excinst, self._exceptions)


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

    # A function, not an object with `__call__`: only a function binds as a method.
    @wraps(func)
    def factory(*args: _P.args, **kwds: _P.kwargs) -> AbstractContextManager[_T]:
        return _GeneratorContextManager(partial(func, *args, **kwds))

    return factory


class _GeneratorContextManager(Generic[_T]):
    """One generator in the role of one `with` block, or the pattern for many."""

    def __init__(self, start: partial[Generator[_T, None, None]]) -> None:
        self._start: partial[Generator[_T, None, None]] | None = start
        # Now, not on entering: wrong arguments must fail where they are written.
        self._generator = start()
        self.__doc__ = start.func.__doc__

    def __enter__(self) -> _T:
        self._unused()
        # The generator has the arguments; it alone decides how long they live.
        self._start = None
        for value in self._generator:
            return value
        raise RuntimeError("generator didn't yield")

    def __exit__(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if typ is None:
            if next(self._generator, _ENDED) is _ENDED:
                return False
        else:
            # `throw(typ)` would make an instance that is never seen here.
            error = typ() if value is None else value
            try:
                self._generator.throw(error)
            except BaseException as answer:
                if answer is error or _is_from_stop(answer, error):
                    error.__traceback__ = traceback
                    return False
                if isinstance(answer, StopIteration):
                    return True
                raise
        try:
            raise RuntimeError("generator didn't stop")
        finally:
            # Its clean-up runs now, and if it fails, both errors are shown.
            self._generator.close()

    def __call__(self, func: Callable[..., Any]) -> Callable[..., Any]:
        start = self._unused()

        @wraps(func)
        def inner(*args: Any, **kwds: Any) -> Any:
            with _GeneratorContextManager(start):
                return func(*args, **kwds)

        return inner

    def _unused(self) -> partial[Generator[_T, None, None]]:
        """Return what starts another generator; raise if this manager has been entered."""
        if self._start is None:
            raise RuntimeError("this context manager has been entered before; make a new one")
        return self._start


def _is_from_stop(answer: BaseException, error: BaseException) -> bool:
    """Say whether `answer` is what a generator makes of `error`, a StopIteration (PEP 479)."""
    return (
        isinstance(error, StopIteration)
        and isinstance(answer, RuntimeError)
        and answer.__cause__ is error
    )
