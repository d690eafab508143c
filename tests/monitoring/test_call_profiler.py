import asyncio
import cProfile
import gc
import io
import itertools
import pstats
import sys
import threading
import weakref
from contextlib import suppress

import pytest

from katas.monitoring.call_profiler import Profile


@pytest.fixture(autouse=True)
def no_collection():
    """Keep away what other tests have left: a collection calls its finalizers, and they count."""
    gc.disable()
    yield
    gc.enable()


class Clock:
    """Shows one second more each time that it is asked; so the times of a run are exact."""

    def __init__(self):
        self.asked = 0

    def __call__(self):
        self.asked += 1
        return float(self.asked)


def key_of(function):
    code = function.__code__
    return code.co_filename, code.co_firstlineno, code.co_name


def built_in(name):
    return "~", 0, f"<{name}>"


LEN = built_in("built-in method builtins.len")
APPEND = built_in("method 'append' of 'list' objects")


def stats_of(profile):
    """What a profile has found, but for its own methods and what they call."""
    profile.create_stats()
    found = {}
    for key, (*numbers, callers) in profile.stats.items():
        others = {k: v for k, v in callers.items() if not is_own(k)}
        called_by_own = key[0] == "~" and callers and not others
        if not is_own(key) and not called_by_own:
            found[key] = (*numbers, others)
    return found


def is_own(key):
    own = sys.modules[Profile.__module__].__file__, cProfile.__file__
    return key[0] in own or "setprofile" in key[2] or "Profile" in key[2]


def profiled(function, *args):
    profile = Profile(Clock())
    profile.runcall(function, *args)
    return stats_of(profile)


# Rule 1: calls of functions in Python


def once():
    """Do nothing."""


def thrice():
    once()
    once()
    once()


@pytest.mark.rule(1)
def test_each_call_is_counted():
    found = profiled(thrice)
    assert found[key_of(thrice)][:2] == (1, 1)
    assert found[key_of(once)][:2] == (3, 3)


def fail(error):
    raise error


@pytest.mark.rule(1)
def test_runcall_hands_over_arguments_result_and_error():
    profile = Profile()
    assert profile.runcall(lambda *args, **kw: (args, kw), 1, 2, func=3, self=4) == (
        (1, 2),
        {"func": 3, "self": 4},
    )
    for error in (LookupError, KeyboardInterrupt):
        with pytest.raises(error):
            profile.runcall(fail, error)
        assert sys.getprofile() is None


@pytest.mark.rule(1)
def test_several_runs_add_up():
    profile = Profile()
    profile.runcall(thrice)
    profile.runcall(once)
    assert stats_of(profile)[key_of(once)][:2] == (4, 4)


@pytest.mark.rule(1)
def test_functions_of_one_name_are_told_apart():
    def make():
        return lambda: None

    first, second = make(), lambda: None
    found = profiled(lambda: (first(), second(), second()))
    assert found[key_of(first)][1] == 1
    assert found[key_of(second)][1] == 2


@pytest.mark.rule(1)
def test_functions_of_one_line_and_name_are_one():
    first, second = lambda: once(), lambda: (once(), once())  # noqa: PLW0108 - to be called
    found = profiled(lambda: (first(), second(), first()))
    assert key_of(first) == key_of(second)
    assert found[key_of(first)][:2] == (3, 3)
    assert found[key_of(once)][4] == {key_of(first): (4, 4, 4.0, 4.0)}


# Rule 2: functions that are not in Python


class Odd:
    def __repr__(self):
        raise ValueError


class OddList(list):
    append = Odd()


@pytest.mark.rule(2)
@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: len("ab"), "built-in method builtins.len"),
        (lambda: [].append(1), "method 'append' of 'list' objects"),
        (lambda: "a".rjust(2), "method 'rjust' of 'str' objects"),
        (lambda: dict.fromkeys("ab"), "built-in method fromkeys"),
        (lambda: sys.intern("a"), "built-in method sys.intern"),
        (lambda: {1}.union([2]), "method 'union' of 'set' objects"),
        (lambda: OddList().extend([1]), "method 'extend' of 'list' objects"),
    ],
    ids=["len", "append", "rjust", "fromkeys", "of another module", "union", "inherited"],
)
def test_built_in_functions_have_a_description(call, name):
    found = profiled(call)
    assert found[built_in(name)][:2] == (1, 1)


