import copy
import itertools
import operator
import os
import pickle
import threading
import types
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import PurePosixPath

import lazy_object_proxy
import pytest
from hypothesis import given
from hypothesis import strategies as st

import katas.attributes.lazy_proxy as kata
from katas.attributes.lazy_proxy import Proxy
from tests.interleave import PATIENCE, observed_locks, run_at


class Factory:
    """Returns what `make` makes and counts its calls."""

    def __init__(self, make):
        self.make = make
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return self.make()


def lazy(target):
    """A proxy of `target`, and its factory."""
    factory = Factory(lambda: target)
    return Proxy(factory), factory


class Thing:
    """A thing."""

    def __init__(self, **attributes):
        vars(self).update(attributes)

    def itself(self):
        return self


class Untouchable(Thing):
    """Whoever keeps it need not ask it anything."""

    def refuse(self, *args):
        raise AssertionError("a question that nobody asked the proxy reached its target")

    __eq__ = __ne__ = __hash__ = __bool__ = __len__ = refuse


def outcome(operation, *args):
    """What an operation comes to: type and value of its result, or the type of its error."""
    try:
        result = operation(*args)
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError) as error:
        return type(error)
    return type(result), result


# Rule 1: once, at the first use


@pytest.mark.rule(1)
def test_a_new_proxy_has_not_called_its_factory():
    proxy, factory = lazy("abc")
    assert proxy.__resolved__ is False
    assert factory.calls == 0


@pytest.mark.rule(1)
def test_the_target_is_what_the_factory_returned():
    target = Thing()
    proxy, factory = lazy(target)
    assert proxy.__wrapped__ is target
    assert proxy.__resolved__ is True
    assert factory.calls == 1


@pytest.mark.rule(1)
def test_many_uses_call_the_factory_once():
    proxy, factory = lazy([1, 2])
    for _ in range(3):
        assert (len(proxy), proxy[0], str(proxy), proxy.count(2)) == (2, 1, "[1, 2]", 1)
    assert factory.calls == 1


@pytest.mark.rule(1)
@pytest.mark.parametrize("target", [None, False, 0, ""], ids=repr)
def test_a_false_target_is_a_target(target):
    proxy, factory = lazy(target)
    assert [proxy.__wrapped__ is target, bool(proxy), bool(proxy)] == [True, False, False]
    assert proxy.__resolved__
    assert factory.calls == 1


@pytest.mark.rule(1)
def test_the_target_is_asked_nothing_to_be_kept():
    target = Untouchable()
    proxy, factory = lazy(target)
    assert proxy.__wrapped__ is proxy.__wrapped__ is target
    assert isinstance(repr(proxy), str)
    assert factory.calls == 1


@pytest.mark.rule(1)
def test_looking_at_the_proxy_itself_is_no_use():
    proxy, factory = lazy("abc")
    places = [proxy, {id(proxy): proxy}]
    assert proxy.__factory__ is factory
    assert type(proxy) is Proxy
    assert places[0] is proxy
    assert isinstance(repr(proxy), str)
    assert isinstance(f"{proxy!r} {places}", str)
    assert not proxy.__resolved__
    assert factory.calls == 0


@pytest.mark.rule(1)
def test_the_repr_of_a_resolved_proxy_shows_the_target():
    proxy, _ = lazy("the target")
    assert "'the target'" not in repr(proxy)
    str(proxy)
    assert "'the target'" in repr(proxy)


@pytest.mark.rule(1)
def test_there_is_a_target_only_once_it_was_needed():
    target = Thing()
    proxy, factory = lazy(target)
    with pytest.raises(AttributeError):
        _ = proxy.__target__
    assert factory.calls == 0
    assert proxy.__wrapped__ is proxy.__target__ is target


@pytest.mark.rule(1)
def test_the_factory_is_kept_and_may_be_anything_that_can_be_called():
    proxy = Proxy(dict)
    assert proxy.__wrapped__ == {}
    assert proxy.__factory__ is dict


