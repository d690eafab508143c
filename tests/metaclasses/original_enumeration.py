"""CPython's own tests of `enum` (`Lib/test/test_enum.py`), run on the kata.

Taken are `TestSpecial`, `TestInternals`, `TestUnique`, and the tests that hold for every kind of
enumeration (`_EnumTests` with the expected output of the kind): plain, and with int, str, float
and date as data types.  They find `Enum` and `auto` as globals of their module, where a fixture
puts the kata.  `enum.property` is the `types.DynamicClassAttribute` that it derives from, and
`IntEnum` is made of the kata's `Enum` as the documentation describes it.

Not taken are the classes about `Flag`, `_order_`, `verify`, conversion of constants, help texts
and the list of the module's names, and the functional half of `_EnumTests`: see `LEFT_OUT`.
"""

import sys
import unittest
from datetime import date
from test import test_enum
from types import DynamicClassAttribute, SimpleNamespace

import pytest

from katas.metaclasses.enumeration import Enum, EnumType, auto

# ruff: noqa: SLF001  the tests for every kind of enumeration are in private classes

_REASONS = {
    "the functional API is not rebuilt": """
        test_programmatic_function_from_dict test_programmatic_function_iterable
        test_programmatic_function_string test_programmatic_function_string_list
        test_programmatic_function_string_list_with_start
        test_programmatic_function_string_with_start test_programmatic_function_type
        test_programmatic_function_type_from_subclass
        test_programmatic_function_type_from_subclass_with_start
        test_programmatic_function_type_with_start test_enum_function_with_qualname
        test_pickle_enum_function test_pickle_enum_function_with_module test_pickle_explodes
        test_empty_globals test_empty_names""",
    "`Flag`, `StrEnum`, `member`, `nonmember`, `verify`, `_ignore_` are not rebuilt": """
        test_custom_flag_bitwise test_int_flags_copy test_flag_with_custom_new
        test_using_members_as_nonmember test_strenum test_subclassing
        test_multiple_inherited_mixin test_extra_member_creation test_unique_with_name test_ignore
        test_enum_of_types_with_nonmember test_nested_classes_in_enum_with_nonmember
        test_nested_classes_in_enum_with_member""",
    "what becomes of a nested class differs between versions, and is left open": """
        test_nested_classes_in_enum_are_members test_nested_classes_in_enum_are_not_members""",
    "`dir` of enumerations and members is not rebuilt": """
        test_dir_on_class test_dir_on_item test_dir_with_added_behavior
        test_dir_with_custom_dunders
        test_dir_on_sub_with_behavior_on_super
        test_dir_on_sub_with_behavior_including_instance_dict_on_super""",
    "`auto()` inside a tuple is not rebuilt": """
        test_multiple_auto_on_line test_tuple_subclass_with_auto_1
        test_tuple_subclass_with_auto_2""",
    "dataclasses as data types are not rebuilt": "test_repr_with_dataclass",
    "aliases added later, new in 3.13, are not rebuilt": """
        test_add_alias test_add_value_alias_after_creation
        test_add_value_alias_during_creation""",
    "the wording of a TypeError or ValueError; the kata raises the same type in other words": """
        test_bad_new_super test_missing_value_error test_too_many_data_types
        test_reserved_sunder_error test_auto_garbage_fail test_auto_garbage_corrected_fail""",
    "wraps an error of the data type in a TypeError; the kata lets it through": """
        test_init_exception""",
    "asks for the ValueError as context of other errors, which is not documented": """
        test_missing_override""",
    "asks whether `__new__` of the class is that of `Enum`, which is not documented": """
        test_subclasses_with_direct_pickle_support test_subclasses_with_getnewargs
        test_subclasses_with_getnewargs_ex test_subclasses_with_reduce
        test_subclasses_with_reduce_ex test_subclasses_without_direct_pickle_support""",
    "a second root made by the metaclass, beside `Enum`, is not documented": """
        test_multiple_superclasses_repr""",
    "reads `_value_repr_`, which is private": "test_repr",
    "is about private helpers of the module": """
        test_dunder test_sunder test_is_private test_pickle_by_name""",
    "builds the private namespace class by itself": "test_multiple_mixin_mro",
    "sets the private state of an `auto`": "test_auto_order_wierd",
    "that `_generate_next_value_` comes first is asked for, not checked": "test_auto_order",
    "before 3.12, `in` took members only": "test_contains_er",
    "before 3.13, `auto()` skipped values that are not numbers": """
        test_auto_garbage_ok test_auto_garbage_corrected_ok""",
}
LEFT_OUT = {name: reason for reason, names in _REASONS.items() for name in names.split()}
if sys.version_info < (3, 12):
    LEFT_OUT["test_extending"] = "before 3.12, several arguments meant the functional API"
    LEFT_OUT["test_contains_tf"] = "this version's own suite skips it"
