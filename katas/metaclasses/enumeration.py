"""Turn the values in a class body into the only instances that the class will ever have.

Rebuilds the core of `enum.Enum`.  An enumeration is where most programs meet
a metaclass: `for color in Color`, `Color(1)` and `Color.RED = 5` are all about
a class, and a class does what its own class says.

Rules
    1. Each name assigned in the body of a subclass of `Enum`, by a statement or
       through `vars()`, becomes a member: an instance of the class, with a
       `name` and a `value`.  `repr` shows `<Color.RED: 1>`, `str` and `format`
       show `Color.RED`, and the `repr` of the class is `<enum 'Color'>`.  While
       the body runs, a name has its plain value.  Descriptors (whatever has
       `__get__`, `__set__` or `__delete__`, as functions do), `__dunder__`
       names and private names (`__x`) become ordinary attributes.
    2. A name means one thing: to assign a member's name again, or to make a
       member of a name that has a descriptor, is a `TypeError`.  The name
       `mro` and `_sunder_` names are reserved, except for the two hooks of
       rules 4 and 5: `ValueError`.
    3. The class iterates over its members in the order of their definition,
       forwards and `reversed`; `len` counts them.  A name whose value equals an
       earlier one's is an alias: one more name of the same member, which these
       three leave out.  `__members__` is a read-only mapping of every name to
       its member.  The class is true even if it is empty.
    4. `Color(1)` is the member with that value, hashable or not; `Color(1, 2)`
       means `Color((1, 2))`; `Color(Color.RED)` is `Color.RED`.  For a value
       that no member has, `_missing_` may name a member; None from it becomes
       a `ValueError`, anything else a `TypeError`.  An empty enumeration cannot
       be called: `TypeError`.  `Color["RED"]` goes by name, aliases included,
       or is a `KeyError`.  `in` is true for members and their values, false
       for all else, and does not ask `_missing_`.  An error of a value's own
       `__hash__` comes out, unless it is a `TypeError`.
    5. `auto()` stands for one more than the highest value so far in the body,
       or 1; a `TypeError` if that cannot be computed.  `a = b = auto()` is one
       value.  `_generate_next_value_(name, start, count, last_values)`, a
       function with or without `@staticmethod` (static in the class either
       way), defined before the members or in a base, computes the value
       instead: `start` is 1, `last_values` is a new list of the values so far,
       `count` their number.
    6. Members are final.  To assign or delete one on the class, or its `name`
       or `value`, is an `AttributeError`; other attributes of the class may
       change.  A subclass of an enumeration with members is a `TypeError`.
       `copy`, `deepcopy` and `pickle` (by value) give the member itself.
    7. Members are made in order, each once and before it can turn out to be an
       alias, by `__new__` and then `__init__` of the class, if it has them.
       Both get the value, a tuple as several arguments.  `__new__` may set
       `_value_`; `name` and `value` are there for `__init__`.  A data type,
       which is a class with a `__new__`, before `Enum` in the bases (`class
       Color(str, Enum)`) makes members instances of it, and `value` what it
       makes of the arguments; for `tuple` they are one argument.  What it says
       of `repr`, `str`, `format` and pickling does not count, unless the body
       says so, too.  The last base must be an enumeration: otherwise
       `TypeError`.  `__init_subclass__` gets the keywords of the class
       statement.
    8. A member may have a name that a base has, too.  The class then gives the
       member.  If the base's is a `types.DynamicClassAttribute`, as `name` and
       `value` are, members still give that attribute, and a class without such
       a member has none.

Left out
    The functional API, `Flag`, `property`, `member`, `nonmember`, `unique`,
    `verify`, `_ignore_`, `_order_`, `auto()` inside a tuple, dataclasses as
    data types, what becomes of a class nested in the body, and what `dir`
    shows.  Where versions differ, this is 3.13: before 3.12, `in` takes members
    only and calls take one value; before 3.13, `auto()` follows the last value.
"""

from collections.abc import Iterator
from types import DynamicClassAttribute, MappingProxyType
from typing import Any


class auto:  # noqa: N801  the original's name
    """Placeholder for the next value, resolved where it is assigned in the body.

    >>> class Weekday(Enum):
    ...     MONDAY = auto()
    ...     TUESDAY = auto()
    >>> Weekday.TUESDAY
    <Weekday.TUESDAY: 2>
    """


class EnumType(type):
    """The type of enumerations: it makes the members, and is what `len(Color)` or `Color(1)` call.

    >>> class Color(Enum):
    ...     RED = 1
    ...     BLUE = 2
    >>> Color(2), Color["RED"], len(Color), 3 in Color
    (<Color.BLUE: 2>, <Color.RED: 1>, 2, False)
    """

    def __call__(cls, value: Any, *values: Any) -> Any:
        """Return the member with this value; a member is returned as it is.

        Several arguments stand for the tuple of them.  Costs O(1), or O(n) if the value
        cannot be hashed.

        Raises:
            ValueError: no member has the value, and `_missing_` knows none.
            TypeError: there are no members, or `_missing_` returned something else.
        """
        raise NotImplementedError

    def __contains__(cls, value: Any) -> bool:
        """Return whether `value` is a member or the value of one."""
        raise NotImplementedError

    def __getitem__(cls, name: str) -> Any:
        """Return the member, or the alias, called `name`.

        Raises:
            KeyError: there is none.
        """
        raise NotImplementedError

    def __iter__(cls) -> Iterator[Any]:
        """Iterate over the members in the order of their definition, without aliases."""
        raise NotImplementedError

    def __reversed__(cls) -> Iterator[Any]:
        """Iterate over the members in reverse."""
        raise NotImplementedError

    def __len__(cls) -> int:
        """Return the number of members, without aliases."""
        raise NotImplementedError

    @property
    def __members__(cls) -> MappingProxyType[str, Any]:
        """A read-only view of all names, aliases included, with their members."""
        raise NotImplementedError


class Enum(metaclass=EnumType):
    """Base of enumerations: a subclass with values in its body has these as its members.

    >>> class Color(Enum):
    ...     RED = 1
    ...     CRIMSON = 1
    ...     BLUE = 2
    >>> list(Color)
    [<Color.RED: 1>, <Color.BLUE: 2>]
    >>> Color.CRIMSON is Color.RED, Color.RED.name, Color.RED.value, str(Color.RED)
    (True, 'RED', 1, 'Color.RED')
    """

    def __init_subclass__(cls, **kwds: Any) -> None:
        """Configure a new enumeration: a hook for bases to override, which does nothing here.

        Raises:
            TypeError: the class statement has keywords.
        """
        raise NotImplementedError

    @DynamicClassAttribute
    def name(self) -> str:
        """The name of the member."""
        raise NotImplementedError

    @DynamicClassAttribute
    def value(self) -> Any:
        """The value of the member."""
        raise NotImplementedError

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[Any]) -> Any:
        """Return the value for `auto()`: one more than the highest so far, or `start`.

        Raises:
            TypeError: the values so far have no highest, or it is not a number.
        """
        raise NotImplementedError

    @classmethod
    def _missing_(cls, value: Any) -> Any:
        """Return the member to take for `value`, which no member has; None if there is none."""
        raise NotImplementedError
