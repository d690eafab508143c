import contextlib
import gc
import itertools
import sys
import weakref
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from katas.memory_management.reference_counting import Heap

LONG = 3_000


@pytest.fixture
def errors():
    """What reached the hook of `heap`; a test that expects something takes it out."""
    errors = []
    yield errors
    assert errors == []


@pytest.fixture
def heap(errors):
    return Heap(errors.append)


def counts(heap, *addresses):
    """The counts of the objects, 0 for one that doesn't live."""
    return [heap.refcount(address) if address in heap else 0 for address in addresses]


# Rule 1: references are taken and given back


@pytest.mark.rule(1)
def test_a_new_object_has_one_reference():
    heap = Heap()
    assert len(heap) == 0
    a, b = heap.new(), heap.new()
    assert (type(a), type(b)) == (int, int)
    assert a != b
    assert (a in heap, b in heap, len(heap)) == (True, True, 2)
    assert counts(heap, a, b) == [1, 1]


@pytest.mark.rule(1)
def test_references_are_counted(heap):
    a, b = heap.new(), heap.new()
    assert heap.incref(a) is None
    assert heap.incref(a) is None
    assert counts(heap, a, b) == [3, 1]
    assert heap.decref(a) is None
    assert counts(heap, a, b) == [2, 1]


@pytest.mark.rule(1)
def test_an_object_dies_with_its_last_reference_and_not_before(heap):
    a, b = heap.new(), heap.new()
    heap.incref(a)
    heap.decref(a)
    assert a in heap
    heap.decref(a)
    assert (a in heap, b in heap, len(heap)) == (False, True, 1)
    heap.decref(b)
    assert (b in heap, len(heap)) == (False, 0)


@pytest.mark.rule(1)
def test_an_address_is_never_used_again(heap):
    addresses = []
    for kept in [True, False, False, True, False]:
        addresses.append(heap.new())
        if not kept:
            heap.decref(addresses[-1])
    assert len(set(addresses)) == 5


@pytest.mark.rule(1)
@pytest.mark.parametrize("use", [Heap.refcount, Heap.incref, Heap.decref])
def test_what_does_not_live_has_no_references(heap, use):
    live, dead = heap.new(), heap.new()
    heap.decref(dead)
    for address in (dead, max(live, dead) + 1000):
        with pytest.raises(ReferenceError):
            use(heap, address)
        assert (dead in heap, len(heap), heap.refcount(live)) == (False, 1, 1)


# Rule 2: attributes


@pytest.mark.rule(2)
def test_an_attribute_holds_a_reference(heap):
    a, b = heap.new(), heap.new()
    assert heap.setattr(a, "x", b) is None
    assert counts(heap, a, b) == [1, 2]
    heap.setattr(a, "y", b)
    assert counts(heap, a, b) == [1, 3]
    heap.decref(b)
    assert counts(heap, a, b) == [1, 2]
    assert heap.getattr(a, "x") == heap.getattr(a, "y") == b


@pytest.mark.rule(2)
def test_reading_an_attribute_takes_no_reference(heap):
    a, b = heap.new(), heap.new()
    heap.setattr(a, "x", b)
    assert heap.getattr(a, "x") == heap.getattr(a, "x") == b
    assert counts(heap, a, b) == [1, 2]


@pytest.mark.rule(2)
def test_what_was_there_before_is_given_back(heap):
    a, b, c = heap.new(), heap.new(), heap.new()
    heap.setattr(a, "x", b)
    heap.setattr(a, "x", c)
    assert heap.getattr(a, "x") == c
    assert counts(heap, a, b, c) == [1, 1, 2]
    heap.decref(c)
    heap.setattr(a, "x", b)
    assert counts(heap, a, b, c) == [1, 2, 0]