if sys.version_info < (3, 13):
    LEFT_OUT["test_auto_with_aliases"] = "this version's own suite skips it"


@pytest.fixture(autouse=True)
def kata_in_place_of_enum(monkeypatch):
    class IntEnum(int, Enum):
        __str__ = int.__repr__
        __format__ = int.__format__

    # What the module makes at import, to be pickled by the tests.
    class Stooges(Enum):
        __module__, __qualname__ = test_enum.__name__, "Stooges"
        LARRY = 1
        CURLY = 2
        MOE = 3

    class IntStooges(int, Enum):
        __module__, __qualname__ = test_enum.__name__, "IntStooges"
        LARRY = 1
        CURLY = 2
        MOE = 3

    class FloatStooges(float, Enum):
        __module__, __qualname__ = test_enum.__name__, "FloatStooges"
        LARRY = 1.39
        CURLY = 2.72
        MOE = 3.142596

    replacements = {
        "Enum": Enum,
        "EnumType": EnumType,
        "EnumMeta": EnumType,
        "IntEnum": IntEnum,
        "auto": auto,
        "enum": SimpleNamespace(Enum=Enum, property=DynamicClassAttribute),
        "Stooges": Stooges,
        "IntStooges": IntStooges,
        "FloatStooges": FloatStooges,
        "TestSpecial": TestSpecial,  # a test pickles what is nested in it
    }
    for name, replacement in replacements.items():
        monkeypatch.setattr(test_enum, name, replacement)


class TestSpecial(test_enum.TestSpecial):
    pass


class TestInternals(test_enum.TestInternals):
    pass


class TestUnique(test_enum.TestUnique):
    pass


class TestPlainEnumClass(test_enum._EnumTests, test_enum._PlainOutputTests, unittest.TestCase):
    enum_type = Enum


class TestIntEnumClass(test_enum._EnumTests, test_enum._MinimalOutputTests, unittest.TestCase):
    def setUp(self):
        self.enum_type = test_enum.IntEnum
        super().setUp()


class _Mixed(test_enum._EnumTests, test_enum._MixedOutputTests):
    data_type: type

    def setUp(self):
        class Mixed(self.data_type, Enum):
            pass

        self.enum_type = Mixed
        super().setUp()


class TestMixedIntClass(_Mixed, unittest.TestCase):
    data_type = int


class TestMixedStrClass(_Mixed, unittest.TestCase):
    data_type = str


class _MixedFrom(_Mixed):
    """`auto()` takes the values from a list."""

    def setUp(self):
        sources = self.source_values

        class Mixed(self.data_type, Enum):
            def _generate_next_value_(name, start, count, last_values):  # noqa: N805
                return sources[count]

        self.enum_type = Mixed
        test_enum._EnumTests.setUp(self)


class TestMixedFloatClass(_MixedFrom, unittest.TestCase):
    data_type = float
    values = source_values = [1.1, 2.2, 3.3]  # noqa: RUF012  compared with a list


class TestMixedDateClass(_MixedFrom, unittest.TestCase):
    data_type = date
    values = [date(2021, 12, 25), date(2020, 3, 15), date(2019, 11, 27)]  # noqa: RUF012
    source_values = [(2021, 12, 25), (2020, 3, 15), (2019, 11, 27)]  # noqa: RUF012
