import contextlib
import functools
import gc
import inspect
import itertools
import weakref
from abc import ABCMeta, abstractmethod
from typing import Protocol, Union, runtime_checkable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from katas.decorators.single_dispatch import singledispatch


def generic(*types):
    """A generic function that returns the class it is registered for, or "default"."""
    function = singledispatch(lambda *args, **kwds: "default")
    for each in types:
        function.register(each, says(each))
    return function


def says(answer):
    return lambda *args, **kwds: answer


def in_any_order(types):
    """A generic function for each order in which `types` can be registered."""
    return [generic(*order) for order in itertools.permutations(types)]


# Rule 1: a generic function


@pytest.mark.rule(1)
def test_each_call_goes_to_the_function_with_all_arguments_whatever_their_names():
    calls = []
    function = singledispatch(lambda *args, **kwds: calls.append((args, kwds)) or len(calls))
    kwds = dict.fromkeys(("self", "cls", "func", "args", "kwds", "kw", "kwargs", "instance"), 0)
    assert [function("a"), function(None, 2, **kwds)] == [1, 2]
    assert calls == [(("a",), {}), ((None, 2), kwds)]


@pytest.mark.rule(1)
@pytest.mark.parametrize("kwds", [{}, {"thing": 1}], ids=["nothing", "keywords only"])
def test_a_call_without_positional_argument_is_refused_and_calls_nothing(kwds):
    calls = []
    function = singledispatch(lambda *args, **kwds: calls.append((args, kwds)))
    function.register(int, lambda *args, **kwds: calls.append((args, kwds)))
    with pytest.raises(TypeError):
        function(**kwds)
    assert calls == []


@pytest.mark.rule(1)
def test_the_generic_function_looks_like_the_function():
    def size(thing: object, unit: str = "cm") -> str:
        """How large it is."""

    size.version = 3
    function = singledispatch(size)
    assert (function.__name__, function.__doc__, function.version) == (
        "size",
        "How large it is.",
        3,
    )
    assert (function.__qualname__, function.__module__) == (size.__qualname__, __name__)
    assert inspect.signature(function) == inspect.signature(size)
    assert function.__wrapped__ is size


@pytest.mark.rule(1)
def test_a_callable_without_a_name_can_be_made_generic():
    function = singledispatch(functools.partial(max, 3))
    assert function(5) == 5
    with pytest.raises(TypeError):
        function()


@pytest.mark.rule(1)
def test_in_a_class_it_is_a_method_that_dispatches_on_the_instance():
    class Shape:
        describe = generic()

    class Circle(Shape):
        pass

    Shape.describe.register(Circle, lambda self, unit: (self, unit))
    circle = Circle()
    assert circle.describe("cm") == (circle, "cm")
    assert Shape().describe("cm") == Shape.describe(Shape()) == "default"


@pytest.mark.rule(1)
def test_an_error_comes_out_as_it_is():
    error = KeyError("no such page")

    @singledispatch
    def function(thing):
        raise error

    with pytest.raises(KeyError) as caught:
        function("home")
    assert caught.value is error
    assert caught.value.__context__ is None


# Rule 2: registering


@pytest.mark.rule(2)
def test_a_registered_function_is_called_for_its_class():
    function = generic()
    function.register(int, lambda *args, **kwds: ("integer", args, kwds))
    assert function(1, 2, key=3) == ("integer", (1, 2), {"key": 3})
    assert function("one") == "default"


@pytest.mark.rule(2)
def test_register_returns_the_function_itself():
    function, implementation = generic(), says("number")
    assert function.register(int, implementation) is implementation
    assert function.register(float)(implementation) is implementation
    assert function.register(cls=complex, func=implementation) is implementation
    assert [function(each) for each in (1, 1.0, 1j)] == ["number"] * 3


@pytest.mark.rule(2)
def test_decorators_can_be_stacked_and_leave_the_function_as_it_is():
    function = generic()

    @function.register(int)
    @function.register(float)
    def number(thing):
        return "number"

    assert (function(1), function(1.0), function("1")) == ("number", "number", "default")
    assert number("called by its own name") == "number"


@pytest.mark.rule(2)
def test_what_is_registered_again_is_replaced_and_so_is_the_default():
    function = generic(int, str)
    function.register(int, says("new"))
    function.register(object, says("new default"))
    assert (function(1), function(None), function("text")) == ("new", "new default", str)


