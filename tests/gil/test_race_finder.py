import calendar
import heapq
import threading
import time
from contextlib import suppress
from functools import wraps
from queue import Empty, SimpleQueue

import pytest

import katas.gil.race_finder as kata
from katas.gil.race_finder import Deadlock, Lock

SLICE = 0.3  # seconds; if nothing computes for ten of them in a row, all threads wait
LOOKING = 0.001  # seconds of processor time; to look costs a tenth of it
AT_MOST = 3.0  # seconds of processor time; the longest call takes a tenth of it


hung = []  # which functions have waited for ever; the next one that does so is found sooner


def not_for_ever(function):
    """Return `function` with a failure in the place of waiting for ever."""

    @wraps(function)
    def call(*args):
        outcome = SimpleQueue()

        def tell():
            try:
                outcome.put((function(*args), None))
            except BaseException as error:
                outcome.put((None, error))

        threading.Thread(target=tell, daemon=True).start()
        begun = now = time.process_time()
        idle = 0
        while idle < (3 if hung else 10) and now - begun < AT_MOST:
            try:
                value, error = outcome.get(timeout=SLICE)
            except Empty:
                before, now = now, time.process_time()
                idle = idle + 1 if now - before < LOOKING else 0
                continue
            if error is not None:
                raise error
            return value
        hung.append(function.__name__)
        pytest.fail(f"{function.__name__} does not end: its threads wait, or go on for ever")

    return call


def in_short(result):
    return (*result[:2], type(result.error))


run = not_for_ever(kata.run)
find_failure = not_for_ever(kata.find_failure)


@not_for_ever
def explored(*args):
    return list(kata.explore(*args))


@not_for_ever
def threads_left_by(program, schedule=()):
    """Run the program, and return the threads that are there afterwards and were not before."""
    before = set(threading.enumerate())
    with suppress(ValueError):
        kata.run(program, schedule)
    return set(threading.enumerate()) - before


def nothing():
    """A check that finds nothing wrong."""


LINES = {
    ".": "log.append(number)",
    "+a": "a.acquire()",
    "-a": "a.release()",
    "+b": "b.acquire()",
    "-b": "b.release()",
}


class Straight:
    """A program whose threads have one line for each word; `log` has the numbers of who logged."""

    def __init__(self, *threads):
        self.threads = [words.split() for words in threads]
        self.made = 0

    def program(self):
        self.made += 1
        self.log = []
        words = {word for thread in self.threads for word in thread}
        locks = {name: Lock() for name in "ab" if {"+" + name, "-" + name} & words}
        names = {"log": self.log, **locks}
        return [self._function(n, names) for n in range(len(self.threads))], nothing

    def _function(self, number, names):
        source = "def function():\n" + "".join(f"    {LINES[w]}\n" for w in self.threads[number])
        names = {**names, "number": number}
        exec(compile(source, __file__, "exec"), names)  # as if it stood in this file
        return names["function"]

    def model(self, bound):
        """Return all runs with at most `bound` preemptions, as the rules say."""
        found = []

        def decide(threads, taken, schedule, preemptions):
            left = [n for n, (place, _) in enumerate(threads) if place < len(self.threads[n])]
            ready = [n for n in left if threads[n][1] not in taken]
            if not ready:
                found.append((schedule, preemptions, Deadlock if left else type(None)))
            for n in ready:
                preempted = any(schedule[-1:] == (m,) for m in ready if m != n)
                if preemptions + preempted <= bound:
                    step(n, threads, taken, (*schedule, n), preemptions + preempted)

        def step(n, threads, taken, schedule, preemptions):
            place, _ = threads[n]
            word = self.threads[n][place] if place >= 0 else "begin"
            if word[0] == "-" and word[1] not in taken:
                found.append((schedule, preemptions, RuntimeError))
                return
            if word[0] == "+" and word[1] in taken:
                after = (place, word[1])  # still in this line, and waits
            else:
                after = (place + 1, None)
                taken = taken | {word[1]} if word[0] == "+" else taken - {word[1:]}
            decide((*threads[:n], after, *threads[n + 1 :]), taken, schedule, preemptions)

        decide(((-1, None),) * len(self.threads), frozenset(), (), 0)
        return found


# Rule 1: real threads, and a check


