"""A namespace that takes notes, and a metaclass that turns the notes into instances.

Idea
    A class statement calls the metaclass twice and runs the body in between,
    in a namespace that the first call supplies:

        __prepare__("Color", (Enum,))    ->  a _Namespace
        the body:  RED = 1               ->  namespace["RED"] = 1
                   def hex(self): ...    ->  namespace["hex"] = <function>
        __new__(..., namespace)          ->  class Color without RED,
                                             then Color.RED = <member>

    Only the namespace sees that a name is set twice; a dictionary forgets it.
    Only after `type.__new__` is there a class to make members of, so values
    are held back until then, and `RW = R | W` in the body works on integers.

Why lookup lives in the metaclass
    Special methods are looked up on the type: `Color(1)` is a call of
    `type(Color).__call__`, and so are `len`, `in` and `[]`.  That is also the
    trap: with `__len__` alone, an empty enumeration would be false.

Why names like `_member_map_`
    Anything else may be a member's name.  `_sunder_` names are refused in
    bodies; helpers that a member could hide are functions of the module.

Why `__deepcopy__`, when `__reduce_ex__` makes copies find the member
    It would copy the value first.  The copy of a value that equals only itself
    finds nothing.  Pickled by value, such a member fails in CPython, too.

Why `__getattr__`
    A `DynamicClassAttribute` is a property for instances and raises
    `AttributeError` for the class, which sends Python to the metaclass's
    `__getattr__`.  It is what lets a member be called `value`.

In CPython
    `Lib/enum.py`: since 3.11 members are made by `__set_name__` of stand-ins
    in the class dictionary, so that `__init_subclass__` sees them; since 3.12
    a descriptor, `enum.property`, does what `__getattr__` did before.
"""

import re
from collections import UserDict
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from types import DynamicClassAttribute, MappingProxyType
from typing import Any

_DUNDER = re.compile(r"__[^_](.*[^_])?__")
_SUNDER = re.compile(r"_[^_](.*[^_])?_")


class auto:  # noqa: N801  the original's name
    """Placeholder for the next value, resolved where it is assigned in the body.

    >>> class Weekday(Enum):
    ...     MONDAY = auto()
    ...     TUESDAY = auto()
    >>> Weekday.TUESDAY
    <Weekday.TUESDAY: 2>
    """


# Not below with the other helpers: the statement `class Enum` needs it.
class _Namespace(UserDict[str, Any]):
    """What a body assigns; `raw` has the values that are to become members.

    A `UserDict`, since `dict.update` would go round `__setitem__`: `vars().update(...)`
    in a body defines members, too.
    """

    def __init__(self, class_name: str, bases: tuple[Any, ...]) -> None:
        super().__init__()
        self.raw: dict[str, Any] = {}
        self._private = f"_{class_name}__"
        self._resolved: dict[auto, Any] = {}
        if bases:
            self["_generate_next_value_"] = bases[-1]._generate_next_value_

    def __setitem__(self, name: str, value: Any) -> None:
        plain = not any(hasattr(value, method) for method in ("__get__", "__set__", "__delete__"))
        if name == "_generate_next_value_":
            value = staticmethod(value)
        # Private names first: `_Color__x_` also looks like a reserved one.
        elif name.startswith(self._private) or name == "_missing_" or _DUNDER.fullmatch(name):
            pass
        elif _SUNDER.fullmatch(name) or name == "mro":
            raise ValueError(f"the name {name} is reserved")
        elif name in self.raw or (plain and name in self):
            raise TypeError(f"{name!r} already defined as {self[name]!r}")
        elif plain:
            if isinstance(value, auto):
                # `a = b = auto()` assigns one object twice: one value, hence an alias.
                if value not in self._resolved:
                    seen = list(self.raw.values())
                    self._resolved[value] = self["_generate_next_value_"](name, 1, len(seen), seen)
                value = self._resolved[value]
            self.raw[name] = value
        super().__setitem__(name, value)