@pytest.mark.rule(2)
def test_an_attribute_that_is_taken_out_is_given_back(heap):
    a, b, c = heap.new(), heap.new(), heap.new()
    heap.setattr(a, "x", b)
    heap.setattr(a, "y", c)
    assert heap.delattr(a, "x") is None
    assert counts(heap, a, b, c) == [1, 1, 2]
    heap.decref(c)
    heap.delattr(a, "y")
    assert counts(heap, a, b, c) == [1, 1, 0]


@pytest.mark.rule(2)
def test_a_name_that_is_not_there_is_an_error(heap):
    a, b = heap.new(), heap.new()
    heap.setattr(a, "x", b)
    heap.delattr(a, "x")
    heap.setattr(a, "y", b)
    for name in ("x", "z"):
        with pytest.raises(AttributeError):
            heap.getattr(a, name)
        with pytest.raises(AttributeError):
            heap.delattr(a, name)
    assert counts(heap, a, b) == [1, 2]
    assert heap.getattr(a, "y") == b


@pytest.mark.rule(2)
def test_what_is_stored_again_in_its_own_place_survives(heap):
    a, b = heap.new(), heap.new()
    heap.setattr(a, "x", b)
    heap.decref(b)
    heap.setattr(a, "x", heap.getattr(a, "x"))
    assert counts(heap, a, b) == [1, 1]


@pytest.mark.rule(2)
def test_what_only_its_predecessor_held_survives_it(heap):
    first, second, third = heap.new(), heap.new(), heap.new()
    heap.setattr(first, "next", second)
    heap.setattr(second, "next", third)
    heap.decref(second)
    heap.decref(third)
    heap.setattr(first, "next", heap.getattr(heap.getattr(first, "next"), "next"))
    assert counts(heap, first, second, third) == [1, 0, 1]


ATTRIBUTE_USES = {
    "setattr of it": lambda heap, dead, live: heap.setattr(dead, "name", live),
    "setattr to it": lambda heap, dead, live: heap.setattr(live, "name", dead),
    "setattr of a new name": lambda heap, dead, live: heap.setattr(live, "new", dead),
    "getattr": lambda heap, dead, live: heap.getattr(dead, "name"),
    "delattr": lambda heap, dead, live: heap.delattr(dead, "name"),
}


@pytest.mark.rule(2)
@pytest.mark.parametrize("use", ATTRIBUTE_USES.values(), ids=ATTRIBUTE_USES.keys())
def test_what_does_not_live_has_and_becomes_no_attribute(heap, use):
    live, held, dead = heap.new(), heap.new(), heap.new()
    heap.setattr(live, "name", held)
    heap.setattr(dead, "name", live)
    heap.delattr(dead, "name")
    heap.decref(dead)
    with pytest.raises(ReferenceError):
        use(heap, dead, live)
    assert (len(heap), counts(heap, live, held)) == (2, [1, 2])
    assert heap.getattr(live, "name") == held
    with pytest.raises(AttributeError):
        heap.getattr(live, "new")


# Rule 3: what the dead held


@pytest.mark.rule(3)
def test_the_dead_give_back_what_they_held(heap):
    root, left, right, leaf = (heap.new() for _ in range(4))
    for owner, name, target in [
        (root, "left", left),
        (root, "right", right),
        (left, "leaf", leaf),
        (right, "leaf", leaf),
        (right, "again", leaf),
    ]:
        heap.setattr(owner, name, target)
    for address in (left, right, leaf):
        heap.decref(address)
    assert counts(heap, root, left, right, leaf) == [1, 1, 1, 3]
    heap.incref(left)
    heap.decref(root)
    assert counts(heap, root, left, right, leaf) == [0, 1, 0, 1]
    heap.decref(left)
    assert len(heap) == 0


@pytest.mark.rule(3)
def test_a_cycle_and_all_it_holds_is_never_freed(heap):
    a, b, held = heap.new(), heap.new(), heap.new()
    heap.setattr(a, "x", b)
    heap.setattr(b, "x", a)
    heap.setattr(b, "y", held)
    for address in (a, b, held):
        heap.decref(address)
    assert counts(heap, a, b, held) == [1, 1, 1]