@pytest.mark.rule(1)
def test_each_function_runs_once_in_a_thread_of_its_own():
    ran = []

    def program():
        def first():
            ran.append(("first", threading.current_thread()))

        def second():
            ran.append(("second", threading.current_thread()))

        return [first, second], nothing

    assert run(program).error is None
    assert [name for name, _ in ran] == ["first", "second"]
    assert len({thread for _, thread in ran} | {threading.current_thread()}) == 3


@pytest.mark.rule(1)
def test_the_check_is_called_once_after_all_threads_in_the_thread_of_the_caller():
    calls = []

    def program():
        def thread():
            calls.append("thread")

        def check():
            calls.append(threading.current_thread())

        return [thread, thread], check

    @not_for_ever
    def caller():
        kata.run(program)
        return threading.current_thread()

    me = caller()
    assert calls == ["thread", "thread", me]


@pytest.mark.rule(1)
def test_the_program_is_called_once_for_a_run():
    straight = Straight(". .", ".")
    run(straight.program)
    assert straight.made == 1


@pytest.mark.rule(1)
def test_a_program_may_have_no_threads():
    checks = []
    result = run(lambda: ([], lambda: checks.append("checked")))
    assert result == ((), 0, None)
    assert checks == ["checked"]


@pytest.mark.rule(1)
def test_what_a_function_returns_is_of_no_account():
    assert run(lambda: ([lambda: "a value"], lambda: "another")).error is None


@pytest.mark.rule(1)
def test_an_error_of_the_program_itself_comes_out():
    def program():
        raise LookupError

    with pytest.raises(LookupError):
        run(program)


@pytest.mark.rule(1)
def test_no_thread_is_left():
    assert threads_left_by(Straight(". .", ".").program) == set()


# Rule 2: steps


@pytest.mark.rule(2)
def test_by_default_one_thread_after_the_other_runs_to_its_end():
    straight = Straight(". . .", ". .", ".")
    assert run(straight.program) == ((0, 0, 0, 0, 1, 1, 1, 2, 2), 0, None)
    assert straight.log == [0, 0, 0, 1, 1, 2]


@pytest.mark.rule(2)
def test_a_function_without_lines_is_one_step():
    log = []
    result = run(lambda: ([lambda: log.append(0), log.clear], nothing))
    assert (result.schedule, log) == ((0, 0, 1), [])


@pytest.mark.rule(2)
def test_the_lines_of_functions_that_are_called_are_steps_too():
    def helper():
        nothing()
        nothing()

    def program():
        def thread():
            helper()
            helper()

        return [thread], nothing

    assert run(program).schedule == (0,) * (1 + 2 + 2 * 2 * (1 + 1))


@pytest.mark.rule(2)
def test_the_lines_of_other_files_are_no_steps():
    def program():
        def thread():
            calendar.monthrange(2000, 1)
            calendar.monthrange(2000, 2)

        return [thread], nothing

    assert run(program).schedule == (0, 0, 0)


@pytest.mark.rule(2)
def test_lines_that_another_file_leads_to_are_steps():
    def one(_):
        return 1

    def program():
        def thread():
            heapq.nsmallest(1, "ab", key=one)

        return [thread], nothing

    assert run(program).schedule == (0, 0, 0, 0)


# Rule 3: schedules


@pytest.mark.rule(3)
def test_the_threads_take_the_steps_that_the_schedule_gives_them():
    straight = Straight(". .", ". .")
    assert run(straight.program, [0, 1, 1, 0, 1, 0]).schedule == (0, 1, 1, 0, 1, 0)
    assert straight.log == [1, 0, 1, 0]


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ((1,), ((1, 1, 1, 0, 0, 0, 2, 2), 0, None)),
        ((1, 0), ((1, 0, 0, 0, 1, 1, 2, 2), 1, None)),
        ((2, 0, 1), ((2, 0, 1, 1, 1, 0, 0, 2), 2, None)),
        ([0, 0, 0, 2], ((0, 0, 0, 2, 2, 1, 1, 1), 0, None)),
        ([0, 0, 0, 2, 1, 2], ((0, 0, 0, 2, 1, 2, 1, 1), 2, None)),
    ],
    ids=str,
)
def test_after_the_schedule_there_are_no_more_preemptions(schedule, expected):
    given = list(schedule)
    assert run(Straight(". .", ". .", ".").program, schedule) == expected
    assert list(schedule) == given


