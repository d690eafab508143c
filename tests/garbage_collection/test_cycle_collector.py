import contextlib
import gc
import itertools
import weakref
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from katas.garbage_collection.cycle_collector import Collector


class Node:
    """An object that counts its references, and notices what must not be done with it."""

    has_legacy_finalizer = False

    def __init__(self, collector, finalizer=None):
        self.collector = collector
        self.finalizer = finalizer
        self.refcount = 1
        self.held = []
        self.weakrefs = []
        self.alive = True
        self.visits = 0
        collector.track(self)

    def hold(self, *others):
        for other in others:
            other.incref()
            self.held.append(other)

    def incref(self):
        assert self.alive
        self.refcount += 1

    def decref(self):
        assert self.alive
        self.refcount -= 1
        if self.refcount == 0:
            self.die()

    def die(self):
        self.refcount += 1
        self.call_finalizer()
        self.refcount -= 1
        if self.refcount == 0:
            self.alive = False
            self.collector.untrack(self)
            for reference in list(self.weakrefs):
                reference.forget()
                if reference.callback:
                    reference.callback(reference)
            self.let_go()

    def call_finalizer(self):
        finalizer, self.finalizer = self.finalizer, None
        if finalizer:
            finalizer(self)

    def let_go(self):
        # The last first, as a real list does.
        held, self.held = self.held, []
        while held:
            held.pop().decref()

    def traverse(self):
        assert self.alive
        self.visits += 1
        return iter(list(self.held))

    def finalize(self):
        assert self.alive
        self.call_finalizer()
        assert self.alive, "it died in the middle of finalize: hold a reference meanwhile"

    def clear(self):
        assert self.alive
        self.let_go()
        assert self.alive, "it died in the middle of clear: hold a reference meanwhile"


class Legacy(Node):
    has_legacy_finalizer = True


class Weak(Node):
    """A weak reference, an object itself."""

    def __init__(self, collector, referent, callback=None):
        self.referent = referent
        self.callback = callback
        referent.weakrefs.append(self)
        super().__init__(collector)

    def forget(self):
        if self.referent:
            self.referent.weakrefs.remove(self)
            self.referent = None

    def let_go(self):
        self.forget()
        super().let_go()


@pytest.fixture
def collector():
    return Collector()


def nodes(collector, count, **kwds):
    return [Node(collector, **kwds) for _ in range(count)]


def ring(*members):
    """Let each hold the next, and drop the references that the test has."""
    for member, following in zip(members, members[1:] + members[:1], strict=True):
        member.hold(following)
    drop(*members)
    return members


def drop(*members):
    for member in members:
        member.decref()


def alive(*members):
    return [member.alive for member in members]


def same(objects, expected):
    return sorted(map(id, objects)) == sorted(map(id, expected))


# Rule 1: what is tracked


@pytest.mark.rule(1)
def test_what_is_tracked_is_listed(collector):
    assert collector.get_objects() == []
    a, b = nodes(collector, 2)
    assert same(collector.get_objects(), [a, b])
    assert same(collector.get_objects(0), [a, b])
    assert collector.get_objects(1) == collector.get_objects(2) == []
    assert (collector.is_tracked(a), collector.is_tracked(b)) == (True, True)
    assert (a.refcount, b.refcount) == (1, 1)


@pytest.mark.rule(1)
def test_what_is_untracked_is_out(collector):
    a, b = nodes(collector, 2)
    assert collector.untrack(a) is None
    assert (collector.is_tracked(a), collector.is_tracked(b)) == (False, True)
    assert same(collector.get_objects(), [b])
    collector.untrack(a)
    assert same(collector.get_objects(), [b])
    collector.track(a)
    assert same(collector.get_objects(0), [a, b])


@pytest.mark.rule(1)
@pytest.mark.parametrize("generation", [-1, 3])
def test_no_other_generation_has_objects(collector, generation):
    nodes(collector, 1)
    with pytest.raises(ValueError):
        collector.get_objects(generation)


# Rule 2: what is unreachable