@pytest.mark.rule(2)
def test_what_is_run_may_be_a_built_in_function():
    assert profiled(len, "ab") == {LEN: (1, 1, 1.0, 1.0, {})}


@pytest.mark.rule(2)
def test_methods_of_different_objects_are_one_function():
    lists = [[], [], []]

    def work():
        for each in lists:
            each.append(1)

    assert profiled(work)[APPEND][:2] == (3, 3)


@pytest.mark.rule(2)
def test_a_description_that_cannot_be_made_is_the_name():
    found = profiled(lambda: list.append(OddList(), 1))
    assert found[built_in("built-in method append")][:2] == (1, 1)


@pytest.mark.rule(2)
def test_an_object_whose_method_was_called_is_not_kept():
    def work():
        numbers = set()
        alive.append(weakref.ref(numbers))
        numbers.add(1)

    alive = []
    profile = Profile()
    profile.runcall(work)
    assert alive[0]() is None
    assert stats_of(profile)[built_in("method 'add' of 'set' objects")][1] == 1


@pytest.mark.rule(2)
def test_a_built_in_function_that_raises_has_ended():
    def work():
        try:
            len(5)
        except TypeError:
            len("a")

    found = profiled(work)
    assert found[LEN][:4] == (2, 2, 2.0, 2.0)
    assert found[key_of(work)][:4] == (1, 1, 3.0, 5.0)


# Rule 3: times


@pytest.mark.rule(3)
def test_own_time_leaves_out_what_was_called():
    found = profiled(thrice)
    # thrice begins at 1, once runs from 2 to 3, from 4 to 5, from 6 to 7, thrice ends at 8.
    assert found[key_of(thrice)][2:4] == (4.0, 7.0)
    assert found[key_of(once)][2:4] == (3.0, 3.0)


@pytest.mark.rule(3)
def test_time_goes_to_who_runs_and_whole_time_to_all_who_wait():
    def outer():
        inner()

    def inner():
        len("ab")
        len("ab")

    found = profiled(outer)
    assert found[key_of(outer)][2:4] == (2.0, 7.0)
    assert found[key_of(inner)][2:4] == (3.0, 5.0)
    assert found[LEN][2:4] == (2.0, 2.0)


@pytest.mark.rule(3)
def test_the_timer_is_asked_once_for_each_event():
    clock = Clock()
    before = Profile(clock)
    before.runcall(once)
    spent = clock.asked
    before.runcall(thrice)
    # Three more calls, each with a begin and an end.
    assert clock.asked - 2 * spent == 6


# Rule 4: recursion


def down(n):
    if n:
        down(n - 1)


def is_even(n):
    return n == 0 or is_odd(n - 1)


def is_odd(n):
    return n != 0 and is_even(n - 1)


@pytest.mark.rule(4)
def test_only_the_outermost_of_nested_calls_adds_to_the_whole_time():
    found = profiled(down, 3)
    assert found[key_of(down)][:4] == (1, 4, 7.0, 7.0)


@pytest.mark.rule(4)
def test_calls_nested_by_way_of_others_do_not_add_either():
    found = profiled(is_even, 3)
    assert found[key_of(is_even)][:4] == (1, 2, 4.0, 7.0)
    assert found[key_of(is_odd)][:4] == (1, 2, 3.0, 5.0)


@pytest.mark.rule(4)
def test_a_second_outermost_call_adds():
    def work():
        down(1)
        down(1)

    assert profiled(work)[key_of(down)][:4] == (2, 4, 6.0, 6.0)


# Rule 5: callers