@pytest.mark.rule(3)
def test_a_schedule_that_is_complete_gives_the_same_run():
    straight = Straight(". . .", ". . .", ".")
    first = run(straight.program, [2, 1, 0, 0, 1])
    log = straight.log
    assert run(straight.program, first.schedule) == first
    assert straight.log == log


@pytest.mark.rule(3)
def test_a_switch_inside_a_line_comes_where_the_line_calls_a_function():
    values = []

    def one():
        return 1

    def program():
        values[:] = [0]

        def thread():
            values[0] = values[0] + one()

        return [thread, thread], nothing

    run(program, [0, 0, 1, 1, 1])  # thread 0 has read, and is about to run the line of `one`
    assert values == [1]
    run(program, [0, 1, 1, 1])
    assert values == [2]


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    "schedule",
    [[2], [0, -1], [0, 0, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 1, 1, 1]],
    ids=["no such thread", "a negative number", "it has ended", "it ended before", "too long"],
)
def test_a_schedule_that_the_program_cannot_follow_is_refused(schedule):
    straight = Straight(". .", ".")
    with pytest.raises(ValueError):
        run(straight.program, schedule)
    assert threads_left_by(straight.program, schedule) == set()


@pytest.mark.rule(3)
def test_the_check_is_not_called_when_the_schedule_is_refused():
    checks = []

    def program():
        return [lambda: None], lambda: checks.append("checked")

    for schedule in ([1], [0, 0, 0]):
        with pytest.raises(ValueError):
            run(program, schedule)
    assert checks == []


# Rule 4: errors


@pytest.mark.rule(4)
@pytest.mark.parametrize("error", [LookupError("mine"), SystemExit(3)], ids=repr)
def test_an_error_of_a_thread_is_that_of_the_run_and_ends_it(error):
    log = []

    def program():
        def other():
            log.append("other 1")
            log.append("other 2")

        def failing():
            raise error

        def never():
            log.append("never")

        return [other, failing, never], lambda: log.append("check")

    for schedule in [(0, 0, 1), (0, 0, 1, 1, 2, 2)]:
        result = run(program, schedule)
        assert result.error is error
        assert result[:2] == ((0, 0, 1, 1), 1)
        assert log == ["other 1"]
        log.clear()
    assert threads_left_by(program, [0, 0, 1]) == set()


@pytest.mark.rule(4)
def test_the_other_threads_leave_their_blocks():
    log = []

    def program():
        def other():
            try:
                log.append("inside")
                log.append("further")
            finally:
                log.append("finally")
                log.append("to the end")

        def failing():
            raise LookupError

        return [other, failing], nothing

    assert isinstance(run(program, [0, 0, 0, 1, 1]).error, LookupError)
    assert log == ["inside", "finally", "to the end"]


@pytest.mark.rule(4)
def test_an_error_on_the_way_out_is_of_no_account():
    error = LookupError()

    def program():
        def other():
            try:
                nothing()
            finally:
                raise ZeroDivisionError

        def failing():
            raise error

        return [other, failing], nothing

    assert run(program, [0, 0, 0, 1, 1]).error is error


@pytest.mark.rule(4)
def test_an_error_that_the_thread_handles_is_none_of_the_run():
    def program():
        def thread():
            with pytest.raises(ZeroDivisionError):
                1 / 0  # noqa: B018

        return [thread], nothing

    assert run(program).error is None


@pytest.mark.rule(4)
def test_an_exception_of_the_check_is_the_error_of_the_run():
    error = LookupError()

    def check():
        raise error

    straight = Straight(".", ".")

    def program():
        threads, _ = straight.program()
        return threads, check

    result = run(program, [0, 1, 1, 0])
    assert result.error is error
    assert result[:2] == ((0, 1, 1, 0), 1)


@pytest.mark.rule(4)
def test_what_is_more_than_an_exception_comes_out_of_the_check():
    def check():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(lambda: ([], check))


# Rule 5: the lock


@pytest.mark.rule(5)
def test_a_lock_is_free_or_taken():
    lock = Lock()
    assert lock.locked() is False
    assert lock.acquire() is True
    assert lock.locked() is True
    lock.release()
    assert lock.locked() is False


