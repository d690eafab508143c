"""A manager that is a recipe until it is entered: the generator starts as late as it can.

Idea
    The factory binds the arguments to the signature, which finds a wrong call
    as early as calling would, and keeps the call for later.  Entering swaps the
    recipe for one that only complains; so a used manager needs no flag, and
    forgets its arguments by the same assignment.

        made       recipe: func(*args)     generator: none
        entered    recipe: complain        generator: waiting at its `yield`
        decorator  one new manager for each call, of the same recipe

Why one would choose it
    Where most managers decorate, or wait long for their block: until then there
    is no generator, hence no frame, and nothing to close if the block never
    comes.  The price is `inspect.signature`: about ten times slower than the call
    itself, and unknown for a few callables written in C.

Why a clause for each type
    As in `Lib/contextlib.py`: an `except` clause for each way in which the
    generator may answer.  It is longer than asking for identity first, but each
    clause can be read, and commented, by itself.
"""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from functools import partial, wraps
from inspect import signature
from types import TracebackType
from typing import Any, Generic, NoReturn, ParamSpec, TypeVar

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

    def __exit__(self, *exc_info: object) -> None:
        self._thing.close()


class suppress:  # noqa: N801 - the original's name
    """Context manager that ends its block quietly on any of `exceptions`.

    >>> with suppress(KeyError, IndexError):
    ...     [][1]
    ...     print("not reached")
    """

    def __init__(self, *exceptions: type[BaseException]) -> None:
        self._exceptions = exceptions

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        exctype: type[BaseException] | None,
        excinst: BaseException | None,
        exctb: TracebackType | None,
    ) -> bool:
        if exctype is None:
            return False
        if issubclass(exctype, self._exceptions):
            return True
        if not isinstance(excinst, BaseExceptionGroup):
            return False
        listed, rest = excinst.split(self._exceptions)
        if listed is not None and rest is not None:
            raise rest
        # Either nothing is left of the group, or it goes on as it came.
        return rest is None


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
    parameters = signature(func)

    @wraps(func)
    def factory(*args: _P.args, **kwds: _P.kwargs) -> AbstractContextManager[_T]:
        parameters.bind(*args, **kwds)
        return _Recipe(partial(func, *args, **kwds), func.__doc__)

    return factory


class _Recipe(Generic[_T]):
    """A context manager for one block, which makes its generator on entering."""

    def __init__(self, recipe: Callable[[], Generator[_T, None, None]], doc: str | None) -> None:
        self._recipe = recipe
        self.__doc__ = doc

    def __enter__(self) -> _T:
        # In one statement: a local name for the recipe would hold the arguments.
        self._generator, self._recipe = self._recipe(), _complain
        try:
            return next(self._generator)
        except StopIteration:
            raise RuntimeError("the generator ended without a yield") from None

    def __exit__(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if typ is None:
            return self._leave()
        return self._leave_with(typ() if value is None else value, traceback)

    def __call__(self, func: Callable[..., Any]) -> Callable[..., Any]:
        recipe, doc = self._recipe, self.__doc__

        @wraps(func)
        def inner(*args: Any, **kwds: Any) -> Any:
            with _Recipe(recipe, doc):
                return func(*args, **kwds)

        return inner

    def _leave(self) -> bool:
        if next(self._generator, _ENDED) is not _ENDED:
            self._refuse()
        return False

    def _leave_with(self, error: BaseException, traceback: TracebackType | None) -> bool:
        try:
            self._generator.throw(error)
        except StopIteration:
            # Never the block's own: that one leaves a generator as a RuntimeError.
            return True
        except RuntimeError as other:
            from_stop = isinstance(error, StopIteration) and other.__cause__ is error
            if other is not error and not from_stop:
                raise
        except BaseException as other:
            if other is not error:
                raise
        else:
            self._refuse()
        error.__traceback__ = traceback
        return False

    def _refuse(self) -> NoReturn:
        try:
            raise RuntimeError("the generator yielded more than once")
        finally:
            self._generator.close()


def _complain() -> NoReturn:
    raise RuntimeError("a manager serves one block; make another by calling the factory")
