"""Stand-ins in the class dictionary, which `type.__new__` itself turns into members.

Idea
    `type.__new__` calls `__set_name__` of every object in the new class's
    dictionary, in order, with the class and the name; then `__init_subclass__`
    of the bases.  Put a stand-in where each value was, and let its
    `__set_name__` make the member and take its own place:

        body         RED = 1           hex = <function>
        dictionary   RED = _Pending    hex = <function>    type.__new__ begins
                     RED = <member>    hex = <function>    __set_name__
                     complete                              __init_subclass__

Why one would choose it
    A base can look at the members in `__init_subclass__`: register them, or
    refuse the class.  In the reference they come after it.  `Lib/enum.py`
    works this way since 3.11.  The price: up to 3.11, `type.__new__` wraps
    what `__set_name__` raises in a `RuntimeError`, which must be undone.

Why a descriptor instead of `__getattr__`
    A member called `value` and the property `value` share a name.  `_Shared`
    answers the class with the member and the instance with the property, and
    a mistyped name on the class costs no Python call.
"""

from collections.abc import Iterator, MutableMapping
from types import DynamicClassAttribute, MappingProxyType
from typing import Any

_HOOKS = ("_generate_next_value_", "_missing_")


class auto:  # noqa: N801  the original's name
    """Placeholder for the next value, resolved where it is assigned in the body.

    >>> class Weekday(Enum):
    ...     MONDAY = auto()
    ...     TUESDAY = auto()
    >>> Weekday.TUESDAY
    <Weekday.TUESDAY: 2>
    """


# Above `Enum`, which is made of these two while the module is imported.
class _Body(dict[str, Any]):
    """A class body's names; `values_` are those of the members to be."""

    # `dict.update` would not call `__setitem__`; the mixin's does.
    update = MutableMapping.update

    def __init__(self, class_name: str) -> None:
        self.mangled = f"_{class_name}__"
        self.generate: Any = None
        self.values_: dict[str, Any] = {}
        self.autos: list[tuple[auto, Any]] = []

    def __setitem__(self, name: str, value: Any) -> None:
        if self._is_attribute(name, value):
            if name in self.values_:
                raise TypeError(f"{name} is a member already")
            if name == "_generate_next_value_":
                value = self.generate = staticmethod(value)
        elif name in self:
            raise TypeError(f"{name} has a meaning already: {self[name]!r}")
        else:
            value = self.values_[name] = self._resolved(name, value)
        super().__setitem__(name, value)

    def _is_attribute(self, name: str, value: Any) -> bool:
        if name.startswith(self.mangled) or name in _HOOKS:
            return True
        stripped = name.strip("_")
        if stripped and name == f"__{stripped}__":
            return True
        if name == "mro" or (stripped and name == f"_{stripped}_"):
            raise ValueError(f"{name} is reserved")
        return any(hasattr(value, method) for method in ("__get__", "__set__", "__delete__"))

    def _resolved(self, name: str, value: Any) -> Any:
        if not isinstance(value, auto):
            return value
        for known, its_value in self.autos:
            if known is value:
                return its_value
        number = self.generate(name, 1, len(self.values_), list(self.values_.values()))
        self.autos.append((value, number))
        return number