@pytest.mark.rule(5)
def test_a_taken_lock_can_be_tried():
    lock = Lock()
    assert lock.acquire(blocking=False) is True
    assert lock.acquire(False) is False
    lock.release()
    assert lock.locked() is False


@pytest.mark.rule(5)
def test_a_with_block_frees_the_lock_in_the_end_even_if_it_fails():
    lock = Lock()
    with lock as taken:
        assert (taken, lock.locked()) == (True, True)
    assert not lock.locked()
    with pytest.raises(ZeroDivisionError), lock:
        1 / 0  # noqa: B018
    assert not lock.locked()


@pytest.mark.rule(5)
def test_a_free_lock_cannot_be_released():
    lock = Lock()
    with pytest.raises(RuntimeError):
        lock.release()
    assert lock.acquire(blocking=False) is True


@pytest.mark.rule(5)
def test_two_locks_are_apart():
    one, other = Lock(), Lock()
    with one:
        assert other.acquire(blocking=False)


@pytest.mark.rule(5)
def test_a_thread_waits_until_the_lock_is_free():
    straight = Straight("+a . . -a", "+a . -a")
    # Thread 1 runs up to the taken lock; from there on only thread 0 can go on.
    result = run(straight.program, [0, 0, 1, 1, 0])
    assert result == ((0, 0, 1, 1, 0, 0, 0, 1, 1, 1), 1, None)
    assert straight.log == [0, 0, 1]


@pytest.mark.rule(5)
def test_a_thread_that_waits_cannot_be_chosen():
    with pytest.raises(ValueError):
        run(Straight("+a . -a", "+a -a").program, [0, 0, 1, 1, 1])


@pytest.mark.rule(5)
def test_the_lock_goes_to_any_thread_that_is_chosen():
    straight = Straight("+a . -a", "+a . -a", "+a . -a")
    result = run(straight.program, [0, 0, 1, 1, 0, 0, 2, 2, 2, 2])
    assert (straight.log, result.error) == ([0, 2, 1], None)
    assert result.preemptions == 1


@pytest.mark.rule(5)
def test_waiting_is_no_preemption():
    straight = Straight("+a -a .", "+a -a")
    assert run(straight.program, [0, 0, 1, 1, 0, 0]).preemptions == 1
    assert run(straight.program, [0, 0, 1, 1, 0, 1]).preemptions == 2


@pytest.mark.rule(5)
def test_a_thread_may_release_what_another_took():
    straight = Straight("+a +a .", "-a")
    assert run(straight.program) == ((0, 0, 0, 1, 1, 0, 0), 0, None)


# Rule 6: deadlocks


@pytest.mark.rule(6)
@pytest.mark.parametrize(
    ("threads", "schedule", "expected"),
    [
        (("+a .",) * 2, (), ((0, 0, 0, 1, 1), 0)),
        (("+a +a .",), (), ((0, 0, 0), 0)),
        (("+a +b", "+b +a"), (0, 0, 1, 1, 1), ((0, 0, 1, 1, 1, 0), 1)),
        (("+a", "+a"), (1, 1, 0, 0, 0, 1), ((1, 1, 0, 0), 0)),
        ((".", "+a +a", "+a"), (1, 1, 1, 2, 2), ((1, 1, 1, 2, 2, 0, 0), 0)),
    ],
    ids=[
        "never released",
        "taken twice",
        "in opposite order",
        "the schedule goes on",
        "while another goes on",
    ],
)
def test_it_is_a_deadlock_when_all_that_are_left_wait(threads, schedule, expected):
    straight = Straight(*threads)
    result = run(straight.program, schedule)
    assert type(result.error) is Deadlock
    assert result[:2] == expected
    assert threads_left_by(straight.program, schedule) == set()


@pytest.mark.rule(6)
def test_the_threads_of_a_deadlock_leave_their_blocks():
    log = []
    checks = []

    def program():
        a, b = Lock(), Lock()

        def thread():
            with a:
                try:
                    b.acquire()
                    log.append("never")
                finally:
                    log.append("on the way out")
                    nothing()
                    log.append("finally")

        b.acquire()
        return [thread], lambda: checks.append("checked")

    assert type(run(program).error) is Deadlock
    assert log == ["on the way out", "finally"]
    assert checks == []