@pytest.mark.rule(3)
def test_a_cycle_that_is_broken_is_freed(heap):
    a, b, itself = heap.new(), heap.new(), heap.new()
    heap.setattr(a, "x", b)
    heap.setattr(b, "x", a)
    heap.setattr(itself, "x", itself)
    for address in (a, b, itself):
        heap.decref(address)
    assert len(heap) == 3
    heap.delattr(b, "x")
    assert counts(heap, a, b, itself) == [0, 0, 1]
    heap.delattr(itself, "x")
    assert len(heap) == 0


@pytest.mark.rule(3)
def test_names_go_out_of_scope_and_objects_do_not(heap):
    scope, elsewhere = heap.new(), heap.new()
    local, returned = heap.new(), heap.new()
    heap.setattr(scope, "local", local)
    heap.setattr(scope, "result", returned)
    heap.setattr(elsewhere, "result", returned)
    heap.decref(local)
    heap.decref(returned)
    heap.decref(scope)
    assert counts(heap, local, returned) == [0, 1]


# Rule 4: finalizers


@pytest.mark.rule(4)
def test_a_finalizer_is_called_once_with_the_address_when_the_count_is_zero(heap):
    calls = []
    a = heap.new(calls.append)
    heap.incref(a)
    heap.decref(a)
    assert calls == []
    heap.decref(a)
    assert calls == [a]
    assert a not in heap


@pytest.mark.rule(4)
def test_a_finalizer_gets_a_living_object_with_all_it_has(heap):
    seen = []

    def finalizer(address):
        held = heap.getattr(address, "x")
        seen.append((address in heap, *counts(heap, address, held), len(heap)))

    parent, child = heap.new(finalizer), heap.new()
    heap.setattr(parent, "x", child)
    heap.decref(child)
    heap.decref(parent)
    assert seen == [(True, 1, 1, 2)]
    assert counts(heap, parent, child) == [0, 0]


@pytest.mark.rule(4)
def test_a_finalizer_meets_the_new_target_in_the_place_of_the_old(heap):
    seen = []
    a, new = heap.new(), heap.new()
    old = heap.new(lambda _: seen.append((heap.getattr(a, "x"), heap.refcount(new))))
    heap.setattr(a, "x", old)
    heap.decref(old)
    heap.setattr(a, "x", new)
    assert seen == [(new, 2)]


@pytest.mark.rule(4)
def test_a_finalizer_no_longer_meets_the_name_that_is_taken_out(heap):
    seen = []

    def finalizer(_):
        with pytest.raises(AttributeError):
            heap.getattr(a, "x")
        heap.setattr(a, "x", other)
        seen.append("finalizer")

    a, other, old = heap.new(), heap.new(), heap.new(finalizer)
    heap.setattr(a, "x", old)
    heap.decref(old)
    heap.delattr(a, "x")
    assert seen == ["finalizer"]
    assert heap.getattr(a, "x") == other
    assert counts(heap, a, other) == [1, 2]


@pytest.mark.rule(4)
def test_the_finalizer_of_an_owner_is_called_before_those_of_what_it_held(heap):
    calls = []
    chain = [heap.new(calls.append) for _ in range(4)]
    for owner, target in itertools.pairwise(chain):
        heap.setattr(owner, "next", target)
        heap.decref(target)
    heap.decref(chain[0])
    assert calls == chain


def by_a_reference(heap, address, keeper):
    heap.incref(address)


def by_an_attribute(heap, address, keeper):
    heap.setattr(keeper, "saved", address)


WAYS_TO_SAVE = pytest.mark.parametrize("save", [by_a_reference, by_an_attribute])