class EnumType(type):
    """The type of enumerations: it makes the members, and is what `len(Color)` or `Color(1)` call.

    >>> class Color(Enum):
    ...     RED = 1
    ...     BLUE = 2
    >>> Color(2), Color["RED"], len(Color), 3 in Color
    (<Color.BLUE: 2>, <Color.RED: 1>, 2, False)
    """

    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], /, **kwds: Any) -> MutableMapping:
        """Return the namespace for the body of the class called `name`.

        Raises:
            TypeError: a base has members already, or the last base is no enumeration.
        """
        for base in bases:
            if isinstance(base, EnumType) and base._member_map_:
                raise TypeError(f"<enum {name!r}> cannot extend {base!r}: it has members")
        if bases and not isinstance(bases[-1], EnumType):  # without bases it is Enum itself
            raise TypeError(f"the last base of {name} must be an enumeration")
        return _Namespace(name, bases)

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: Any, /, **kwds: Any) -> Any:
        """Make the class, then a member of each value that its body assigned."""
        types: Any = (getattr(base, "_member_type_", base) for base in bases)
        kind = next((kind for kind in types if kind.__new__ is not object.__new__), object)
        body = {key: value for key, value in namespace.items() if key not in namespace.raw}
        # Names without aliases, members by name, members by value where that can be hashed.
        body.update(_member_names_=[], _member_map_={}, _value2member_map_={}, _member_type_=kind)
        enumeration: Any = super().__new__(cls, name, bases, body, **kwds)
        # The data type stands before Enum in the bases; what it defines would hide Enum's.
        for method in ("__repr__", "__str__", "__format__", "__reduce_ex__"):
            if method not in body and getattr(enumeration, method) is getattr(kind, method):
                setattr(enumeration, method, getattr(bases[-1], method))
        for member, value in namespace.raw.items():
            _add_member(enumeration, member, value)
        return enumeration

    def __bool__(cls) -> bool:
        return True

    def __call__(cls, value: Any, *values: Any) -> Any:
        """Return the member with this value; a member is returned as it is.

        Several arguments stand for the tuple of them.  Costs O(1), or O(n) if the value
        cannot be hashed.

        Raises:
            ValueError: no member has the value, and `_missing_` knows none.
            TypeError: there are no members, or `_missing_` returned something else.
        """
        value = (value, *values) if values else value
        if isinstance(value, cls):
            return value
        if not cls._member_map_:
            raise TypeError(f"{cls!r} has no members")
        if (member := _find(cls, value)) is None:
            member = cls._missing_(value)
        if member is None:
            raise ValueError(f"{value!r} is not a valid {cls.__qualname__}")
        if not isinstance(member, cls):
            raise TypeError(f"{cls.__qualname__}._missing_ returned {member!r}")
        return member

    def __contains__(cls, value: Any) -> bool:
        """Return whether `value` is a member or the value of one."""
        return isinstance(value, cls) or _find(cls, value) is not None

    def __getitem__(cls, name: str) -> Any:
        """Return the member, or the alias, called `name`.

        Raises:
            KeyError: there is none.
        """
        return cls._member_map_[name]

    def __iter__(cls) -> Iterator[Any]:
        """Iterate over the members in the order of their definition, without aliases."""
        return (cls._member_map_[name] for name in cls._member_names_)

    def __reversed__(cls) -> Iterator[Any]:
        """Iterate over the members in reverse."""
        return (cls._member_map_[name] for name in reversed(cls._member_names_))

    def __len__(cls) -> int:
        """Return the number of members, without aliases."""
        return len(cls._member_names_)

    def __repr__(cls) -> str:
        return f"<enum {cls.__name__!r}>"

    @property
    def __members__(cls) -> MappingProxyType[str, Any]:
        """A read-only view of all names, aliases included, with their members."""
        return MappingProxyType(cls._member_map_)

    def __getattr__(cls, name: str) -> Any:
        if name not in cls._member_map_:
            raise AttributeError(f"{cls!r} has no attribute {name!r}")
        return cls._member_map_[name]

    def __setattr__(cls, name: str, value: Any) -> None:
        if name in cls._member_map_:
            raise AttributeError(f"{cls.__name__}.{name} is a member; it cannot be reassigned")
        super().__setattr__(name, value)

    def __delattr__(cls, name: str) -> None:
        if name in cls._member_map_:
            raise AttributeError(f"{cls.__name__}.{name} is a member; it cannot be deleted")
        super().__delattr__(name)


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

    _name_: str
    _value_: Any

    def __init_subclass__(cls, **kwds: Any) -> None:
        """Configure a new enumeration: a hook for bases to override, which does nothing here.

        Raises:
            TypeError: the class statement has keywords.
        """
        super().__init_subclass__(**kwds)

    # `object.__init__` would refuse the values that members are made with.
    def __init__(self, *args: Any, **kwds: Any) -> None:
        pass

    @DynamicClassAttribute
    def name(self) -> str:
        """The name of the member."""
        return self._name_

    @DynamicClassAttribute
    def value(self) -> Any:
        """The value of the member."""
        return self._value_

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[Any]) -> Any:  # noqa: ARG004
        """Return the value for `auto()`: one more than the highest so far, or `start`.

        Raises:
            TypeError: the values so far have no highest, or it is not a number.
        """
        return max(last_values) + 1 if last_values else start

    @classmethod
    def _missing_(cls, value: Any) -> Any:  # noqa: ARG003
        """Return the member to take for `value`, which no member has; None if there is none."""
        return None

    def __repr__(self) -> str:
        return f"<{type(self).__name__}.{self._name_}: {self._value_!r}>"

    def __str__(self) -> str:
        return f"{type(self).__name__}.{self._name_}"

    def __format__(self, format_spec: str) -> str:
        return format(str(self), format_spec)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Enum":
        return self

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (self._value_,)


def _add_member(enumeration: Any, name: str, value: Any) -> None:
    data_type = enumeration._member_type_
    args = value if isinstance(value, tuple) else (value,)
    args = (args,) if data_type is tuple else args
    # `object.__new__` takes arguments, and ignores them, where `__init__` is not object's.
    member = enumeration.__new__(enumeration, *args)
    if not hasattr(member, "_value_"):
        member._value_ = value if data_type is object else data_type(*args)
    member._name_ = name
    member.__init__(*args)

    if (known := _find(enumeration, member._value_)) is None:
        known = member
        enumeration._member_names_.append(name)
        with suppress(TypeError):  # what cannot be hashed, `_find` compares
            enumeration._value2member_map_[member._value_] = member
    inherited = (vars(base)[name] for base in enumeration.__mro__ if name in vars(base))
    if not isinstance(next(inherited, None), DynamicClassAttribute):
        setattr(enumeration, name, known)
    enumeration._member_map_[name] = known


def _find(enumeration: Any, value: Any) -> Any:
    """Return the member with this value, or None."""
    try:
        return enumeration._value2member_map_.get(value)
    except TypeError:
        return next((member for member in enumeration if member._value_ == value), None)