@pytest.mark.rule(1)
def test_two_proxies_share_nothing():
    one, other = Proxy(lambda: "one"), Proxy(lambda: "other")
    assert str(one) == "one"
    assert not other.__resolved__
    assert (str(other), str(one)) == ("other", "one")


# Rule 2: attributes


# Names that a proxy might be tempted to use or to have, and one of each kind that it inherits.
NAMES = [
    *("name", "_name", "__name", "target", "_target", "wrapped", "_wrapped", "factory", "_factory"),
    *("resolved", "_resolved", "resolve", "_resolve", "lock", "_lock", "_value", "_cache", "mro"),
    *("__name__", "__doc__", "__module__", "__qualname__", "__annotations__"),
]


@pytest.mark.rule(2)
def test_every_attribute_is_read_from_the_target():
    values = {name: object() for name in NAMES}
    for name in NAMES:
        proxy, factory = lazy(Thing(**values))
        assert getattr(proxy, name) is values[name], name
        assert factory.calls == 1


@pytest.mark.rule(2)
def test_every_attribute_is_set_and_deleted_on_the_target():
    for name in NAMES:
        target, value = Thing(), object()
        proxy, factory = lazy(target)
        setattr(proxy, name, value)
        assert vars(target) == {name: value}
        delattr(proxy, name)
        assert vars(target) == {}
        assert factory.calls == 1


@pytest.mark.rule(2)
def test_deleting_first_resolves_too():
    target = Thing(name=1)
    proxy, _ = lazy(target)
    del proxy.name
    assert vars(target) == {}


@pytest.mark.rule(2)
def test_attributes_are_those_of_the_target_now():
    target = Thing(name=1)
    proxy, _ = lazy(target)
    assert proxy.name == 1
    target.name = 2
    assert proxy.name == 2


@pytest.mark.rule(2)
def test_methods_and_properties_see_the_target():
    class Account(Thing):
        @property
        def balance(self):
            return self.cents / 100

        @balance.setter
        def balance(self, value):
            self.cents = value * 100

        def __getattr__(self, name):
            return f"no {name}"

    target = Account()
    proxy, _ = lazy(target)
    proxy.balance = 3
    assert (target.cents, proxy.balance, proxy.rate) == (300, 3.0, "no rate")
    assert proxy.itself() is target


@pytest.mark.rule(2)
def test_the_target_refuses_as_it_always_does():
    proxy, _ = lazy(object())
    assert outcome(getattr, proxy, "name") is AttributeError
    assert outcome(setattr, proxy, "name", 1) is AttributeError
    assert outcome(delattr, proxy, "name") is AttributeError
    assert outcome(vars, proxy) is TypeError
    assert not hasattr(proxy, "name")


@pytest.mark.rule(2)
def test_the_class_is_that_of_the_target():
    class Special(Thing):
        pass

    proxy, factory = lazy(Special())
    assert isinstance(proxy, Thing)
    assert proxy.__class__ is Special
    assert not isinstance(proxy, str)
    assert type(proxy) is Proxy
    assert factory.calls == 1


@pytest.mark.rule(2)
def test_a_proxy_may_stand_for_a_proxy():
    target = Thing(name=1)
    inner, inner_factory = lazy(target)
    outer, outer_factory = lazy(inner)
    outer.name += 1
    assert (target.name, outer.__class__, outer.itself()) == (2, Thing, target)
    assert isinstance(outer, Thing)
    assert (inner_factory.calls, outer_factory.calls) == (1, 1)
    assert outer.__wrapped__ is inner


@pytest.mark.rule(2)
def test_vars_and_dir_are_those_of_the_target():
    target = Thing(name=1)
    proxy, _ = lazy(target)
    assert vars(proxy) is vars(target)
    assert dir(Proxy(lambda: target)) == dir(target)


@pytest.mark.rule(2)
@pytest.mark.parametrize("target", [Thing, Thing.itself], ids=["a class", "a function"])
def test_classes_and_functions_have_the_attributes_that_tools_ask_for(target):
    names = ["__name__", "__qualname__", "__module__", "__doc__", "__annotations__", "__dict__"]
    proxy, _ = lazy(target)
    assert [getattr(proxy, name) for name in names] == [getattr(target, name) for name in names]