@pytest.mark.rule(2)
def test_two_generic_functions_share_nothing():
    one, other = generic(int), generic(str)
    assert (one(1), other(1)) == (int, "default")
    assert (one("a"), other("a")) == ("default", str)


# Rule 3: which implementation


class Animal:
    pass


class Dog(Animal):
    pass


class Puppy(Dog):
    pass


class Pet(Animal):
    pass


class Poodle(Dog, Pet):
    pass


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    ("registered", "cls", "chosen"),
    [
        ([Animal], Puppy, Animal),
        ([Animal, Dog], Puppy, Dog),
        ([Animal, Dog, Puppy], Puppy, Puppy),
        ([Puppy], Dog, "default"),
        ([Animal, Pet], Poodle, Pet),
        ([Dog, Pet], Poodle, Dog),
        ([Animal, Puppy], Poodle, Animal),
    ],
    ids=[
        "the class of a base's base",
        "the nearer of two",
        "the class itself",
        "not a subclass",
        "the other branch ahead of what both share",
        "the first base",
        "an unrelated subclass",
    ],
)
def test_the_first_registered_class_of_the_mro_is_chosen_in_any_order(registered, cls, chosen):
    for function in in_any_order(registered):
        assert function(cls()) == chosen


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    ("argument", "chosen"),
    [(True, bool), (1, int), (None, type(None)), (int, type), ([], "default")],
    ids=repr,
)
def test_builtin_classes_are_classes_like_others(argument, chosen):
    assert generic(int, bool, type(None), type)(argument) == chosen


@pytest.mark.rule(3)
def test_the_first_argument_is_asked_for_its_class():
    class Proxy:
        __class__ = Dog

    assert isinstance(Proxy(), Animal)
    assert generic(Animal, Proxy)(Proxy()) == Animal


@pytest.mark.rule(3)
def test_a_class_that_counts_as_false_is_a_class_like_others():
    class Meta(type):
        def __len__(cls):
            return 0

    class Empty(metaclass=Meta):
        pass

    class Child(Empty):
        pass

    assert generic(Empty)(Child()) == Empty


@pytest.mark.rule(3)
def test_dispatch_returns_the_function_that_a_call_would_use():
    default, for_animals = says("default"), says("animal")
    function = singledispatch(default)
    function.register(Animal, for_animals)
    assert function.dispatch(Puppy) is function.dispatch(Animal) is for_animals
    assert function.dispatch(object) is function.dispatch(int) is default


@pytest.mark.rule(3)
def test_registry_shows_all_registered_classes_and_keeps_up():
    default, implementation = says("default"), says("implementation")
    function = singledispatch(default)
    registry = function.registry
    assert dict(registry) == {object: default}
    function.register(Dog, implementation)
    function(Puppy())
    assert dict(registry) == dict(function.registry) == {object: default, Dog: implementation}


@pytest.mark.rule(3)
def test_registry_is_read_only():
    function = generic()
    with pytest.raises(TypeError):
        function.registry[int] = says("sneaked in")
    assert function(1) == "default"


# Rule 4: annotations and unions


@pytest.mark.rule(4)
def test_the_annotation_of_the_first_parameter_names_the_class():
    function = generic()

    @function.register
    def for_dogs(thing: Dog, loud: bool = False) -> str:
        return "dog"

    assert function(Puppy()) == for_dogs("called by its own name") == "dog"
    assert function(Pet()) == function(True) == function("text") == "default"
    assert function.registry[Dog] is for_dogs


@pytest.mark.rule(4)
def test_an_annotation_may_be_a_string_or_none_or_a_union_with_none():
    function = generic()

    @function.register
    def _(thing: "Animal", other: "Dog | None" = None):
        return "animal"

    @function.register
    def _(thing: None):
        return "nothing"

    assert (function(Puppy()), function(None), function(1)) == ("animal", "nothing", "default")

    function = generic()

    @function.register
    def _(thing: int | None):
        return "maybe a number"

    assert [function(each) for each in (1, None, "")] == ["maybe a number"] * 2 + ["default"]