@pytest.mark.rule(2)
def test_a_cycle_that_nobody_holds_is_freed(collector):
    a, b, c = ring(*nodes(collector, 3))
    (itself,) = ring(*nodes(collector, 1))
    assert collector.collect() == 4
    assert alive(a, b, c, itself) == [False] * 4
    assert collector.get_objects() == []
    assert collector.collect() == 0


@pytest.mark.rule(2)
def test_what_is_held_from_outside_lives(collector):
    a, b, c = ring(*nodes(collector, 3))
    b.incref()
    assert collector.collect() == 0
    assert alive(a, b, c) == [True] * 3
    assert [node.refcount for node in (a, b, c)] == [1, 2, 1]
    b.decref()
    assert collector.collect() == 3
    assert alive(a, b, c) == [False] * 3


@pytest.mark.rule(2)
def test_what_can_be_reached_from_it_lives_however_far_in_whatever_order(collector):
    for order in itertools.permutations(range(4)):
        members = nodes(collector, 4)
        chain = [members[place] for place in order]
        for member, following in itertools.pairwise(chain):
            member.hold(following)
        ring(chain[-1])
        drop(*chain[1:-1])
        assert collector.collect() == 0
        assert alive(*chain) == [True] * 4
        drop(chain[0])
        assert collector.collect() == 1
        assert alive(*chain) == [False] * 4


@pytest.mark.rule(2)
def test_what_only_hangs_on_a_dead_cycle_dies_with_it(collector):
    leaf, shared, kept = nodes(collector, 3)
    a, b = nodes(collector, 2)
    a.hold(leaf, shared)
    b.hold(shared, kept)
    drop(leaf, shared)
    ring(a, b)
    assert collector.collect() == 4
    assert alive(a, b, leaf, shared, kept) == [False] * 4 + [True]
    assert kept.refcount == 1


@pytest.mark.rule(2)
def test_each_of_several_references_counts(collector):
    a, b, c, d = nodes(collector, 4)
    a.hold(a, b, b)
    b.hold(a, a, b)
    c.hold(d, d)
    d.hold(c)
    d.incref()
    drop(a, b, c, d)
    assert collector.collect() == 2
    assert alive(a, b, c, d) == [False, False, True, True]


class Alike(Node):
    """Equal to every other, and not hashable."""

    def __eq__(self, other):
        return True

    __hash__ = None


@pytest.mark.rule(2)
def test_objects_may_be_equal_and_not_hashable(collector):
    held, other, untracked = (Alike(collector) for _ in range(3))
    collector.untrack(untracked)
    assert (collector.is_tracked(held), collector.is_tracked(untracked)) == (True, False)
    ring(other)
    assert collector.collect() == 1
    assert alive(held, other) == [True, False]
    assert same(collector.get_objects(), [held])


@pytest.mark.rule(2)
def test_what_is_not_tracked_is_outside(collector):
    a, b = nodes(collector, 2)
    collector.untrack(b)
    ring(a, b)
    assert collector.collect() == 0
    assert alive(a, b) == [True, True]
    assert (b.visits, [a.refcount, b.refcount]) == (0, [1, 1])
    collector.track(b)
    assert collector.collect() == 2


@pytest.mark.rule(2)
@pytest.mark.slow
@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
def test_a_chain_of_any_length_takes_work_in_proportion_to_it(collector, backwards):
    chain = nodes(collector, 1_500)
    for member, following in itertools.pairwise(chain[::-1] if backwards else chain):
        member.hold(following)
        drop(following)
    before = sum(node.visits for node in chain)
    assert collector.collect() == 0
    assert all(alive(*chain))
    assert sum(node.visits for node in chain) - before <= 10 * len(chain)


@pytest.mark.rule(2)
def test_what_is_dead_is_not_kept(collector):
    a, b = ring(*nodes(collector, 2))
    kept = [weakref.ref(a), weakref.ref(b)]
    del a, b
    collector.collect()
    gc.collect()
    assert [reference() for reference in kept] == [None, None]


# Rule 3: generations


@pytest.mark.rule(3)
def test_what_survives_grows_older(collector):
    (a,) = nodes(collector, 1)
    for generation, expected in [(0, 1), (0, 1), (1, 2), (0, 2), (1, 2), (2, 2)]:
        collector.collect(generation)
        assert same(collector.get_objects(expected), [a])
        assert same(collector.get_objects(), [a])
    (b,) = nodes(collector, 1)
    collector.collect()
    assert same(collector.get_objects(2), [a, b])