# Rule 3: operations on the object


class Fake:
    """Has the special methods that it is made with."""

    def __new__(cls, **methods):
        return object.__new__(type("Fake", (), methods))


def answer(value):
    return lambda self, *args: (value, *args)


USES = {
    "str": (str, lambda: 1.5),
    "str by __repr__": (str, lambda: Fake(__repr__=lambda self: "shown")),
    "bytes": (bytes, lambda: Fake(__bytes__=lambda self: b"own")),
    "bytes of items": (bytes, lambda: [65, 66]),
    "format": (lambda x: f"{x:>5}", lambda: "abc"),
    "format of nothing": (format, lambda: Fake(__format__=lambda self, spec: f"<{spec}>")),
    "int": (int, lambda: 3.7),
    "int of a text": (int, lambda: "12"),
    "int by __index__": (int, lambda: Fake(__index__=lambda self: 7)),
    "float": (float, lambda: 3),
    "float of a text": (float, lambda: "1.5"),
    "an index": (lambda x: "abcd"[x], lambda: 2),
    "bounds of a slice": (lambda x: "abcd"[x:], lambda: 2),
    "no index": (lambda x: "abcd"[x], lambda: 2.0),
    "hex": (hex, lambda: 255),
    "round": (round, lambda: 2.7),
    "round to digits": (lambda x: round(x, 1), lambda: 2.77),
    "a path": (os.fspath, lambda: PurePosixPath("a/b")),
    "a text as a path": (lambda x: os.path.join(x, "b"), lambda: "a"),  # noqa: PTH118
    "true without a length": (bool, object),
    "false without a length": (bool, lambda: 0),
    "truth by length": (bool, list),
    "truth is not length": (bool, lambda: Fake(__len__=lambda _: 3, __bool__=lambda _: False)),
    "dir": (dir, lambda: Fake(__dir__=lambda self: ["b", "a"])),
    "hash": (hash, lambda: "abc"),
    "no hash": (hash, list),
    "abs": (abs, lambda: -3),
    "minus": (operator.neg, lambda: 3),
    "plus": (operator.pos, lambda: True),
    "invert": (operator.invert, lambda: 3),
    "length": (len, lambda: "abc"),
    "no length": (len, lambda: 3),
    "in, by more than items": (lambda x: "bc" in x, lambda: "abc"),
    "in, by going through": (lambda x: "b" in x, lambda: iter("abc")),
    "not in": (lambda x: "d" in x, lambda: "abc"),
    "an item": (lambda x: x["a"], lambda: {"a": 1}),
    "a slice": (lambda x: x[1:3], lambda: "abcd"),
    "no such item": (lambda x: x["b"], lambda: {"a": 1}),
    "no items at all": (lambda x: x[0], lambda: 3),
    "a loop": (list, lambda: {"a": 1, "b": 2}),
    "a loop by items": (list, lambda: Fake(__getitem__=lambda _, at: "abc"[at])),
    "a loop without length": (list, lambda: iter("abc")),
    "no loop": (list, lambda: 3),
    "next": (next, lambda: iter("abc")),
    "next with default": (lambda x: next(x, "default"), lambda: iter("")),
    "no next": (next, list),
    "reversed": (lambda x: list(reversed(x)), lambda: {"a": 1, "b": 2}),
    "reversed by items": (
        lambda x: list(reversed(x)),
        lambda: Fake(__len__=lambda _: 2, __getitem__=lambda _, at: "ab"[at]),
    ),
    "unpacking": (lambda x: [*x, {**x}], lambda: {"a": 1}),
    "a call": (lambda x: x(1, 2, key=3), lambda: lambda *args, **kwds: (args, kwds)),
    "a call with any keywords": (
        lambda x: x(self=1, args=2, proxy=3, target=4),
        lambda: lambda **kwds: kwds,
    ),
    "no call": (lambda x: x(), lambda: 3),
    "sorting": (sorted, lambda: [3, 1, 2]),
    "joining": ("-".join, lambda: ["a", "b"]),
    "a dictionary": (dict, lambda: {"a": 1}),
}