@pytest.mark.rule(4)
def test_a_decorated_function_keeps_its_annotation():
    function = generic()

    def for_dogs(thing: Dog):
        """Be wrapped."""

    @function.register
    @functools.wraps(for_dogs)
    def _(*args):
        return "decorated"

    assert function(Dog()) == "decorated"


UNIONS = {
    "X | Y": Dog | Pet,
    "typing.Union": Union[Dog, Pet],  # noqa: UP007  the older spelling is another type
}


@pytest.mark.rule(4)
@pytest.mark.parametrize("union", UNIONS.values(), ids=UNIONS.keys())
def test_a_union_means_each_of_its_classes(union):
    implementation = says("dog or pet")
    functions = [generic(Animal), generic(Animal), generic(Animal)]
    functions[0].register(union, implementation)
    functions[1].register(union)(implementation)
    implementation.__annotations__ = {"args": union}
    functions[2].register(implementation)
    for function in functions:
        assert [function(each()) for each in (Puppy, Pet, Animal)] == ["dog or pet"] * 2 + [Animal]
        assert set(function.registry) == {object, Animal, Dog, Pet}


NO_CLASSES = {
    "a number": 42,
    "None": None,
    "a string": "int",
    "a generic": list[int],
    "a union with a generic": int | list[int],
    "an older union with a generic": Union[int, list[str]],  # noqa: UP007
    "a tuple of classes": (int, str),
}


@pytest.mark.rule(4)
@pytest.mark.parametrize("cls", NO_CLASSES.values(), ids=NO_CLASSES.keys())
def test_what_is_no_class_is_refused_at_once_and_registers_nothing(cls):
    function = generic(str)
    with pytest.raises(TypeError):
        function.register(cls)
    with pytest.raises(TypeError):
        function.register(cls, says("never"))
    assert set(function.registry) == {object, str}
    assert function(1) == "default"


def a_list_of(thing: list[int]):
    """Have an annotation that is no class."""


def a_union_with(thing: int | list[int]):
    """Have an annotation that is not of classes only."""


@pytest.mark.rule(4)
@pytest.mark.parametrize(
    "implementation",
    [says("no annotation"), max, a_list_of, a_union_with],
    ids=["no annotation", "a builtin", "a generic", "a union with a generic"],
)
def test_a_function_without_an_annotation_that_is_a_class_is_refused(implementation):
    function = generic(str)
    with pytest.raises(TypeError):
        function.register(implementation)
    assert set(function.registry) == {object, str}


def no_parameter() -> int:
    """Have an annotation that is of no parameter."""


def only_the_second(thing, other: int):
    """Have an annotation that is of another parameter."""


@pytest.mark.rule(4)
@pytest.mark.parametrize("implementation", [no_parameter, only_the_second], ids=["result", "other"])
def test_an_annotation_that_is_not_of_the_first_parameter_is_refused_or_counts(implementation):
    function = generic(str)
    with contextlib.suppress(TypeError):
        function.register(implementation)
    # It should be refused; the original takes it for that of the first parameter.
    assert set(function.registry) in ({object, str}, {object, str, int})


@pytest.mark.rule(4)
def test_an_annotated_function_in_the_place_of_the_class_is_refused():
    def for_dogs(thing: Dog):
        """Have an annotation, which is not asked for."""

    function = generic()
    with pytest.raises(TypeError):
        function.register(for_dogs, says("never"))
    assert set(function.registry) == {object}


# Rule 5: ABCs


class Base:
    pass


class Child(Base):
    pass


class Barks(metaclass=ABCMeta):  # noqa: B024  as it has no `bark`, it does not even fit itself
    @classmethod
    def __subclasshook__(cls, other):
        return hasattr(other, "bark")


class Loud:
    def bark(self):
        """Make the class fit `Barks`."""


def abcs(*names):
    return [ABCMeta(name, (), {}) for name in names]


@pytest.mark.rule(5)
def test_an_abc_counts_for_a_class_that_fits_it_and_its_subclasses():
    (walks,) = abcs("Walks")
    walks.register(Dog)
    function = generic(walks, Barks)
    assert [function(each()) for each in (Dog, Puppy, Pet)] == [walks, walks, "default"]
    assert function(Loud()) == Barks