@pytest.mark.rule(5)
def test_each_caller_has_its_own_numbers():
    def other():
        once()

    def work():
        once()
        other()
        once()

    callers = profiled(work)[key_of(once)][4]
    assert callers == {key_of(work): (2, 2, 2.0, 2.0), key_of(other): (1, 1, 1.0, 1.0)}


@pytest.mark.rule(5)
def test_what_is_called_first_has_no_caller():
    def work(function):
        function()

    assert profiled(once)[key_of(once)][4] == {}
    assert profiled(work, once)[key_of(work)][4] == {}


@pytest.mark.rule(5)
def test_recursion_is_seen_within_the_pair():
    found = profiled(lambda: down(3))
    mine, _ = sorted(found[key_of(down)][4].values())
    assert mine == (1, 1, 2.0, 7.0)
    assert found[key_of(down)][4][key_of(down)] == (3, 1, 5.0, 5.0)


@pytest.mark.rule(5)
def test_built_in_functions_call_and_are_called():
    def key(item):
        return len(item)

    def work():
        return sorted(["a", "b"], key=key)

    found = profiled(work)
    name = built_in("built-in method builtins.sorted")
    assert found[name][4] == {key_of(work): (1, 1, 3.0, 9.0)}
    assert found[key_of(key)][4] == {name: (2, 2, 4.0, 6.0)}


# Rule 6: other ways to leave


@pytest.mark.rule(6)
def test_a_function_that_is_left_by_an_exception_has_ended():
    def work():
        try:
            fail(ValueError)
        except ValueError:
            once()

    found = profiled(work)
    assert found[key_of(fail)][:4] == (1, 1, 1.0, 1.0)
    assert found[key_of(work)][:4] == (1, 1, 3.0, 5.0)
    assert found[key_of(once)][4] == {key_of(work): (1, 1, 1.0, 1.0)}


def count():
    yield 1
    yield 2


@pytest.mark.rule(6)
def test_each_time_that_a_generator_goes_on_is_a_call():
    def work():
        return list(count())

    found = profiled(work)
    assert found[key_of(count)][:4] == (3, 3, 3.0, 3.0)


@pytest.mark.rule(6)
def test_a_coroutine_does_not_count_while_it_waits():
    async def wait():
        await asyncio.sleep(0)

    def work():
        steps = wait()
        steps.send(None)
        once()
        with suppress(StopIteration):
            steps.send(None)

    found = profiled(work)
    assert found[key_of(wait)][:2] == (2, 2)
    assert key_of(wait) not in found[key_of(once)][4]


# Rule 7: from when to when


@pytest.mark.rule(7)
def test_only_what_is_between_enable_and_disable_counts():
    profile = Profile(Clock())
    once()
    profile.enable()
    once()
    profile.disable()
    once()
    with profile as same:
        once()
    assert same is profile
    assert sys.getprofile() is None
    with pytest.raises(LookupError), profile:
        raise LookupError
    assert sys.getprofile() is None
    assert stats_of(profile)[key_of(once)][:4] == (2, 2, 2.0, 2.0)


@pytest.mark.rule(7)
def test_the_end_of_a_call_that_began_before_is_passed_over():
    profile = Profile(Clock())

    def begin():
        profile.enable()

    def work():
        begin()
        once()
        profile.disable()

    work()
    found = stats_of(profile)
    assert key_of(begin) not in found
    assert key_of(work) not in found
    assert found[key_of(once)] == (1, 1, 1.0, 1.0, {})


@pytest.mark.rule(7)
def test_a_call_that_is_not_over_has_ended_with_disable():
    profile = Profile(Clock())

    def work():
        once()
        profile.disable()
        once()

    profile.enable()
    work()
    found = stats_of(profile)
    assert found[key_of(work)][:2] == (1, 1)
    own, whole = found[key_of(work)][2:4]
    assert 2.0 <= own < whole
    assert found[key_of(once)][:4] == (1, 1, 1.0, 1.0)
    profile.runcall(once)
    again = stats_of(profile)
    assert again[key_of(work)] == found[key_of(work)]
    assert again[key_of(once)][1] == 2