@pytest.mark.rule(3)
@pytest.mark.parametrize(("use", "make"), USES.values(), ids=USES.keys())
def test_a_use_does_what_it_does_with_the_target(use, make):
    factory = Factory(make)
    assert outcome(use, Proxy(factory)) == outcome(use, make())
    assert factory.calls == 1


TURNED = {"lt": "gt", "le": "ge", "eq": "eq", "ne": "ne", "gt": "lt", "ge": "le"}


@pytest.mark.rule(3)
@pytest.mark.parametrize("name", TURNED)
def test_a_comparison_asks_the_target_on_either_side(name):
    compare = getattr(operator, name)
    target = Fake(**{f"__{each}__": answer(each) for each in TURNED})
    assert compare(lazy(target)[0], 5) == (name, 5)
    assert compare(5, lazy(target)[0]) == (TURNED[name], 5)


@pytest.mark.rule(3)
def test_a_comparison_asks_the_other_side_if_the_target_cannot_tell():
    other = Fake(__gt__=answer("other"))
    target = object()
    assert (lazy(target)[0] < other) == ("other", target)
    with pytest.raises(TypeError):
        assert lazy(target)[0] < 5


@pytest.mark.rule(3)
def test_a_proxy_equals_its_target_and_finds_it_in_a_dictionary():
    target = Thing()
    one, other = lazy(target)[0], lazy(target)[0]
    assert [one == target, target == one, one == other, one != other] == [True, True, True, False]
    assert {target: "found"}[one] == {one: "found"}[target] == {one: "found"}[other] == "found"
    assert one != lazy(Thing())[0]


@pytest.mark.rule(3)
def test_items_are_set_and_deleted_in_the_target():
    target = ["a", "b", "c", "d"]
    proxy, factory = lazy(target)
    proxy[0] = "z"
    assert target == ["z", "b", "c", "d"]
    del proxy[1:3]
    assert target == ["z", "d"]
    assert factory.calls == 1


# Rule 4: arithmetic


IN_PLACE = {
    "add": operator.iadd,
    "sub": operator.isub,
    "mul": operator.imul,
    "matmul": operator.imatmul,
    "truediv": operator.itruediv,
    "floordiv": operator.ifloordiv,
    "mod": operator.imod,
    "pow": operator.ipow,
    "lshift": operator.ilshift,
    "rshift": operator.irshift,
    "and": operator.iand,
    "or": operator.ior,
    "xor": operator.ixor,
}
ARITHMETIC = {name: getattr(operator, f"__{name}__") for name in IN_PLACE} | {"divmod": divmod}


def number():
    """Something that tells which method was called, with what."""
    methods = [f"__{form}{name}__" for name in ARITHMETIC for form in ("", "r", "i")]
    return Fake(**{method: answer(method) for method in methods})


@pytest.mark.rule(4)
@pytest.mark.parametrize(("name", "operate"), ARITHMETIC.items(), ids=ARITHMETIC.keys())
def test_an_operator_reaches_the_target_on_either_side(name, operate):
    assert operate(lazy(number())[0], 5) == (f"__{name}__", 5)
    assert operate(5, lazy(number())[0]) == (f"__r{name}__", 5)


@pytest.mark.rule(4)
@pytest.mark.parametrize(("name", "operate"), ARITHMETIC.items(), ids=ARITHMETIC.keys())
def test_an_operator_takes_proxies_on_both_sides(name, operate):
    assert operate(lazy(number())[0], lazy(5)[0]) == (f"__{name}__", 5)
    assert operate(lazy(5)[0], lazy(number())[0]) == (f"__r{name}__", 5)


@pytest.mark.rule(4)
def test_an_operator_asks_the_other_side_if_the_target_cannot():
    proxy, _ = lazy(object())
    assert proxy + Fake(__radd__=answer("other")) == ("other", proxy.__wrapped__)
    with pytest.raises(TypeError):
        proxy + 5


@pytest.mark.rule(4)
def test_sequences_are_concatenated_and_repeated():
    assert lazy("ab")[0] + "c" == "abc"
    assert "a" + lazy("bc")[0] == "abc"
    assert lazy("ab")[0] * 2 == 2 * lazy("ab")[0] == "ab" * lazy(2)[0] == "abab"
    assert lazy("%s!")[0] % "ab" == "ab!"