@pytest.mark.rule(5)
def test_an_abc_is_ahead_of_the_bases_of_the_class_that_brings_it_in():
    (fits,) = abcs("Fits")
    fits.register(Dog)
    for function in in_any_order([Animal, fits]):
        assert [function(each()) for each in (Dog, Puppy, Animal)] == [fits, fits, Animal]
    (fits_two,) = abcs("FitsTwo")
    fits_two.register(Poodle)
    for function in in_any_order([Dog, Pet, fits_two]):
        assert function(Poodle()) == fits_two


@pytest.mark.rule(5)
def test_an_abc_is_behind_the_class_that_brings_it_in():
    (fits,) = abcs("Fits")
    fits.register(Dog)
    for function in in_any_order([Dog, fits]):
        assert function(Dog()) == function(Puppy()) == Dog
    # `Poodle` has it from its first base, so it stands between the two bases.
    for function in in_any_order([Pet, fits]):
        assert function(Poodle()) == fits


@pytest.mark.rule(5)
def test_of_two_abcs_the_one_that_the_nearer_class_brings_in_is_ahead():
    near, far = abcs("Near", "Far")
    near.register(Puppy)
    far.register(Dog)
    for function in in_any_order([near, far]):
        assert [function(each()) for each in (Puppy, Dog)] == [near, far]
    for function in in_any_order([near, far, Dog, Animal]):
        assert [function(each()) for each in (Puppy, Dog, Poodle)] == [near, Dog, Dog]


@pytest.mark.rule(5)
def test_bases_made_by_abcmeta_are_ahead_of_an_abc_that_the_class_only_fits():
    named, fits = abcs("Named", "Fits")

    class Concrete(named):
        pass

    class Both(Concrete, Base):
        pass

    fits.register(Both)
    for base in (Concrete, named):
        for function in in_any_order([base, Base, fits]):
            assert function(Both()) == base
    for function in in_any_order([Base, fits]):
        assert function(Both()) == fits


@pytest.mark.rule(5)
def test_bases_behind_the_last_abc_are_behind_one_that_the_class_only_fits():
    named, other, fits = abcs("Named", "Other", "Fits")

    class AbcFirst(named, Child):
        pass

    class AbcLast(Child, named):
        pass

    class AbcWithin(named, Child, other, Pet):
        pass

    for cls in (AbcFirst, AbcLast, AbcWithin):
        fits.register(cls)
    for function in in_any_order([Base, fits, Animal]):
        assert [function(each()) for each in (AbcFirst, AbcLast, AbcWithin)] == [fits, Base, Base]
    for function in in_any_order([other, fits, Animal]):
        assert [function(each()) for each in (AbcFirst, AbcWithin)] == [fits, other]
    for function in in_any_order([fits, Animal]):
        assert function(AbcWithin()) == fits


@pytest.mark.rule(5)
def test_an_abc_is_ahead_of_those_that_it_inherits_from():
    (root,) = abcs("Root")

    class Middle(root):
        pass

    class Leaf(Middle):
        pass

    Leaf.register(Dog)
    Middle.register(Pet)
    for function in in_any_order([root, Middle, Leaf]):
        assert [function(each()) for each in (Dog, Pet, Poodle)] == [Leaf, Middle, Leaf]
    for function in in_any_order([root, Middle]):
        assert function(Dog()) == Middle


@pytest.mark.rule(5)
def test_an_abc_is_ahead_of_those_that_it_inherits_from_even_if_they_are_bases_of_the_class():
    first, second = abcs("First", "Second")

    class Special(first):
        pass

    class Both(first, second):
        pass

    Special.register(Both)
    for function in in_any_order([first, second, Special]):
        assert function(Both()) == Special
    for function in in_any_order([second, Special]):
        assert function(Both()) == Special
    for function in in_any_order([first, second]):
        assert function(Both()) == first


# Rule 6: no answer


@pytest.fixture
def rivals():
    """Two ABCs that `Dog` fits, with nothing to choose between them."""
    one, other = abcs("One", "Other")
    one.register(Dog)
    other.register(Dog)
    return one, other


@pytest.mark.rule(6)
def test_two_abcs_at_the_same_place_are_refused_each_time(rivals):
    for function in in_any_order(rivals):
        for ask in (lambda: function(Puppy()), lambda: function.dispatch(Puppy)) * 2:  # noqa: B023
            with pytest.raises(RuntimeError):
                ask()
        assert function(Pet()) == "default"


