"""Stand in for an object that is made only when somebody needs it.

Rebuilds `lazy_object_proxy.Proxy`; `request.user` in Django is one of its kind.
It puts off what is slow or not always needed (a connection, a large file, an
import), and whoever gets the proxy need not know: it behaves like the object
in all but `type(proxy)`.

Rules
    1. `Proxy(factory)` calls nothing.  The first use calls `factory()`, once,
       and keeps the result, the target, whatever it is.  `__wrapped__` is the
       target, and reading it is a use.  No uses are: `__factory__`;
       `__resolved__`, whether there is a target; `__target__`, which is the
       target, or an `AttributeError` as long as there is none; `type`; `is`;
       and `repr`, which shows the target's `repr` once there is one.
    2. To read, set or delete any other attribute is to do it to the target,
       whatever its name, `__class__`, `__doc__`, `__module__` and `__dict__`
       included.  So `isinstance` and `vars` see the target, and `dir` does.
    3. A use does to the target what it would do to it without the proxy, with
       the same result or type of error, also where Python falls back on
       another method: `str`, `bytes`, `format`, `int`, `float`, `bool`,
       `hash`, `round`, `abs`, `os.fspath`, use as an index; `-x`, `+x`, `~x`;
       comparisons, on either side; `len`, `in`, `x[key]` and its setting and
       deleting, iteration, `reversed`, `next`; calls, with any keywords.
    4. So do the operators `+ - * @ / // % ** << >> & | ^`, `divmod`, and `pow`
       with a modulus, with a proxy on the left, on the right or on both sides
       (only on the left with a modulus).  In place (`x += 1`), the result
       becomes the target, and the name keeps the proxy.
    5. `with`, `async with`, `async for`, `anext` and `await` do to the target
       what they do to it.  Where it lacks the methods, that is an
       `AttributeError` or a `TypeError`.  To pickle is to pickle the target.
    6. An exception of the factory comes out as it is and leaves the proxy
       without a target, so the next use tries again.  A factory that uses its
       own proxy ends in a `RecursionError`.
    7. To assign to `__wrapped__` replaces the target, or saves the factory the
       work; to delete it leaves the proxy without one, as it was when new.
       `__factory__` may be replaced.  To assign to `__resolved__` is an
       `AttributeError`.
    8. Threads may use and delete at the same time.  Those that meet at the first
       use wait until one of them has called the factory, and get its result;
       if it fails, that one has the error, and the next tries.  They do not
       wait for another proxy's factory, nor where there is a target, nor for
       what rule 1 calls no use.

Left out
    Subclassing, weak references to the proxy, `copy`, buffers, proxies as the
    class in `isinstance`, as a base, or as a function in a class body, and
    `complex`, `math.trunc`, `math.floor` and `math.ceil`.  Which special
    methods `hasattr` and `callable` see is not fixed.  The original differs:
    all threads that meet call the factory, a failing one may be called twice
    in one use, `x.mro = 1` stays in the proxy, and `next` and `__target__` are
    only in its `slots.py`.
"""

from collections.abc import Callable
from typing import Any


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

    def __init__(self, factory: Callable[[], Any]) -> None:
        raise NotImplementedError

    @property
    def __resolved__(self) -> bool:
        """Whether there is a target; asking makes none."""
        raise NotImplementedError

    @property
    def __wrapped__(self) -> Any:
        """The target, made by the factory if there is none.

        Assigning puts another in its place; deleting leaves none.
        """
        raise NotImplementedError

    @__wrapped__.setter
    def __wrapped__(self, target: Any) -> None:
        raise NotImplementedError

    @__wrapped__.deleter
    def __wrapped__(self) -> None:
        raise NotImplementedError