@pytest.mark.rule(6)
def test_nobody_waits_for_a_lock_on_the_way_out():
    def program():
        lock = Lock()

        def thread():
            lock.acquire()
            try:
                lock.acquire()
            finally:
                lock.acquire()

        return [thread], nothing

    assert type(run(program).error) is Deadlock


@pytest.mark.rule(6)
def test_a_taken_lock_outside_of_the_threads_is_a_deadlock_at_once():
    lock = Lock()
    lock.acquire()
    with pytest.raises(Deadlock):
        not_for_ever(lock.acquire)()

    def program():
        lock = Lock()
        return [lock.acquire], lock.acquire

    result = run(program)
    assert type(result.error) is Deadlock
    assert result.schedule == (0,)


# Rule 7: all schedules


@pytest.mark.rule(7)
@pytest.mark.slow
@pytest.mark.parametrize(
    ("bound", "threads"),
    [
        (0, (".", ". .", ".")),
        (1, (". . .", ". .")),
        (2, (". .",)),
        (2, (".", ".", ".")),
        (2, ("+a -a", "+a -a .")),
        (1, ("+a -a", "+a", ".")),
        (2, ("+a +b", "+b +a")),
        (2, ("+a +a", ". -a")),
        (2, ("-a .", ". +a")),
        (5, (". .", ".")),
    ],
    ids=str,
)
def test_every_schedule_within_the_bound_comes_once(bound, threads):
    straight = Straight(*threads)
    found = explored(straight.program, bound)
    assert sorted(map(in_short, found), key=str) == sorted(straight.model(bound), key=str)
    assert straight.made == len(found)


@pytest.mark.rule(7)
@pytest.mark.slow
def test_the_bound_is_two_if_nothing_is_said():
    straight = Straight(". .", ". .")
    assert len(explored(straight.program)) == len(straight.model(2))


@pytest.mark.rule(7)
@pytest.mark.slow
def test_the_fewest_preemptions_come_first():
    preemptions = [result.preemptions for result in explored(Straight("+a -a .", "+a -a").program)]
    assert preemptions == sorted(preemptions)
    assert set(preemptions) == {0, 1, 2}


@pytest.mark.rule(7)
def test_a_run_is_made_only_when_it_is_asked_for():
    straight = Straight(". .", ". .")

    @not_for_ever
    def asked_twice():
        runs = kata.explore(straight.program)
        made = []
        for _ in range(2):
            next(runs)
            made.append(straight.made)
        return made

    assert asked_twice() == [1, 2]


@pytest.mark.rule(7)
@pytest.mark.slow
def test_each_run_that_is_found_can_be_run_again():
    straight = Straight("+a +b -b -a", "+b +a")
    for result in explored(straight.program, 1):
        assert in_short(run(straight.program, result.schedule)) == in_short(result)


# Rule 8: the simplest failure


def counter(add):
    """A program in which two threads add one to the same counter."""

    class Counter:
        def __init__(self):
            self.value = 0
            self.lock = Lock()

    def program():
        one = Counter()

        def check():
            assert one.value == 2, "an update is lost"

        return [lambda: add(one)] * 2, check

    return program


def add_in_two_lines(one):
    value = one.value
    one.value = value + 1


def add_in_one_line(one):
    one.value += number_one()


def number_one():
    return 1


def add_with_a_lock_for_half(one):
    with one.lock:
        value = one.value
    with one.lock:
        one.value = value + 1


def add_with_a_lock(one):
    with one.lock:
        value = one.value
        one.value = value + 1


@pytest.mark.rule(8)
@pytest.mark.slow
@pytest.mark.parametrize(
    "add", [add_in_two_lines, add_in_one_line, add_with_a_lock_for_half], ids=lambda f: f.__name__
)
def test_a_lost_update_is_found(add):
    found = find_failure(counter(add))
    assert (found.preemptions, type(found.error)) == (1, AssertionError)
    assert type(run(counter(add), found.schedule).error) is AssertionError


@pytest.mark.rule(8)
@pytest.mark.slow
def test_an_update_under_a_lock_is_not_lost():
    assert find_failure(counter(add_with_a_lock)) is None