class _Pending:
    """Stands in for a member until the class exists."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __set_name__(self, enumeration: Any, name: str) -> None:
        type.__delattr__(enumeration, name)
        member = self._made(enumeration, name)
        found = enumeration._lookup_(member._value_)
        if found:
            (member,) = found
        else:
            enumeration._canonical_.append(member)
            try:
                enumeration._by_value_[member._value_] = member
            except TypeError:
                enumeration._unhashable_.append(member)
        inherited = [vars(base)[name] for base in enumeration.__mro__ if name in vars(base)]
        if inherited and isinstance(inherited[0], DynamicClassAttribute):
            setattr(enumeration, name, _Shared(inherited[0], member))
        else:
            setattr(enumeration, name, member)
        enumeration._member_map_[name] = member

    def _made(self, enumeration: Any, name: str) -> Any:
        args = self.value if isinstance(self.value, tuple) else (self.value,)
        data_type = enumeration._member_type_
        if data_type is tuple:
            args = (args,)
        if enumeration.__new__ is object.__new__:
            member = object.__new__(enumeration)
        else:
            member = enumeration.__new__(enumeration, *args)
        if "_value_" not in vars(member):
            member._value_ = self.value if data_type is object else data_type(*args)
        member._name_ = name
        member.__init__(*args)
        return member


class _Shared(DynamicClassAttribute):
    """One name for a member, asked of the class, and for a property, asked of a member."""

    def __init__(self, attribute: DynamicClassAttribute, member: Any) -> None:
        super().__init__(attribute.fget, attribute.fset, attribute.fdel)
        self._member = member

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self._member if instance is None else super().__get__(instance, owner)


class EnumType(type):
    """The type of enumerations: it makes the members, and is what `len(Color)` or `Color(1)` call.

    >>> class Color(Enum):
    ...     RED = 1
    ...     BLUE = 2
    >>> Color(2), Color["RED"], len(Color), 3 in Color
    (<Color.BLUE: 2>, <Color.RED: 1>, 2, False)
    """

    _member_map_: dict[str, Any]
    _canonical_: list[Any]
    _by_value_: dict[Any, Any]
    _unhashable_: list[Any]
    _member_type_: Any
    _generate_next_value_: Any
    _missing_: Any

    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], /, **kwds: Any) -> MutableMapping:
        """Return the namespace for the body of the class called `name`.

        Raises:
            TypeError: a base has members already, or the last base is no enumeration.
        """
        body = _Body(name)
        if bases:
            *_, last = bases
            if not isinstance(last, EnumType):
                raise TypeError(f"{last!r} comes last among the bases, but is no enumeration")
            if any(isinstance(base, EnumType) and len(base) for base in bases):
                raise TypeError(f"{name} has a base with members, which are all there can be")
            body.generate = last._generate_next_value_
        return body

    def __new__(cls, name: str, bases: tuple[type, ...], body: Any, /, **kwds: Any) -> Any:
        """Make the class; making it makes its members."""
        data_type: Any = object
        for base in reversed(bases):
            candidate = base._member_type_ if isinstance(base, EnumType) else base
            if candidate.__new__ is not object.__new__:
                data_type = candidate
        attributes = dict(body)
        for key, value in body.values_.items():
            attributes[key] = _Pending(value)
        attributes |= {"_member_map_": {}, "_by_value_": {}, "_canonical_": []}
        attributes |= {"_unhashable_": [], "_member_type_": data_type}
        # Between the data type and Enum, Enum is right; above both, a body or a mixin is.
        for method in ("__repr__", "__str__", "__format__", "__reduce_ex__"):
            owners = [
                base for base in bases if getattr(base, method) is not getattr(object, method)
            ]
            if method not in body and owners and owners[0] in data_type.__mro__:
                attributes[method] = getattr(bases[-1], method)
        try:
            return super().__new__(cls, name, bases, attributes, **kwds)
        except RuntimeError as error:
            if isinstance(error.__cause__, Exception):  # 3.11: raised by `__set_name__`
                raise error.__cause__ from None
            raise

    def _lookup_(cls, value: Any) -> list[Any]:
        try:
            return [cls._by_value_[value]] if value in cls._by_value_ else []
        except TypeError:
            return [member for member in cls._unhashable_ if member._value_ == value][:1]

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
        if not cls._canonical_:
            raise TypeError(f"{cls.__name__} has no members")
        wanted = (value, *values) if values else value
        if isinstance(wanted, cls):
            return wanted
        for member in cls._lookup_(wanted):
            return member
        substitute = cls._missing_(wanted)
        if isinstance(substitute, cls):
            return substitute
        if substitute is None:
            raise ValueError(f"{cls.__name__} has no member with the value {wanted!r}")
        raise TypeError(f"_missing_ must return a member or None, not {substitute!r}")

    def __contains__(cls, value: Any) -> bool:
        """Return whether `value` is a member or the value of one."""
        return isinstance(value, cls) or bool(cls._lookup_(value))

    def __getitem__(cls, name: str) -> Any:
        """Return the member, or the alias, called `name`.

        Raises:
            KeyError: there is none.
        """
        return cls._member_map_[name]

    def __iter__(cls) -> Iterator[Any]:
        """Iterate over the members in the order of their definition, without aliases."""
        return iter(cls._canonical_)

    def __reversed__(cls) -> Iterator[Any]:
        """Iterate over the members in reverse."""
        return iter(cls._canonical_[::-1])

    def __len__(cls) -> int:
        """Return the number of members, without aliases."""
        return len(cls._canonical_)

    @property
    def __members__(cls) -> MappingProxyType[str, Any]:
        """A read-only view of all names, aliases included, with their members."""
        return MappingProxyType(cls._member_map_)

    def __repr__(cls) -> str:
        return f"<enum '{cls.__name__}'>"

    def __setattr__(cls, name: str, value: Any) -> None:
        cls._refuse_members_(name)
        super().__setattr__(name, value)

    def __delattr__(cls, name: str) -> None:
        cls._refuse_members_(name)
        super().__delattr__(name)

    def _refuse_members_(cls, name: str) -> None:
        if name in cls._member_map_:
            raise AttributeError(f"{name} is a member of {cls.__name__} for good")


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