@pytest.mark.rule(4)
def test_a_power_may_have_a_modulus():
    assert pow(lazy(7)[0], 2, 10) == 9


@pytest.mark.rule(4)
@pytest.mark.parametrize(("name", "operate"), IN_PLACE.items(), ids=IN_PLACE.keys())
def test_an_operation_in_place_changes_what_the_proxy_stands_for(name, operate):
    proxy, factory = lazy(number())
    assert operate(proxy, 5) is proxy
    assert type(proxy) is Proxy
    assert proxy.__wrapped__ == (f"__i{name}__", 5)
    assert factory.calls == 1


@pytest.mark.rule(4)
def test_in_place_works_where_the_target_has_no_method_for_it():
    proxy, factory = lazy(40)
    other_name = proxy
    proxy += 1
    proxy += lazy(1)[0]
    assert (proxy, other_name, type(proxy)) == (42, 42, Proxy)
    assert type(proxy.__wrapped__) is int
    assert factory.calls == 1


@pytest.mark.rule(4)
def test_a_list_grows_in_place():
    target = [1]
    proxy, _ = lazy(target)
    proxy += (2, 3)
    assert proxy.__wrapped__ is target
    assert target == [1, 2, 3]


@pytest.mark.rule(4)
def test_a_failed_operation_in_place_changes_nothing():
    target = [1]
    proxy, _ = lazy(target)
    with pytest.raises(TypeError):
        proxy -= [1]
    assert proxy.__wrapped__ is target
    assert target == [1]


VALUES = st.one_of(
    st.integers(-3, 20),
    st.sampled_from([None, 1.5, -0.5, "", "12", "ab", b"b", (1, 2), True]),
    st.lists(st.integers(-3, 3), max_size=3),
    st.dictionaries(st.integers(-1, 2), st.integers(), max_size=3),
    st.sets(st.integers(-1, 3)),
)
ARGUMENTS = st.one_of(st.integers(-2, 3), st.sampled_from(["a", [1], (1,), {1: 2}, None]))
ALONE = {
    function.__name__: function
    for function in (str, bool, hash, int, float, operator.index, round, len, dir, abs)
} | {
    "list": list,
    "reversed": lambda x: list(reversed(x)),
    "minus": operator.neg,
    "invert": operator.invert,
    "call": lambda x: x(),
    "class": lambda x: x.__class__,
    "doc": lambda x: x.__doc__,
    "real": lambda x: x.real,
    "no such attribute": lambda x: x.nothing,
    "setting": lambda x: setattr(x, "nothing", 1),
    "deleting": lambda x: delattr(x, "nothing"),
    "another target": lambda x: setattr(x, "__wrapped__", 5),
    "no target": lambda x: x.__resolved__ and delattr(x, "__wrapped__"),
}
WITH_ARGUMENT = {
    "item": operator.getitem,
    "set item": lambda x, key: operator.setitem(x, key, 7),
    "delete item": operator.delitem,
    "in": operator.contains,
    "append": lambda x, item: x.append(item),
    "format": lambda x, width: format(x, f">{width}"),
    "sum": lambda x, other: other + x,
    "product": lambda x, other: other * x,
    "difference": lambda x, other: other - x,
    **{name: getattr(operator, name) for name in TURNED},
    **{f"{name} in place": operate for name, operate in IN_PLACE.items() if name != "or"},
    **{name: operate for name, operate in ARITHMETIC.items() if name != "or"},
}