@pytest.mark.rule(6)
def test_an_abc_of_a_base_that_is_an_abc_is_at_the_same_place():
    named, one, other = abcs("Named", "One", "Other")

    class Both(named):
        pass

    one.register(named)
    other.register(Both)
    for function in in_any_order([one, other]):
        with pytest.raises(RuntimeError):
            function(Both())


@pytest.mark.rule(6)
def test_abcs_that_come_in_with_a_third_are_still_equal():
    one, other = abcs("One", "Other")

    class Third(one, other):
        pass

    Third.register(Dog)
    for function in in_any_order([one, other]):
        with pytest.raises(RuntimeError):
            function(Dog())


@pytest.mark.rule(6)
def test_three_abcs_of_which_two_belong_together_are_refused():
    root, other = abcs("Root", "Other")

    class Leaf(root):
        pass

    other.register(Dog)
    Leaf.register(Dog)
    for types in ([other, Leaf], [other, root], [root, other, Leaf]):
        function = generic(*types)
        with pytest.raises(RuntimeError):
            function(Dog())


@pytest.mark.rule(6)
def test_what_comes_ahead_of_the_two_settles_it(rivals):
    one, other = rivals

    class Third(one, other):
        pass

    Third.register(Dog)
    for function in in_any_order([*rivals, Third]):
        assert function(Puppy()) == Third
    for function in in_any_order([*rivals, Dog]):
        assert function(Puppy()) == Dog


@pytest.mark.rule(6)
def test_an_abc_that_fits_the_other_one_is_chosen():
    @runtime_checkable
    class HasBark(Protocol):
        def bark(self): ...

    class Howls(metaclass=ABCMeta):
        @abstractmethod
        def bark(self): ...

    Howls.register(Loud)
    assert issubclass(Howls, HasBark)
    assert not issubclass(HasBark, Howls)
    # In this order also with the original, which compares only what is next to each other.
    assert generic(Howls, HasBark)(Loud()) == Howls


@pytest.mark.rule(6)
def test_two_abcs_behind_the_one_that_is_chosen_do_no_harm(rivals):
    (near,) = abcs("Near")
    near.register(Puppy)
    for function in in_any_order([*rivals, near]):
        assert function(Puppy()) == near


NAMES = ["A", "B", "C"]
INDEXES = st.integers(0, 9)


def brought_in_once(cls, abc):
    """Whether one class of the MRO brings `abc` in, not two in different branches."""
    fits = [each for each in cls.__mro__ if issubclass(each, abc)]
    return sum(not any(issubclass(base, abc) for base in each.__bases__) for each in fits) < 2


class World:
    """ABCs and classes; either the ABCs inherit from each other, or classes from ABCs."""

    def __init__(self, related, inherited, virtual):
        self.abcs = abcs(*NAMES)
        for indexes in related:
            bases = tuple(self.abcs[index] for index in sorted({each % 3 for each in indexes}))
            self.abcs.append(ABCMeta("Related", bases, {}))
        self.classes = []
        for number, indexes in enumerate(inherited):
            pool = self.classes if related else self.classes + self.abcs
            some = list(dict.fromkeys(pool[index % len(pool)] for index in indexes if pool))
            bases = [base for base in some if not any(base in other.__mro__[1:] for other in some)]
            try:
                meta = functools.reduce(lambda a, b: b if issubclass(b, a) else a, map(type, bases))
            except TypeError:
                meta = type
            try:
                self.classes.append(meta(f"Class{number}", tuple(bases), {}))
            except TypeError:
                continue  # no consistent MRO
        self.virtual = [
            (self.abcs[a % len(self.abcs)], self.classes[c % len(self.classes)]) for a, c in virtual
        ]

    def clear(self):
        """Whether each ABC comes into each class at one place only."""
        return all(brought_in_once(*pair) for pair in itertools.product(self.classes, self.abcs))


def answer(function, cls):
    try:
        return function.dispatch(cls)()
    except RuntimeError:
        return RuntimeError