@pytest.mark.rule(3)
@pytest.mark.parametrize("generation", [1, 2])
def test_what_is_old_can_be_untracked(collector, generation):
    a, b = nodes(collector, 2)
    collector.collect(generation - 1)
    assert same(collector.get_objects(generation), [a, b])
    collector.untrack(a)
    assert not collector.is_tracked(a)
    assert same(collector.get_objects(), [b])


@pytest.mark.rule(3)
@pytest.mark.parametrize("generation", [-1, 3])
def test_no_other_generation_can_be_collected(collector, generation):
    (a,) = nodes(collector, 1)
    with pytest.raises(ValueError):
        collector.collect(generation)
    assert same(collector.get_objects(0), [a])


@pytest.mark.rule(3)
def test_a_collection_of_one_takes_the_new_along(collector):
    (middle,) = nodes(collector, 1)
    collector.collect(0)
    (new,) = nodes(collector, 1)
    middle.hold(new)
    new.hold(middle)
    drop(middle, new)
    assert collector.collect(0) == 0
    assert collector.collect(1) == 2
    assert alive(middle, new) == [False, False]


@pytest.mark.rule(3)
@pytest.mark.parametrize("generation", [0, 1])
def test_older_generations_are_outside(collector, generation):
    (old,) = nodes(collector, 1)
    collector.collect(generation)
    new, garbage = nodes(collector, 2)
    old.hold(new)
    new.hold(old)
    drop(old, new)
    ring(garbage)
    assert collector.collect(generation) == 1
    assert alive(old, new, garbage) == [True, True, False]
    collector.collect()
    assert alive(old, new) == [False, False]


@pytest.mark.rule(3)
def test_a_young_collection_visits_nothing_old(collector):
    oldest = nodes(collector, 50)
    collector.collect()
    old = nodes(collector, 50)
    collector.collect(0)
    for node in (*oldest, *old):
        node.visits = 0
    for round_ in range(5):
        new = nodes(collector, 3)
        new[0].hold(oldest[0], old[0])
        oldest[1].hold(new[1])
        ring(*nodes(collector, 2))
        assert collector.collect(0) == 2
        assert sum(node.visits for node in (*oldest, *old)) == 0, round_
        drop(*new)
    assert collector.collect(1) == 0
    assert sum(node.visits for node in oldest) == 0


# Rule 4: the numbers


@pytest.mark.rule(4)
def test_the_first_number_counts_what_was_tracked_less_what_was_untracked(collector):
    assert collector.get_count() == (0, 0, 0)
    a, b, c = nodes(collector, 3)
    assert collector.get_count() == (3, 0, 0)
    collector.untrack(a)
    collector.untrack(a)
    assert collector.get_count() == (2, 0, 0)
    drop(b)
    assert collector.get_count() == (1, 0, 0)
    collector.collect(0)
    drop(c)
    assert collector.get_count() == (0, 1, 0)
    nodes(collector, 2)
    assert collector.get_count() == (2, 1, 0)


@pytest.mark.rule(4)
def test_the_other_numbers_count_collections(collector):
    numbers = []
    for generation in [0, 0, 1, 0, 1, 0, 2]:
        nodes(collector, 1)
        collector.collect(generation)
        numbers.append(collector.get_count())
    expected = [(0, 1, 0), (0, 2, 0), (0, 0, 1), (0, 1, 1), (0, 0, 2), (0, 1, 2), (0, 0, 0)]
    assert numbers == expected


@pytest.mark.rule(4)
def test_what_is_made_while_it_works_counts_and_is_new(collector):
    made = []
    ring(Node(collector, finalizer=lambda node: made.extend(nodes(collector, 5))))
    nodes(collector, 7)
    collector.collect(1)
    # Five were made, and the one that was collected was untracked afterwards.
    assert collector.get_count() == (4, 0, 1)
    assert same(collector.get_objects(0), made)


# Rule 5: thresholds