@pytest.mark.rule(4)
@WAYS_TO_SAVE
def test_a_finalizer_can_save_its_object(heap, save):
    keeper, child, a = heap.new(), heap.new(), heap.new(lambda a: save(heap, a, keeper))
    heap.setattr(a, "x", child)
    heap.decref(child)
    heap.decref(a)
    assert counts(heap, a, child) == [1, 1]
    assert heap.getattr(a, "x") == child


@pytest.mark.rule(4)
@WAYS_TO_SAVE
def test_an_object_that_was_saved_dies_unasked_the_next_time(heap, save):
    def finalizer(address):
        calls.append(address)
        save(heap, address, keeper)

    calls = []
    keeper, child, a = heap.new(), heap.new(), heap.new(finalizer)
    heap.setattr(a, "x", child)
    heap.decref(child)
    heap.decref(a)
    if save is by_an_attribute:
        heap.delattr(keeper, "saved")
    else:
        heap.decref(a)
    assert (calls, counts(heap, a, child), len(heap)) == ([a], [0, 0], 1)


@pytest.mark.rule(4)
def test_what_a_dead_object_held_may_be_saved_with_all_that_hangs_on_it(heap):
    root, middle, leaf = heap.new(), heap.new(heap.incref), heap.new()
    heap.setattr(root, "x", middle)
    heap.setattr(middle, "x", leaf)
    heap.decref(middle)
    heap.decref(leaf)
    heap.decref(root)
    assert counts(heap, root, middle, leaf) == [0, 1, 1]
    heap.decref(middle)
    assert len(heap) == 0


@pytest.mark.rule(4)
def test_a_reference_that_is_taken_and_given_back_saves_nothing(heap):
    def finalizer(address):
        heap.incref(address)
        heap.setattr(keeper, "x", address)
        heap.decref(address)
        heap.delattr(keeper, "x")
        calls.append(address)

    calls = []
    keeper, a = heap.new(), heap.new(finalizer)
    heap.decref(a)
    assert (calls, counts(heap, a, keeper)) == ([a], [0, 1])


@pytest.mark.rule(4)
def test_a_finalizer_can_change_what_its_object_holds(heap):
    def finalizer(address):
        heap.setattr(address, "x", other)
        heap.delattr(address, "y")

    one, two, other, a = heap.new(), heap.new(), heap.new(), heap.new(finalizer)
    heap.setattr(a, "x", one)
    heap.setattr(a, "y", two)
    heap.decref(a)
    assert counts(heap, a, one, two, other) == [0, 1, 1, 1]


# Rule 5: weak references


@pytest.mark.rule(5)
def test_a_weak_reference_counts_nothing_and_tells_who_lives(heap):
    a, b = heap.new(), heap.new()
    weak, other = heap.ref(a), heap.ref(b)
    assert (weak(), other(), counts(heap, a, b)) == (a, b, [1, 1])
    heap.decref(a)
    assert (weak(), other()) == (None, b)


@pytest.mark.rule(5)
def test_callbacks_are_called_the_newest_first_each_with_its_weak_reference(heap):
    calls = []
    a, b = heap.new(), heap.new()
    weak = [heap.ref(a, calls.append) for _ in range(3)]
    heap.ref(a)
    heap.ref(b, calls.append)
    heap.incref(a)
    heap.decref(a)
    assert calls == []
    heap.decref(a)
    assert list(map(id, calls)) == list(map(id, weak[::-1]))


@pytest.mark.rule(5)
def test_callbacks_come_after_the_death_and_before_attributes_are_given_back(heap):
    def callback(_):
        seen.append((a in heap, weak(), other(), *counts(heap, child)))

    seen = []
    child, a = heap.new(), heap.new(lambda _: seen.append(("finalizer", weak())))
    heap.setattr(a, "x", child)
    heap.decref(child)
    other, weak, third = heap.ref(a), heap.ref(a, callback), heap.ref(a, callback)
    heap.decref(a)
    assert seen == [("finalizer", a), (False, None, None, 1), (False, None, None, 1)]
    assert third() is None
    assert child not in heap