@pytest.mark.rule(4)
@given(
    value=VALUES,
    uses=st.lists(
        st.one_of(
            st.tuples(st.sampled_from(sorted(ALONE))),
            st.tuples(st.sampled_from(sorted(WITH_ARGUMENT)), ARGUMENTS),
        ),
        max_size=6,
    ),
)
def test_any_uses_do_what_they_do_with_lazy_object_proxy(value, uses):
    sides = []
    for cls in (Proxy, lazy_object_proxy.Proxy):
        factory = Factory(partial(copy.deepcopy, value))
        sides.append((cls(factory), factory))
    for name, *args in uses:
        use = (ALONE | WITH_ARGUMENT)[name]
        seen = []
        for proxy, factory in sides:
            result = outcome(use, proxy, *copy.deepcopy(args))
            if isinstance(result, tuple) and result[1] is proxy:
                result = ("the proxy", outcome(lambda proxy=proxy: proxy.__wrapped__))
            seen.append((result, factory.calls, proxy.__resolved__))
        assert seen[0] == seen[1], name
    (ours, _), (theirs, _) = sides
    assert ours.__wrapped__ == theirs.__wrapped__


# Rule 5: statements with their own protocol


class Door:
    """A context manager of both kinds that remembers what happens; swallows `KeyError`."""

    def __init__(self):
        self.events = []

    def __enter__(self):
        self.events.append("enter")
        return "inside"

    def __exit__(self, *exc_info):
        self.events.append(exc_info[0])
        return exc_info[0] is KeyError

    async def __aenter__(self):
        return self.__enter__()

    async def __aexit__(self, *exc_info):
        return self.__exit__(*exc_info)


def driven(coroutine, *replies):
    """The result of a coroutine, and what it asked its event loop, which answers `replies`."""
    asked, answers = [], iter((None, *replies))
    try:
        while True:
            asked.append(coroutine.send(next(answers)))
    except StopIteration as stop:
        return stop.value, asked


@pytest.mark.rule(5)
def test_a_with_statement_enters_and_leaves_the_target():
    door = Door()
    proxy, factory = lazy(door)
    with proxy as inside:
        assert inside == "inside"
        assert door.events == ["enter"]
    assert door.events == ["enter", None]
    assert factory.calls == 1


@pytest.mark.rule(5)
def test_the_target_sees_and_may_swallow_an_exception():
    door = Door()
    with lazy(door)[0]:
        raise KeyError
    with pytest.raises(ValueError), lazy(door)[0]:
        raise ValueError
    assert door.events == ["enter", KeyError, "enter", ValueError]


@pytest.mark.rule(5)
def test_an_exit_stack_takes_a_proxy():
    door = Door()
    with ExitStack() as stack:
        assert stack.enter_context(lazy(door)[0]) == "inside"
        stack.push(lazy(door)[0])
    assert door.events == ["enter", None, None]


@pytest.mark.rule(5)
def test_an_async_with_statement_enters_and_leaves_the_target():
    async def main():
        async with lazy(door)[0] as inside:
            assert inside == "inside"
        async with lazy(door)[0]:
            raise KeyError
        return "done"

    door = Door()
    assert driven(main()) == ("done", [])
    assert door.events == ["enter", None, "enter", KeyError]


class Awaitable:
    def __await__(self):
        first = yield "first"
        return first, (yield "second")


@types.coroutine
def generated():
    first = yield "first"
    return first, (yield "second")


async def coroutine():
    return await Awaitable()


@pytest.mark.rule(5)
@pytest.mark.parametrize("make", [coroutine, Awaitable, generated], ids=lambda make: make.__name__)
def test_awaiting_a_proxy_awaits_the_target(make):
    async def main():
        return await proxy

    factory = Factory(make)
    proxy = Proxy(factory)
    assert driven(main(), 1, 2) == ((1, 2), ["first", "second"])
    assert factory.calls == 1


@pytest.mark.rule(5)
def test_an_async_loop_goes_over_the_target():
    async def letters():
        for letter in "abc":
            yield letter

    async def main():
        proxy, _ = lazy(letters())
        first = await anext(proxy)
        return first, [letter async for letter in proxy]

    assert driven(main()) == (("a", ["b", "c"]), [])


@pytest.mark.rule(5)
@pytest.mark.parametrize("protocol", ["with", "async with", "async for", "await"])
def test_a_target_without_the_protocol_is_refused(protocol):
    async def main():
        match protocol:
            case "with":
                with proxy:
                    entered.append(True)
            case "async with":
                async with proxy:
                    entered.append(True)
            case "async for":
                _ = [entered.append(True) async for _ in proxy]
            case "await":
                await proxy

    entered = []
    proxy, _ = lazy(3)
    with pytest.raises((AttributeError, TypeError)):
        driven(main())
    assert entered == []