@pytest.mark.rule(5)
def test_thresholds_can_be_set(collector):
    assert collector.get_threshold() == (700, 10, 10)
    assert collector.set_threshold(5) is None
    assert collector.get_threshold() == (5, 10, 10)
    collector.set_threshold(6, 7)
    assert collector.get_threshold() == (6, 7, 10)
    collector.set_threshold(0, 0, 0)
    assert collector.get_threshold() == (0, 0, 0)
    collector.set_threshold(1, threshold2=3)
    assert collector.get_threshold() == (1, 0, 3)


@pytest.mark.rule(5)
def test_the_object_above_the_threshold_starts_a_collection_and_is_new_after_it(collector):
    garbage = ring(*nodes(collector, 2))
    others = nodes(collector, 698)
    assert (collector.get_count(), alive(*garbage)) == ((700, 0, 0), [True, True])
    last = nodes(collector, 1)
    assert (collector.get_count(), alive(*garbage)) == ((0, 1, 0), [False, False])
    assert same(collector.get_objects(0), last)
    assert same(collector.get_objects(1), others)


@pytest.mark.rule(5)
def test_objects_that_come_and_go_start_nothing(collector):
    collector.set_threshold(3)
    kept = nodes(collector, 2)
    for _ in range(20):
        drop(*nodes(collector, 1))
    assert collector.get_count() == (2, 0, 0)
    assert same(collector.get_objects(0), kept)


def collected(collector, tracked):
    """Track that many objects one by one; which generation did each of them start?"""
    generations = []
    for _ in range(tracked):
        before = collector.get_count()
        nodes(collector, 1)
        after = collector.get_count()
        if after[0] > before[0]:
            generations.append(None)
        else:
            generations.append(0 if after[1] > before[1] else 1 if after[2] > before[2] else 2)
    return generations


@pytest.mark.rule(5)
def test_the_oldest_generation_above_its_threshold_is_collected(collector):
    collector.set_threshold(1, 1, 1)
    young, middle, full = [None, 0], [None, 1], [None, 2]
    # An object that starts a collection is not counted: the next two make the number 2.
    assert collected(collector, 14) == (young * 2 + middle) * 2 + full
    assert collected(collector, 4) == young * 2


@pytest.mark.rule(5)
@pytest.mark.parametrize(
    ("newcomers", "expected"), [([4], 0), ([5], 2), ([2, 2], 0), ([2, 3], 2)], ids=str
)
def test_a_full_collection_waits_for_a_quarter_of_what_survived_the_last(
    collector, newcomers, expected
):
    collector.disable()
    nodes(collector, 11)
    collector.collect(1)
    nodes(collector, 9)
    collector.collect()
    for number in newcomers:
        nodes(collector, number)
        ring(*nodes(collector, 9))
        collector.collect(1)
    collector.collect(0)
    collector.enable()
    collector.set_threshold(1, 100, 0)
    assert collected(collector, 2) == [None, expected]


@pytest.mark.rule(5)
def test_the_first_full_collection_waits_for_nothing(collector):
    collector.collect(1)
    collector.set_threshold(1, 100, 0)
    assert collected(collector, 2) == [None, 2]


@pytest.mark.rule(5)
@pytest.mark.parametrize("off", ["disabled", "threshold 0"])
def test_nothing_starts_by_itself_when_it_is_off(collector, off):
    assert collector.isenabled() is True
    if off == "disabled":
        collector.set_threshold(1)
        collector.disable()
        assert collector.isenabled() is False
    else:
        collector.set_threshold(0)
    (garbage,) = ring(*nodes(collector, 1))
    nodes(collector, 10)
    assert (collector.get_count(), garbage.alive) == ((11, 0, 0), True)
    assert collector.collect(0) == 1
    collector.enable()
    collector.set_threshold(1)
    assert collector.isenabled() is True
    assert collected(collector, 2) == [None, 0]


# Rule 6: finalizers


@pytest.mark.rule(6)
def test_all_finalizers_run_before_anything_is_cleared(collector):
    seen = []
    a, b, c = (
        Node(collector, finalizer=lambda node: seen.append((node.alive, len(node.held))))
        for _ in range(3)
    )
    leaf = Node(collector, finalizer=lambda node: seen.append("leaf"))
    c.hold(leaf)
    drop(leaf)
    ring(a, b, c)
    assert collector.collect() == 4
    assert Counter(seen) == {(True, 1): 2, (True, 2): 1, "leaf": 1}