@pytest.mark.rule(5)
def test_the_weak_references_of_a_saved_object_still_work(heap):
    calls = []
    a = heap.new(heap.incref)
    weak = heap.ref(a, calls.append)
    heap.decref(a)
    assert (weak(), calls) == (a, [])
    heap.decref(a)
    assert (weak(), calls) == (None, [weak])


@pytest.mark.rule(5)
@pytest.mark.parametrize("callback", [None, print])
def test_what_does_not_live_gets_no_weak_reference(heap, callback):
    dead = heap.new()
    heap.decref(dead)
    with pytest.raises(ReferenceError):
        heap.ref(dead, callback)


class Function:
    """Can be called, and be seen to go."""

    def __call__(self, _):
        pass


@pytest.mark.rule(5)
def test_finalizer_and_callback_are_kept_as_long_as_the_object(heap):
    finalizer, callback = Function(), Function()
    kept = [weakref.ref(finalizer), weakref.ref(callback)]
    a = heap.new(finalizer)
    heap.ref(a, callback)
    del finalizer, callback
    gc.collect()
    assert all(function() for function in kept)
    heap.decref(a)
    gc.collect()
    assert [function() for function in kept] == [None, None]


@pytest.mark.rule(5)
def test_a_finalizer_can_make_weak_references_to_its_object(heap):
    made, calls = [], []
    a = heap.new(lambda address: made.append(heap.ref(address, calls.append)))
    heap.decref(a)
    assert (len(made), made[0](), calls) == (1, None, made)


# Rule 6: exceptions


@pytest.mark.rule(6)
@pytest.mark.parametrize("kind", [ZeroDivisionError, KeyError, SystemExit])
def test_an_exception_goes_to_the_hook_and_all_goes_on_as_without_it(heap, errors, kind):
    def fail(_):
        raise kind

    parent, child = heap.new(fail), heap.new(fail)
    heap.setattr(parent, "x", child)
    heap.decref(child)
    calls = []
    heap.ref(parent, calls.append)
    heap.ref(parent, fail)
    heap.ref(child, calls.append)
    heap.decref(parent)
    assert [type(error) for error in errors] == [kind] * 3
    errors.clear()
    assert (len(calls), len(heap)) == (2, 0)
    assert heap.new() in heap


@pytest.mark.rule(6)
def test_an_object_that_is_saved_by_a_finalizer_that_fails_is_saved(heap, errors):
    def finalizer(address):
        heap.incref(address)
        raise ZeroDivisionError

    a = heap.new(finalizer)
    heap.decref(a)
    assert [type(error) for error in errors] == [ZeroDivisionError]
    errors.clear()
    assert counts(heap, a) == [1]
    heap.decref(a)
    assert a not in heap


@pytest.mark.rule(6)
def test_without_a_hook_an_exception_is_printed(capsys):
    heap = Heap()
    heap.decref(heap.new(lambda _: 1 / 0))
    assert "ZeroDivisionError" in capsys.readouterr().err


# Rule 7: any use of the heap from inside, and no recursion


@pytest.mark.rule(7)
@pytest.mark.parametrize("inside", ["finalizer", "callback"])
def test_a_reference_given_back_inside_counts_at_once(heap, inside):
    def give_back(_):
        heap.decref(shared)
        heap.decref(last)
        seen.append((counts(heap, shared, last), len(heap), weak()))
        with pytest.raises(ReferenceError):
            heap.incref(last)

    seen = []
    shared, last = heap.new(), heap.new()
    heap.incref(shared)
    weak = heap.ref(last)
    a = heap.new(give_back if inside == "finalizer" else None)
    heap.ref(a, give_back if inside == "callback" else None)
    heap.decref(a)
    alive = 2 if inside == "finalizer" else 1
    assert seen == [([1, 0], alive, None)]
    assert len(heap) == 1


