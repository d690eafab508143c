"""Let the class of the first argument choose the function that is called.

Rebuilds `functools.singledispatch` (PEP 443): a function to which anyone can add
a case for a class, also for classes that they did not write, without a chain of
`isinstance` and without a method in each class.  Finding the right case is the
question that a method call asks, with one more party to it: abstract base
classes, which a class may fit without inheriting from them.

Rules
    1. `singledispatch(func)` makes a generic function.  As long as nothing is
       registered, it passes each call on to `func`: all arguments, whatever their
       names, the result and the errors.  It looks like `func` (`functools.wraps`;
       `func` may be any callable) and is a method if it stands in a class.
       A call without a positional argument is a `TypeError` and calls nothing.
    2. `register(cls, func)`, an attribute of the generic function, makes `func`
       the implementation for the class `cls` in place of any earlier one, and
       returns `func` itself.  `register(cls)` returns a decorator that does the
       same; so such decorators can be stacked.  The decorated function is the
       implementation for `object`, and can be replaced as well.
    3. A call goes to the implementation for the class that the first argument
       says it has (`__class__`), or else for the first class of its MRO that has
       one, in whatever order they were registered.  `dispatch(cls)` returns
       the implementation for instances of `cls`.  `registry` is a read-only
       mapping from all registered classes to their functions, and keeps up.
    4. `register(func)` takes the class from the annotation of the first parameter
       of `func`: a class, None for its type, or a string that names it.  In the
       place of a class, here and in rule 2, may stand a union (`X | Y`,
       `typing.Union`) of classes, which means each of them.  Anything else, and
       a function without annotations, is a `TypeError` that registers nothing.
    5. A registered ABC counts as well for a class that only fits it (by
       `issubclass`) and does not inherit from it.  It stands in the MRO as if
       the class that brings it in (it fits, and none of its bases does) had it
       among its bases: behind those up to the last one that is itself made
       by `ABCMeta`, ahead of the other ones.  An ABC always stands ahead of the
       classes that it inherits from.
    6. If two ABCs by rule 5 come first, at the same place of the MRO, and neither
       is a subclass of the other, dispatching is a `RuntimeError`, each time.
    7. The generic function remembers what it has found for a class: the same
       class once more asks no registered type anything (`isinstance`,
       `issubclass`).  Whatever is registered later is noticed at once, with it or
       with an ABC (`ABCMeta.register`).  It keeps no class alive that it only
       dispatched.

Left out
    `singledispatchmethod`.  An ABC that two branches of a hierarchy bring in, one
    that lists its bases in another order than a class that fits it, and a class
    that names an ancestor of one of its bases among its bases: there the original
    itself leaves the MRO, and nothing here asks.  The texts of errors: only
    CPython's own tests read them.  Two faults of the original, up to 3.13, which
    one may have or not: if the first parameter has no annotation, or is
    positional-only, it takes the first annotation that it finds, be it of another
    parameter or of the result; and what an ABC gains that was registered in a
    union only, it notices after the next registration.
"""

from collections.abc import Callable
from typing import Any


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
    raise NotImplementedError