@pytest.mark.rule(6)
def test_what_a_finalizer_saves_lives_with_all_that_it_reaches(collector):
    saved = []

    def save(node):
        node.incref()
        saved.append(node)

    savior, reached, far, rest = nodes(collector, 4)
    savior.finalizer = save
    savior.hold(reached)
    reached.hold(far)
    rest.hold(savior, rest)
    drop(savior, reached, far, rest)
    assert collector.collect() == 1
    assert alive(savior, reached, far, rest) == [True, True, True, False]
    assert same(collector.get_objects(2), [savior, reached, far])
    drop(*saved)
    assert alive(savior, reached, far) == [False] * 3


@pytest.mark.rule(6)
def test_what_was_saved_can_be_collected_later(collector):
    a, b = nodes(collector, 2)
    calls = []

    def save(node):
        calls.append(node)
        node.incref()

    a.finalizer = save
    ring(a, b)
    assert collector.collect(0) == 0
    assert same(collector.get_objects(1), [a, b])
    drop(a)
    assert collector.collect(1) == 2
    assert (len(calls), alive(a, b)) == (1, [False, False])


@pytest.mark.rule(6)
def test_a_finalizer_may_save_another_object_than_its_own(collector):
    a, b, c = nodes(collector, 3)
    holder = nodes(collector, 1)[0]
    a.finalizer = lambda node: holder.hold(c)
    ring(a, b)
    ring(c)
    assert collector.collect() == 2
    assert alive(a, b, c) == [False, False, True]


@pytest.mark.rule(6)
def test_what_a_finalizer_frees_is_not_touched_again(collector):
    calls = []

    def break_the_cycle(node):
        calls.append(node)
        for member in members:
            if member.alive:
                member.let_go()

    members = nodes(collector, 3)
    for member in members:
        member.finalizer = break_the_cycle
    ring(*members)
    other = ring(*nodes(collector, 2))
    assert collector.collect() == 2
    assert alive(*members, *other) == [False] * 5


@pytest.mark.rule(6)
def test_a_collection_inside_a_collection_does_nothing(collector):
    results = []

    def finalizer(node):
        garbage = ring(*nodes(collector, 2))
        results.extend([collector.collect(), collector.collect(0), alive(*garbage)])

    ring(Node(collector, finalizer=finalizer))
    assert collector.collect(1) == 1
    assert results == [0, 0, [True, True]]
    assert collector.get_count() == (1, 0, 1)
    assert collector.collect(0) == 2


@pytest.mark.rule(6)
def test_nothing_starts_by_itself_while_the_collector_works(collector):
    made = []
    ring(Node(collector, finalizer=lambda node: made.extend(nodes(collector, 5))))
    collector.set_threshold(2, 0, 0)
    collector.collect()
    assert same(collector.get_objects(0), made)
    assert collector.get_count() == (4, 0, 0)
    nodes(collector, 1)
    assert collector.get_count() == (0, 1, 0)


# Rule 7: weak references


@pytest.mark.rule(7)
def test_weak_references_forget_and_call_back_before_finalizers(collector):
    seen = []
    a, b = nodes(collector, 2)
    weak = [Weak(collector, referent, seen.append) for referent in (a, a, b)]
    plain = Weak(collector, b)
    b.finalizer = lambda node: seen.append([reference.referent for reference in (*weak, plain)])
    ring(a, b)
    assert collector.collect() == 2
    assert same(seen[:3], weak)
    assert seen[3:] == [[None] * 4]
    assert alive(*weak, plain) == [True] * 4
    assert [reference.refcount for reference in weak] == [1] * 3


@pytest.mark.rule(7)
def test_all_have_forgotten_when_the_first_callback_is_called(collector):
    seen = []
    a, b = nodes(collector, 2)
    weak = []
    weak += [
        Weak(collector, node, lambda _: seen.append([other.referent for other in weak]))
        for node in (a, b)
    ]
    ring(a, b)
    collector.collect()
    assert seen == [[None, None]] * 2