@pytest.mark.rule(7)
@pytest.mark.parametrize("inside", ["finalizer", "callback"])
def test_what_dies_inside_is_done_with_when_the_outermost_call_returns(heap, inside):
    calls = []
    child, inner = heap.new(), heap.new(calls.append)
    heap.ref(inner, lambda _: calls.append("callback"))
    heap.setattr(inner, "x", child)
    heap.decref(child)
    outer = heap.new((lambda _: heap.decref(inner)) if inside == "finalizer" else None)
    if inside == "callback":
        heap.ref(outer, lambda _: heap.decref(inner))
    heap.decref(outer)
    assert (calls, len(heap)) == ([inner, "callback"], 0)


@pytest.mark.rule(7)
def test_finalizers_and_callbacks_can_make_objects(heap):
    made = []

    def make(_):
        made.append(heap.new())
        heap.setattr(made[-1], "x", keeper)

    keeper, a = heap.new(), heap.new(make)
    heap.ref(a, make)
    heap.decref(a)
    assert len(set(made)) == 2
    assert counts(heap, a, keeper, *made) == [0, 3, 1, 1]


def chain_of_attributes(heap):
    first = heap.new()
    for _ in range(LONG):
        owner = heap.new()
        heap.setattr(owner, "next", first)
        heap.decref(first)
        first = owner
    return first


def chain_of_finalizers(heap):
    first = heap.new()
    for _ in range(LONG):
        first = heap.new(lambda _, target=first: heap.decref(target))
    return first


def chain_of_callbacks(heap):
    first = heap.new()
    for _ in range(LONG):
        target, first = first, heap.new()
        heap.ref(first, lambda _, target=target: heap.decref(target))
    return first