@pytest.mark.rule(6)
@given(
    related=st.lists(st.lists(INDEXES, min_size=1, max_size=2), max_size=2),
    inherited=st.lists(st.lists(INDEXES, max_size=2), min_size=1, max_size=4),
    virtual=st.lists(st.tuples(INDEXES, INDEXES), max_size=3),
    registered=st.lists(INDEXES, min_size=1, max_size=3, unique=True),
)
def test_any_hierarchy_is_dispatched_as_by_functools(related, inherited, virtual, registered):
    world = World(related, inherited, virtual)
    pool = world.abcs + world.classes
    types = list(dict.fromkeys(pool[index % len(pool)] for index in registered))
    *early, late = types
    ours = generic(*early)
    for abc, cls in world.virtual:
        for each in world.classes:
            answer(ours, each)  # so that what is remembered may be out of date later
        abc.register(cls)
    ours.register(late, says(late))
    if not world.clear():
        return
    theirs = []
    for order in itertools.permutations(types):
        function = functools.singledispatch(says("default"))
        for each in order:
            function.register(each, says(each))
        theirs.append(function)
    for cls in world.classes:
        allowed = {answer(function, cls) for function in theirs}
        if len(allowed) > 1:  # the order of registration decides there; no answer is right, too
            allowed.add(RuntimeError)
        assert answer(ours, cls) in allowed


# Rule 7: what is remembered


class Asked(ABCMeta):
    """ABCs that write down each time that they are asked whether something is theirs."""

    asked = 0

    def __instancecheck__(cls, instance):
        Asked.asked += 1
        return super().__instancecheck__(instance)

    def __subclasscheck__(cls, subclass):
        Asked.asked += 1
        return super().__subclasscheck__(subclass)


@pytest.mark.rule(7)
def test_a_class_seen_before_asks_no_registered_type_anything():
    fits, other = Asked("Fits", (), {}), Asked("Other", (), {})
    fits.register(Dog)
    function = generic(fits, other, Animal)
    arguments, chosen = [Dog(), Pet(), 1, "text"], [fits, Animal, "default", "default"]
    assert [function(argument) for argument in arguments] == chosen
    before = Asked.asked
    assert [function(argument) for argument in arguments] == chosen
    assert [function.dispatch(type(argument))() for argument in arguments] == chosen
    assert before == Asked.asked


@pytest.mark.rule(7)
def test_after_a_change_everything_is_remembered_anew():
    fits = Asked("Fits", (), {})
    function = generic(fits)
    arguments = [Dog(), Pet(), 1]
    for change in (lambda: fits.register(Dog), lambda: function.register(Pet, says("pet"))):
        change()
        answers = [function(argument) for argument in arguments]
        before = Asked.asked
        assert [function(argument) for argument in arguments] == answers
        assert before == Asked.asked
    assert answers == [fits, "pet", "default"]


@pytest.mark.rule(7)
def test_a_later_registration_is_noticed_for_subclasses_as_well():
    function = generic(Animal)
    assert [function(each()) for each in (Dog, Puppy, Pet)] == [Animal] * 3
    function.register(Dog, says("dog"))
    assert [function(each()) for each in (Dog, Puppy, Pet)] == ["dog", "dog", Animal]
    function.register(Animal, says("animal"))
    assert [function(each()) for each in (Dog, Puppy, Pet)] == ["dog", "dog", "animal"]


@pytest.mark.rule(7)
def test_a_class_that_an_abc_gains_is_noticed():
    fits, other = abcs("Fits", "Other")
    function = generic(fits, other)
    assert [function(each()) for each in (Puppy, Pet)] == ["default", "default"]
    fits.register(Dog)
    assert [function(each()) for each in (Puppy, Pet)] == [fits, "default"]
    other.register(Pet)
    assert [function(each()) for each in (Puppy, Pet)] == [fits, other]


@pytest.mark.rule(7)
def test_a_conflict_that_is_settled_or_comes_up_later_is_noticed(rivals):
    one, other = rivals
    function = generic(one)
    assert function(Dog()) == one
    function.register(other, says(other))
    with pytest.raises(RuntimeError):
        function(Dog())
    function.register(Dog, says(Dog))
    assert function(Dog()) == Dog


@pytest.mark.rule(7)
def test_no_class_is_kept_alive_that_was_only_dispatched():
    fits = abcs("Fits")[0]

    class Passing(Animal):
        pass

    fits.register(Passing)
    function = generic(fits, Animal)
    assert function(Passing()) == fits
    alive = weakref.ref(Passing)
    del Passing
    gc.collect()
    assert alive() is None