@pytest.mark.rule(7)
def test_a_weak_reference_to_what_lives_is_left_alone(collector):
    calls = []
    held, reached, garbage, saved = nodes(collector, 4)
    held.hold(reached)
    drop(reached)
    kept = [Weak(collector, node, calls.append) for node in (held, reached)]
    saved.finalizer = Node.incref
    lost = Weak(collector, saved, calls.append)
    garbage.hold(reached, held)
    ring(garbage)
    ring(saved)
    assert collector.collect() == 1
    assert [reference.referent for reference in kept] == [held, reached]
    assert (calls, lost.referent, saved.alive) == ([lost], None, True)


@pytest.mark.rule(7)
def test_the_callback_of_a_weak_reference_that_is_garbage_itself_is_not_called(collector):
    calls = []
    a, b, c = nodes(collector, 3)
    inside = Weak(collector, a, calls.append)
    inside_too = Weak(collector, c, calls.append)
    outside = Weak(collector, a, calls.append)
    b.hold(inside, inside_too)
    drop(inside, inside_too)
    ring(a, b)
    ring(c)
    assert collector.collect() == 5
    assert calls == [outside]
    assert alive(a, b, c, inside, inside_too, outside) == [False] * 5 + [True]


@pytest.mark.rule(7)
@pytest.mark.parametrize("count", [1, 2])
def test_a_callback_may_drop_weak_references(collector, count):
    def callback(reference):
        calls.append(reference)
        while weak:
            drop(weak.pop())
        assert reference.alive, "it died while its callback was called"

    calls, weak = [], []
    a, b = nodes(collector, 2)
    weak += [Weak(collector, node, callback) for node in (a, b)[:count]]
    expected = list(weak)
    ring(a, b)
    assert collector.collect() == 2
    assert same(calls, expected)
    assert alive(*expected) == [False] * count


@pytest.mark.rule(7)
def test_what_finalizers_refer_to_weakly_is_forgotten_without_a_callback(collector):
    calls, made = [], []

    def refer(node):
        made.append(Weak(collector, b, calls.append))
        made.append(Weak(collector, c))

    a, b, c = nodes(collector, 3)
    a.finalizer = refer
    a.hold(c)
    c.finalizer = Node.incref
    drop(c)
    ring(a, b)
    assert collector.collect() == 2
    assert alive(a, b, c) == [False, False, True]
    assert [reference.referent for reference in made] == [None, c]
    assert calls == []


# Rule 8: what can't be collected


@pytest.mark.rule(8)
def test_a_cycle_with_a_legacy_finalizer_goes_to_garbage(collector):
    legacy, other, reached = Legacy(collector), *nodes(collector, 2)
    calls = []
    for node in (legacy, other, reached):
        node.finalizer = calls.append
    weak = [Weak(collector, node, calls.append) for node in (legacy, other, reached)]
    other.hold(reached)
    drop(reached)
    ring(legacy, other)
    assert collector.garbage == []
    assert collector.collect(0) == 3
    assert same(collector.garbage, [legacy])
    assert [node.refcount for node in (legacy, other, reached)] == [2, 1, 1]
    assert [reference.referent for reference in weak] == [legacy, other, reached]
    assert calls == []
    assert same(collector.get_objects(1), [legacy, other, reached, *weak])


@pytest.mark.rule(8)
def test_what_is_in_garbage_is_held_and_not_found_again(collector):
    legacy = Legacy(collector)
    ring(legacy, *nodes(collector, 1))
    assert collector.collect() == 2
    assert collector.collect() == 0
    assert same(collector.garbage, [legacy])
    legacy.let_go()
    drop(collector.garbage.pop())
    assert not legacy.alive


@pytest.mark.rule(8)
def test_what_only_refers_to_a_legacy_finalizer_is_collected(collector):
    legacy, hanging, held = Legacy(collector), Legacy(collector), Legacy(collector)
    a, b, c = nodes(collector, 3)
    a.hold(legacy)
    ring(a)
    ring(legacy, b)
    c.hold(hanging, held)
    drop(hanging)
    ring(c)
    # `hanging` is in no cycle: it dies when `c` lets it go, before it is put anywhere.
    assert collector.collect() == 4
    assert alive(a, b, c, legacy, hanging, held) == [False, True, False, True, False, True]
    assert same(collector.garbage, [legacy])
    assert [node.refcount for node in (legacy, held)] == [2, 1]