def lazy(get):
    """A program in which two threads ask for a value that is to be made once."""

    def program():
        cache, made, lock = {}, [], Lock()

        def make():
            made.append("made")
            return "value"

        def check():
            assert made == ["made"]

        return [lambda: get(cache, make, lock)] * 2, check

    return program


def check_then_act(cache, make, lock):
    if "key" not in cache:
        cache["key"] = make()


def check_and_lock_and_act(cache, make, lock):
    if "key" not in cache:
        with lock:
            cache["key"] = make()


def check_again_under_the_lock(cache, make, lock):
    if "key" not in cache:
        with lock:
            if "key" not in cache:
                cache["key"] = make()


@pytest.mark.rule(8)
@pytest.mark.slow
@pytest.mark.parametrize("get", [check_then_act, check_and_lock_and_act], ids=lambda f: f.__name__)
def test_a_check_that_is_out_of_date_is_found(get):
    found = find_failure(lazy(get))
    assert (found.preemptions, type(found.error)) == (1, AssertionError)


@pytest.mark.rule(8)
@pytest.mark.slow
def test_a_check_and_its_act_under_one_lock_are_right():
    assert find_failure(lazy(check_again_under_the_lock), 1) is None


def transfers(first, second):
    """A program in which two threads lock two accounts each, in the order given."""

    def program():
        locks = {"a": Lock(), "b": Lock()}

        def transfer(source, target):
            with locks[source]:  # noqa: SIM117 - a step each
                with locks[target]:
                    pass

        return [lambda: transfer(*first), lambda: transfer(*second)], nothing

    return program


@pytest.mark.rule(8)
@pytest.mark.slow
def test_locks_in_opposite_order_are_found():
    found = find_failure(transfers("ab", "ba"))
    assert (found.preemptions, type(found.error)) == (1, Deadlock)


@pytest.mark.rule(8)
@pytest.mark.slow
def test_locks_in_one_order_are_right():
    assert find_failure(transfers("ab", "ab"), 1) is None


def door(wrong):
    """A program in which one thread opens and shuts a door that another one looks at."""

    def program():
        state, seen = {"open": False}, []

        def open_and_shut():
            state["open"] = True
            state["open"] = False

        def watch():
            seen.append(state["open"])
            seen.append(state["open"])
            seen.append(state["open"])

        def check():
            assert seen[: len(wrong)] != wrong

        return [open_and_shut, watch], check

    return program


@pytest.mark.rule(8)
@pytest.mark.slow
@pytest.mark.parametrize(
    ("wrong", "needed"),
    [([True], 1), ([False, True], 2)],
    ids=["opened before", "opened while looking"],
)
def test_a_failure_is_found_if_the_bound_allows_its_preemptions(wrong, needed):
    assert find_failure(door(wrong), needed - 1) is None
    found = find_failure(door(wrong), needed)
    assert (found.preemptions, type(found.error)) == (needed, AssertionError)


@pytest.mark.rule(8)
@pytest.mark.slow
def test_two_preemptions_are_searched_if_nothing_is_said():
    assert find_failure(door([False, True])).preemptions == 2
    assert find_failure(door([False, True, False])) is None


@pytest.mark.rule(8)
def test_a_failure_without_a_preemption_is_the_simplest():
    straight = Straight("+a", "-a", ".")
    assert in_short(find_failure(straight.program)) == ((1, 1), 0, RuntimeError)


@pytest.mark.rule(8)
@pytest.mark.slow
def test_of_the_failures_with_the_fewest_preemptions_the_shortest_is_returned():
    for threads in [(". . .", ". -a", "+a"), ("+a . -a", ". . +a +a", "-a")]:
        straight = Straight(*threads)
        failures = [run for run in straight.model(1) if run[2] is not type(None)]
        fewest, steps = min((run[1], len(run[0])) for run in failures)
        found = find_failure(straight.program, 1)
        assert (found.preemptions, len(found.schedule)) == (fewest, steps)
        assert in_short(found) in failures


@pytest.mark.rule(8)
def test_no_schedule_with_more_preemptions_than_the_failure_is_run():
    straight = Straight("+a", "-a", ". . .")
    find_failure(straight.program, 3)
    assert straight.made <= len(straight.model(0)) + 1