@pytest.mark.rule(7)
def test_all_calls_that_are_not_over_have_ended_with_disable():
    profile = Profile(Clock())

    def outer():
        inner()

    def inner():
        once()
        profile.disable()

    for times in (1, 2):
        profile.enable()
        outer()
        found = stats_of(profile)
        own, whole = found[key_of(outer)][2:4]
        assert own + found[key_of(inner)][3] == whole
        assert found[key_of(outer)][:2] == found[key_of(inner)][:2] == (times, times)


@pytest.mark.rule(7)
@pytest.mark.parametrize("taken", [False, True], ids=["before it began", "that it replaced"])
def test_another_profiler_goes_on(taken):
    first, second = Profile(Clock()), Profile(Clock())
    first.enable()
    if not taken:
        first.disable()
    second.enable()
    first.create_stats()
    once()
    second.disable()
    assert sys.getprofile() is None
    assert stats_of(second)[key_of(once)][:2] == (1, 1)
    assert key_of(once) not in stats_of(first)


@pytest.mark.rule(7)
def test_other_threads_are_not_profiled():
    def work():
        thread = threading.Thread(target=thrice)
        thread.start()
        thread.join(60)
        assert not thread.is_alive()

    found = profiled(work)
    assert key_of(work) in found
    assert key_of(thrice) not in found


# Rule 8: what pstats reads


@pytest.mark.rule(8)
def test_pstats_sorts_prints_and_adds(tmp_path):
    profile = Profile(Clock())
    profile.runcall(is_even, 3)
    out = io.StringIO()
    stats = pstats.Stats(profile, stream=out)
    stats.add(stats).sort_stats("cumulative").print_stats("is_even").print_callers("is_odd")
    assert "4/2    8.000    2.000   14.000    7.000" in out.getvalue()
    assert "is_odd" in out.getvalue()
    stats.dump_stats(tmp_path / "saved")
    assert pstats.Stats(str(tmp_path / "saved")).stats[key_of(is_even)][1] == 4


@pytest.mark.rule(8)
def test_create_stats_stops_and_may_be_asked_again():
    profile = Profile(Clock())
    profile.enable()
    once()
    taken = pstats.Stats(profile)
    assert sys.getprofile() is None
    once()
    assert stats_of(profile)[key_of(once)][1] == 1
    profile.runcall(thrice)
    assert stats_of(profile)[key_of(once)][1] == 4
    assert taken.stats[key_of(once)][1] == 1


# Against the original


class Tree:
    def __init__(self, *children):
        self.children = children

    def __len__(self):
        return 1 + sum(len(child) for child in self.children)

    def __eq__(self, other):
        return len(self) == len(other)

    __hash__ = None


def sorting():
    return sorted(["bb", "a"], key=len), max(map(abs, [1, -2]), key=lambda n: -n)


def trees():
    tree = Tree(Tree(), Tree(Tree()))
    return tree == Tree(), len(tree), {}.get(1), "ab".upper()


def failing():
    for text in ("1", "x"):
        with suppress(ValueError):
            int(text), [].index(text)


def classes():
    made = type("Made", (Tree,), {"size": property(len)})
    return made().size, isinstance(made(), Tree), next(iter([1]))


def closing():
    numbers = count()
    next(numbers)
    numbers.close()
    return list(itertools.islice(count(), 1))


@pytest.mark.rule(8)
@pytest.mark.parametrize("work", [sorting, trees, failing, classes, closing, thrice])
def test_the_original_finds_the_same(work):
    theirs = cProfile.Profile(Clock())
    theirs.runcall(work)
    expected = stats_of(theirs)
    found = profiled(work)
    assert found.keys() == expected.keys()
    for key, (*numbers, callers) in expected.items():
        assert found[key][:4] == pytest.approx(tuple(numbers))
        assert found[key][4] == {k: pytest.approx(v) for k, v in callers.items()}