@pytest.mark.rule(5)
@pytest.mark.parametrize("target", [[1, 2], len, PurePosixPath], ids=repr)
def test_pickling_a_proxy_pickles_the_target(target):
    proxy, _ = lazy(target)
    restored = pickle.loads(pickle.dumps(proxy))
    assert type(restored) is type(target)
    assert restored == target


# Rule 6: when the factory fails


ANY_USE = {
    "the target": lambda proxy: proxy.__wrapped__,
    "reading": lambda proxy: proxy.name,
    "setting": lambda proxy: setattr(proxy, "name", 1),
    "deleting": lambda proxy: delattr(proxy, "name"),
    "the class": lambda proxy: proxy.__class__,
    "the docstring": lambda proxy: proxy.__doc__,
    "a length": len,
    "a comparison": lambda proxy: proxy == 1,
    "a hash": hash,
    "a loop": list,
    "the left side": lambda proxy: proxy + 1,
    "the right side": lambda proxy: 1 + proxy,
    "in place": lambda proxy: operator.iadd(proxy, 1),
    "a call": lambda proxy: proxy(),
    "pickling": pickle.dumps,
}


def failing(error):
    def fail():
        raise error

    return Factory(fail)


@pytest.mark.rule(6)
@pytest.mark.parametrize("use", ANY_USE.values(), ids=ANY_USE.keys())
def test_each_use_tries_the_factory_once_until_it_returns(use):
    factory = failing(ValueError())
    proxy = Proxy(factory)
    for calls in (1, 2):
        with pytest.raises(ValueError):
            use(proxy)
        assert (factory.calls, proxy.__resolved__) == (calls, False)
    factory.make = lambda: [1]
    assert len(proxy) == 1
    assert (factory.calls, proxy.__resolved__) == (3, True)


@pytest.mark.rule(6)
@pytest.mark.parametrize("use", ANY_USE.values(), ids=ANY_USE.keys())
def test_an_error_of_the_factory_comes_out_as_it_is(use):
    for kind in (AttributeError, KeyError, TypeError, KeyboardInterrupt):
        error = kind("from the factory")
        proxy = Proxy(failing(error))
        with pytest.raises(kind) as caught:
            use(proxy)
        assert caught.value is error
        assert error.__context__ is None
        assert not proxy.__resolved__
        assert isinstance(repr(proxy), str)


def in_a_thread(function):
    """The result of `function`, or its error; a thread that does not end fails the test."""
    results = []

    def run():
        try:
            results.append((function(), None))
        except BaseException as error:
            results.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert results, "a thread waits for ever"
    result, error = results[0]
    if error:
        raise error
    return result


@pytest.mark.rule(6)
def test_a_factory_that_uses_its_own_proxy_fails_and_does_not_wait():
    factory = Factory(lambda: len(proxy))
    proxy = Proxy(factory)
    with pytest.raises(RecursionError):
        in_a_thread(lambda: str(proxy))
    assert not proxy.__resolved__
    # Another thread: what the first one held, it has let go.
    factory.make = lambda: "abc"
    assert len(proxy) == 3


# Rule 7: another target


@pytest.mark.rule(7)
def test_an_assigned_target_needs_no_factory():
    proxy, factory = lazy("made")
    proxy.__wrapped__ = "given"
    assert (proxy.__resolved__, str(proxy), len(proxy)) == (True, "given", 5)
    assert factory.calls == 0


@pytest.mark.rule(7)
def test_an_assigned_target_replaces_the_other():
    proxy, factory = lazy("made")
    str(proxy)
    proxy.__wrapped__ = None
    assert (str(proxy), proxy.__wrapped__) == ("None", None)
    assert factory.calls == 1


@pytest.mark.rule(7)
def test_without_its_target_a_proxy_is_as_new():
    factory = Factory(Thing)
    proxy = Proxy(factory)
    first = proxy.__wrapped__
    del proxy.__wrapped__
    assert not proxy.__resolved__
    assert factory.calls == 1
    second = proxy.__wrapped__
    assert proxy.itself() is second is not first
    assert factory.calls == 2