# All rules: the same graph of real objects


class World:
    """Five of our objects, by number."""

    def __init__(self, finalizers):
        self.collector = Collector()
        self.members = [Node(self.collector, finalizer=call) for call in finalizers]

    def link(self, owner, target):
        self.members[owner].hold(self.members[target])

    def refer(self, owner, target, callback):
        """Let a weak reference that belongs to a member, or to the world, refer to another."""
        weak = Weak(self.collector, self.members[target], callback)
        if owner is not None:
            self.members[owner].hold(weak)
            drop(weak)

    def release(self, number):
        drop(self.members[number])

    def save(self, member):
        member.incref()

    def cut(self, member):
        member.let_go()

    def collect(self):
        self.collector.collect(0)

    def living(self):
        return alive(*self.members)


class Real(list):
    """A real object, which refers to what is in it."""

    __slots__ = ("__weakref__", "finalizer")

    def __del__(self):
        if self.finalizer:
            self.finalizer(self)


class RealWorld:
    """The same of real objects."""

    def __init__(self, finalizers):
        self.members = [Real() for _ in finalizers]
        for member, call in zip(self.members, finalizers, strict=True):
            member.finalizer = call
        self.watched = [weakref.ref(member) for member in self.members]
        self.numbers = {id(member): number for number, member in enumerate(self.members)}
        self.saved = []
        self.weak = []

    def link(self, owner, target):
        self.members[owner].append(self.members[target])

    def refer(self, owner, target, callback):
        weak = weakref.ref(self.members[target], callback)
        (self.weak if owner is None else self.members[owner]).append(weak)

    def release(self, number):
        self.members[number] = None

    def save(self, member):
        self.saved.append(member)

    def cut(self, member):
        member.clear()

    def collect(self):
        gc.collect(0)

    def reachable(self):
        found = {}
        ahead = [*self.members, *self.saved]
        while ahead:
            member = ahead.pop()
            if isinstance(member, Real) and id(member) not in found:
                found[id(member)] = member
                ahead.extend(member)
        return found

    def living(self):
        # A weak reference to what was saved from the collector says nothing.
        reachable = {self.numbers[key] for key in self.reachable()}
        return [n in reachable or weak() is not None for n, weak in enumerate(self.watched)]

    def close(self):
        for member in self.reachable().values():
            member.finalizer = None
            member.clear()


def outcome(graph, make_world):
    """Build the graph, let go of it, and collect: what happened, and who lives?"""
    events = Counter()

    def finalizer(number, kind):
        def call(member):
            events["finalizer", number] += 1
            if kind != "note":
                getattr(world, kind)(member)

        return call

    world = make_world(
        [kind and finalizer(number, kind) for number, kind in enumerate(graph["finalizers"])]
    )
    for owner, target in graph["links"]:
        world.link(owner, target)
    for place, (owner, target) in enumerate(graph["weak"]):
        world.refer(owner, target, lambda _, place=place: events.update([("callback", place)]))
    for number in set(range(5)) - graph["held"]:
        world.release(number)
    world.collect()
    return world, world.living(), Counter(events)


NUMBERS = st.integers(0, 4)
KINDS = st.sampled_from([None, "note", "save", "cut"])
GRAPHS = st.fixed_dictionaries(
    {
        "links": st.lists(st.tuples(NUMBERS, NUMBERS), max_size=10),
        "weak": st.lists(st.tuples(st.none() | NUMBERS, NUMBERS), max_size=3),
        "finalizers": st.lists(KINDS, min_size=5, max_size=5),
        "held": st.sets(NUMBERS, max_size=2),
    }
)


@contextlib.contextmanager
def nothing_collected_by_itself():
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@pytest.mark.rule(7)
@settings(max_examples=30)
@given(GRAPHS)
def test_the_same_objects_die_as_real_ones_do(graph):
    _, living, events = outcome(graph, World)
    # New objects are in the youngest generation: to collect that one is quick.
    with nothing_collected_by_itself():
        real, expected, real_events = outcome(graph, RealWorld)
        real.close()
    assert (living, events) == (expected, real_events)