def chain_of_all(heap):
    first = heap.new()
    for _ in range(LONG // 3):
        second = heap.new(lambda _, target=first: heap.decref(target))
        third = heap.new()
        heap.ref(third, lambda _, target=second: heap.decref(target))
        first = heap.new()
        heap.setattr(first, "next", third)
        heap.decref(third)
    return first


@pytest.mark.rule(7)
@pytest.mark.slow
def test_a_chain_of_attributes_of_any_length_dies(heap):
    first = chain_of_attributes(heap)
    assert len(heap) >= LONG
    heap.decref(first)
    assert len(heap) == 0


@pytest.mark.rule(7)
@pytest.mark.slow
@pytest.mark.parametrize("chain", [chain_of_finalizers, chain_of_callbacks, chain_of_all])
def test_a_chain_through_finalizers_and_callbacks_of_any_length_dies(heap, chain):
    first = chain(heap)
    assert len(heap) >= LONG
    heap.decref(first)
    assert len(heap) == 0


@pytest.mark.rule(7)
@pytest.mark.slow
def test_a_long_chain_dies_from_inside_a_finalizer(heap):
    first = chain_of_attributes(heap)
    heap.decref(heap.new(lambda _: heap.decref(first)))
    assert len(heap) == 0


# All rules: the same program with real objects


class Thing:
    """A real object; its attributes are what it holds."""

    def __del__(self):
        if finalizer := vars(self).get("finalizer"):
            finalizer(self.address)


class RealHeap:
    """The methods of `Heap` on real objects, whose counts CPython keeps."""

    def __init__(self):
        self.things = []
        self.owned = []
        self.weak = []
        self.more = 0
        self.more = self.refcount(self.new()) - 1

    def thing(self, address):
        if thing := self.things[address]():
            return thing
        raise ReferenceError

    def new(self, finalizer=None):
        thing = Thing()
        thing.address, thing.finalizer = len(self.things), finalizer
        self.things.append(weakref.ref(thing))
        self.owned.append([thing])
        return thing.address

    def __contains__(self, address):
        return self.things[address]() is not None

    def refcount(self, address):
        return sys.getrefcount(self.thing(address)) - self.more

    def incref(self, address):
        self.owned[address].append(self.thing(address))

    def decref(self, address):
        self.thing(address)
        self.owned[address].pop()

    def setattr(self, owner, name, target):
        setattr(self.thing(owner), name, self.thing(target))

    def getattr(self, owner, name):
        return getattr(self.thing(owner), name).address

    def delattr(self, owner, name):
        delattr(self.thing(owner), name)

    def ref(self, address, callback=None):
        # Real weak references die with their last owner, callback and all.
        self.weak.append(weakref.ref(self.thing(address), callback))
        return self.weak[-1]

    def close(self):
        """Free the cycles, too."""
        for weak in self.things:
            if thing := weak():
                vars(thing).clear()
        self.owned.clear()


class Program:
    """Runs on either heap, and records what happens."""

    def __init__(self, heap):
        self.heap = heap
        self.addresses = []
        self.owned = Counter()
        self.weak = []
        self.events = Counter()

    def new(self, finalizer):
        number = len(self.addresses)
        call = finalizer and (lambda address: finalizer(self, number, address))
        self.addresses.append(self.heap.new(call))
        self.owned[number] += 1

    def note(self, number, address):
        self.events["finalizer", number] += 1

    def save(self, number, address):
        self.note(number, address)
        self.heap.incref(address)
        self.owned[number] += 1

    def drop(self, number, address):
        self.note(number, address)
        with contextlib.suppress(AttributeError):
            self.heap.delattr(address, "x")

    def incref(self, number):
        self.heap.incref(self.addresses[number])
        self.owned[number] += 1

    def decref(self, number):
        if self.owned[number]:
            self.owned[number] -= 1
            self.heap.decref(self.addresses[number])

    def setattr(self, owner, name, target):
        self.heap.setattr(self.addresses[owner], name, self.addresses[target])

    def getattr(self, owner, name):
        return self.addresses.index(self.heap.getattr(self.addresses[owner], name))

    def delattr(self, owner, name):
        self.heap.delattr(self.addresses[owner], name)

    def ref(self, number):
        def callback(_):
            self.events["callback", number, self.addresses[number] in self.heap] += 1

        self.weak.append(self.heap.ref(self.addresses[number], callback))

    def do(self, step):
        method, *arguments = step
        try:
            return method(self, *arguments)
        except (AttributeError, ReferenceError) as error:
            return type(error)

    def state(self):
        return (
            counts(self.heap, *self.addresses),
            [weak() is None for weak in self.weak],
            self.events,
        )


NUMBERS = st.integers(0, 4)
NAMES = st.sampled_from("xy")
STEPS = st.one_of(
    st.tuples(st.just(Program.setattr), NUMBERS, NAMES, NUMBERS),
    st.tuples(st.just(Program.decref), NUMBERS),
    st.tuples(st.sampled_from([Program.getattr, Program.delattr]), NUMBERS, NAMES),
    st.tuples(st.sampled_from([Program.incref, Program.ref]), NUMBERS),
)
FINALIZERS = st.sampled_from([None, Program.note, Program.save, Program.drop])


@contextlib.contextmanager
def without_the_collector():
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@pytest.mark.rule(7)
@settings(max_examples=50)
@given(
    finalizers=st.lists(FINALIZERS, min_size=5, max_size=5),
    steps=st.lists(STEPS, max_size=30),
)
def test_the_same_objects_die_as_real_ones_do(finalizers, steps):
    with without_the_collector(), contextlib.closing(RealHeap()) as real_heap:
        ours, real = Program(Heap()), Program(real_heap)
        for finalizer in finalizers:
            ours.new(finalizer)
            real.new(finalizer)
        # In the end the program gives back all it owns; only cycles are left.
        ends = [(Program.decref, number) for number in range(5) for _ in range(3)]
        for step in steps + ends:
            assert ours.do(step) == real.do(step)
            assert ours.state() == real.state()