@pytest.mark.rule(7)
def test_another_factory_makes_the_next_target():
    proxy, factory = lazy("one")
    proxy.__factory__ = lambda: "two"
    assert str(proxy) == "two"
    proxy.__factory__ = lambda: "three"
    assert str(proxy) == "two"
    del proxy.__wrapped__
    assert str(proxy) == "three"
    assert factory.calls == 0


@pytest.mark.rule(7)
def test_whether_there_is_a_target_cannot_be_assigned():
    proxy, factory = lazy(Thing())
    with pytest.raises(AttributeError):
        proxy.__resolved__ = True
    assert not proxy.__resolved__
    assert factory.calls == 0


# Rule 8: threads


def switched(factory, first, second):
    """Yield the proxy, where the switch was, and both results, for a switch at each place."""
    for step in itertools.count(1):
        with observed_locks(kata):
            proxy = Proxy(factory())
        results = run_at(step, kata, partial(first, proxy), partial(second, proxy))
        if results is None:
            return
        yield proxy, f"with a switch before instruction {step}", results


@pytest.mark.rule(8)
@pytest.mark.slow
@pytest.mark.parametrize("make", [Untouchable, lambda: None], ids=["an object", "None"])
def test_threads_that_meet_at_the_first_use_get_one_target(make):
    def use(proxy):
        return proxy.__wrapped__

    for proxy, where, (one, other) in switched(lambda: Factory(make), use, use):
        assert proxy.__factory__.calls == 1, where
        assert one is other is proxy.__wrapped__, where


@pytest.mark.rule(8)
@pytest.mark.slow
def test_who_waited_for_a_failure_tries_in_turn():
    class FailsOnce(Factory):
        def __call__(self):
            if super().__call__() and self.calls == 1:
                raise ValueError
            return "target"

    def use(proxy):
        try:
            return str(proxy)
        except ValueError:
            return "failed"

    for proxy, where, results in switched(lambda: FailsOnce(Thing), use, use):
        assert sorted(results) == ["failed", "target"], where
        assert proxy.__factory__.calls == 2, where


@pytest.mark.rule(8)
@pytest.mark.slow
@pytest.mark.parametrize("resolved", [False, True], ids=["unresolved", "resolved"])
def test_who_uses_a_target_that_is_deleted_has_the_old_or_a_new_one(resolved):
    def use(proxy):
        if resolved:
            proxy.__wrapped__ = Thing()
        return proxy.itself()

    def delete(proxy):
        with suppress(AttributeError):
            del proxy.__wrapped__

    for _, where, (target, _) in switched(lambda: Factory(Thing), use, delete):
        assert type(target) is Thing, where


@pytest.mark.rule(8)
def test_no_proxy_waits_for_the_factory_of_another():
    both_inside = threading.Barrier(2, timeout=PATIENCE)
    other = Proxy(both_inside.wait)
    threads = []

    def use_the_other():
        with suppress(threading.BrokenBarrierError):
            str(other)

    def meet():
        threads.append(threading.Thread(target=use_the_other, daemon=True))
        threads[0].start()
        return both_inside.wait()

    proxy = Proxy(meet)
    try:
        assert proxy.__wrapped__ in (0, 1)
    finally:
        for thread in threads:
            thread.join(PATIENCE)


@pytest.mark.rule(8)
def test_looking_at_a_proxy_waits_for_nobody():
    def look():
        return proxy.__resolved__, isinstance(repr(proxy), str), proxy.__factory__

    proxy = Proxy(lambda: in_a_thread(look))
    assert proxy.__wrapped__ == (False, True, proxy.__factory__)


@pytest.mark.rule(8)
def test_a_target_that_is_there_is_used_without_waiting():
    def factory():
        proxy.__wrapped__ = "given meanwhile"
        return in_a_thread(lambda: str(proxy))

    proxy = Proxy(factory)
    assert proxy.__wrapped__ == "given meanwhile"
