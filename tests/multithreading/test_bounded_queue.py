import itertools
import queue as original
import weakref
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

import katas.multithreading.bounded_queue as kata
from katas.multithreading.bounded_queue import (
    Empty,
    Full,
    LifoQueue,
    PriorityQueue,
    Queue,
    ShutDown,
)
from tests.stage import Stage

KINDS = [Queue, LifoQueue, PriorityQueue]


@pytest.fixture(autouse=True)
def stage():
    """Threads take turns on it, and no wait takes real time."""
    with Stage(kata) as stage:
        yield stage


def filled(items, maxsize=0, kind=Queue):
    queue = kind(maxsize)
    for item in items:
        queue.put(item)
    return queue


def drain(queue):
    """All that is in the queue, in its order, without waiting."""
    return [queue.get_nowait() for _ in range(queue.qsize())]


def attempt(call, *args, **kwds):
    """What a call returns, or the kind of its refusal."""
    try:
        return call(*args, **kwds)
    except (Empty, Full, ShutDown) as error:
        return type(error)


class Thing:
    """An object whose life can be followed."""


# Rule 1: first in, first out


@pytest.mark.rule(1)
def test_items_come_out_in_the_order_in_which_they_were_put():
    queue = filled("abc")
    assert queue.get() == "a"
    queue.put("d")
    assert [queue.get(), queue.get(), queue.get()] == ["b", "c", "d"]


@pytest.mark.rule(1)
def test_a_queue_knows_how_many_items_it_holds():
    queue = Queue()
    assert (queue.qsize(), queue.empty()) == (0, True)
    queue.put("a")
    queue.put("a")
    assert (queue.qsize(), queue.empty()) == (2, False)
    queue.get()
    assert (queue.qsize(), queue.empty()) == (1, False)
    queue.get()
    assert (queue.qsize(), queue.empty()) == (0, True)


@pytest.mark.rule(1)
def test_none_and_false_are_items_like_others():
    queue = filled([None, False, None])
    assert [queue.get(), queue.get(), queue.get()] == [None, False, None]


@pytest.mark.rule(1)
def test_two_queues_share_nothing():
    one, other = filled("ab"), filled("c")
    assert (one.qsize(), other.qsize()) == (2, 1)
    assert [one.get(), one.get(), other.get()] == ["a", "b", "c"]


@pytest.mark.rule(1)
@pytest.mark.parametrize("kind", [Queue, LifoQueue])
def test_an_item_that_was_taken_out_is_not_kept_alive(kind):
    queue = kind()
    queue.put(Thing())
    alive = weakref.ref(queue.get())
    assert alive() is None


# Rule 2: a bound, and not to wait


@pytest.mark.rule(2)
@pytest.mark.parametrize("maxsize", [1, 3])
def test_a_queue_is_full_when_it_holds_its_size(maxsize):
    queue = filled(range(maxsize - 1), maxsize)
    assert not queue.full()
    queue.put("last")
    assert queue.full()
    queue.get()
    assert not queue.full()


@pytest.mark.rule(2)
@pytest.mark.parametrize("maxsize", [0, -1])
def test_a_queue_of_size_zero_or_less_has_no_bound(maxsize):
    queue = filled(range(100), maxsize)
    assert (Queue().maxsize, queue.maxsize) == (0, maxsize)
    queue.put_nowait(100)
    assert (queue.qsize(), queue.full()) == (101, False)


@pytest.mark.rule(2)
@pytest.mark.parametrize("arguments", [(), (5,), (-1,)], ids=["alone", "with 5 s", "with -1 s"])
def test_without_waiting_a_full_queue_refuses_an_item(arguments):
    queue = filled("ab", maxsize=2)
    with pytest.raises(Full):
        queue.put_nowait("c")
    with pytest.raises(Full):
        queue.put("c", False, *arguments)
    assert queue.unfinished_tasks == 2
    queue.get()
    queue.put("d", False, *arguments)
    assert drain(queue) == ["b", "d"]


@pytest.mark.rule(2)
@pytest.mark.parametrize("arguments", [(), (5,), (-1,)], ids=["alone", "with 5 s", "with -1 s"])
def test_without_waiting_an_empty_queue_gives_nothing(arguments):
    queue = Queue(1)
    with pytest.raises(Empty):
        queue.get_nowait()
    with pytest.raises(Empty):
        queue.get(False, *arguments)
    queue.put("a")
    assert queue.get(False, *arguments) == "a"


@pytest.mark.rule(2)
def test_the_size_of_a_queue_may_be_changed():
    queue = filled("abc", maxsize=3)
    queue.maxsize = 2
    assert queue.full()
    queue.get()
    with pytest.raises(Full):
        queue.put_nowait("d")
    assert queue.qsize() == 2
    queue.maxsize = 4
    queue.put_nowait("d")
    assert not queue.full()
    assert drain(queue) == ["b", "c", "d"]


# Rule 3: waiting


@pytest.mark.rule(3)
@pytest.mark.parametrize("kind", KINDS)
def test_get_waits_until_there_is_an_item(stage, kind):
    queue = kind()
    getting = stage.start(queue.get)
    assert getting.waits
    queue.put("a")
    assert getting.result() == "a"
    assert queue.empty()


@pytest.mark.rule(3)
@pytest.mark.parametrize("kind", KINDS)
def test_put_waits_until_there_is_room(stage, kind):
    queue = filled("a", 1, kind)
    putting = stage.start(queue.put, "b")
    assert putting.waits
    assert queue.qsize() == 1
    assert queue.get() == "a"
    putting.result()
    assert drain(queue) == ["b"]


@pytest.mark.rule(3)
def test_each_item_goes_to_one_of_the_threads_that_wait(stage):
    queue = Queue()
    getting = [stage.start(queue.get) for _ in range(3)]
    for item in "abc":
        queue.put(item)
    assert sorted(each.result() for each in getting) == ["a", "b", "c"]
    assert queue.empty()


@pytest.mark.rule(3)
def test_threads_that_wait_to_put_never_exceed_the_bound(stage):
    queue = filled("ab", maxsize=2)
    putting = [stage.start(queue.put, item) for item in "cde"]
    taken = []
    for _ in range(3):
        taken.append(queue.get())
        stage.settle()
        assert queue.qsize() == 2
    assert not any(each.waits for each in putting)
    assert sorted(taken + drain(queue)) == ["a", "b", "c", "d", "e"]


class Side(NamedTuple):
    """A queue in which `call` waits, and what others can do to it."""

    queue: Callable
    call: Callable
    serve: Callable  # let `call` go on
    outrun: Callable  # wake it, but be faster; refused if the queue serves it at once
    refused: type[Exception]


def outrun_get(queue):
    queue.put("a")
    queue.get_nowait()


def outrun_put(queue):
    queue.get()
    queue.put_nowait("a")


GET = Side(Queue, Queue.get, lambda queue: queue.put("b"), outrun_get, Empty)
PUT = Side(lambda: filled("a", 1), partial(Queue.put, item="b"), Queue.get, outrun_put, Full)
BOTH_SIDES = pytest.mark.parametrize("side", [GET, PUT], ids=["get", "put"])


@pytest.mark.rule(3)
@BOTH_SIDES
def test_who_wakes_and_finds_that_another_was_faster_waits_on(stage, side):
    queue = side.queue()
    calling = stage.start(side.call, queue)
    times = 0
    while times < 2 and attempt(side.outrun, queue) is None:
        stage.settle()
        assert calling.waits
        times += 1
    if times == 2:
        side.serve(queue)
    calling.result()


# Rule 4: not for ever


@pytest.mark.rule(4)
@BOTH_SIDES
def test_the_wait_ends_when_the_time_is_up(stage, side):
    queue = side.queue()
    calling = stage.start(side.call, queue, timeout=5)
    stage.advance(4.5)
    assert calling.waits
    stage.advance(0.5)
    with pytest.raises(side.refused):
        calling.result()
    assert queue.unfinished_tasks == queue.qsize()


@pytest.mark.rule(4)
@BOTH_SIDES
def test_being_woken_in_vain_gives_no_more_time(stage, side):
    queue = side.queue()
    calling = stage.start(side.call, queue, timeout=5)
    in_vain = True
    for _ in range(3):
        stage.advance(1.5)
        in_vain = in_vain and attempt(side.outrun, queue) is None
    stage.advance(0.5)
    if in_vain:
        with pytest.raises(side.refused):
            calling.result()
    else:
        calling.result()


@pytest.mark.rule(4)
@BOTH_SIDES
def test_who_is_served_in_time_goes_on(stage, side):
    queue = side.queue()
    calling = stage.start(side.call, queue, timeout=5)
    stage.advance(4.5)
    side.serve(queue)
    assert calling.result() == (None if side is PUT else "b")


@pytest.mark.rule(4)
@BOTH_SIDES
def test_a_timeout_of_zero_does_not_wait(stage, side):
    queue = side.queue()
    before = stage.now
    with pytest.raises(side.refused):
        side.call(queue, timeout=0)
    assert stage.now == before
    side.serve(queue)
    side.call(queue, timeout=0)


@pytest.mark.rule(4)
@BOTH_SIDES
def test_setting_the_clock_of_the_system_makes_no_difference(stage, side):
    queue = side.queue()
    calling = stage.start(side.call, queue, timeout=5)
    stage.wall_ahead = -3600
    stage.advance(5)
    with pytest.raises(side.refused):
        calling.result()


@pytest.mark.rule(4)
@BOTH_SIDES
def test_who_has_given_up_is_not_woken_in_place_of_another(stage, side):
    queue = side.queue()
    with pytest.raises(side.refused):
        side.call(queue, timeout=5)
    calling = stage.start(side.call, queue)
    side.serve(queue)
    calling.result()


@pytest.mark.rule(4)
@pytest.mark.parametrize("items", ["", "a", "ab"], ids=["empty", "neither", "full"])
def test_a_negative_timeout_is_refused(items):
    queue = filled(items, maxsize=2)
    with pytest.raises(ValueError):
        queue.put("c", timeout=-0.5)
    with pytest.raises(ValueError):
        queue.get(timeout=-0.5)
    assert queue.unfinished_tasks == len(items)
    assert drain(queue) == list(items)


# Rule 5: the end of the work


@pytest.mark.rule(5)
def test_join_waits_until_the_last_item_is_done(stage):
    queue = filled("ab")
    joining = [stage.start(queue.join) for _ in range(2)]
    queue.get()
    queue.get()
    queue.task_done()
    stage.settle()
    assert [each.waits for each in joining] == [True, True]
    queue.task_done()
    for each in joining:
        each.result()


@pytest.mark.rule(5)
def test_join_does_not_wait_if_there_is_no_work(stage):
    queue = Queue()
    stage.start(queue.join).result()
    queue.put("a")
    queue.task_done()
    stage.start(queue.join).result()


@pytest.mark.rule(5)
def test_join_waits_again_for_new_work(stage):
    queue = filled("a")
    queue.task_done()
    queue.put("b")
    joining = stage.start(queue.join)
    assert joining.waits
    queue.task_done()
    joining.result()


@pytest.mark.rule(5)
def test_unfinished_tasks_are_those_put_and_not_done():
    queue = filled("ab")
    assert queue.unfinished_tasks == 2
    queue.get()
    assert queue.unfinished_tasks == 2
    queue.task_done()
    assert queue.unfinished_tasks == 1
    queue.put("c")
    assert queue.unfinished_tasks == 2


@pytest.mark.rule(5)
@pytest.mark.parametrize("before", [0, 2])
def test_one_task_done_too_many_is_refused(before):
    queue = filled(range(before))
    for _ in range(before):
        queue.task_done()
    with pytest.raises(ValueError):
        queue.task_done()
    assert queue.unfinished_tasks == 0
    queue.put("a")
    assert queue.unfinished_tasks == 1


# Rule 6: other orders


@pytest.mark.rule(6)
def test_a_lifo_queue_gives_the_newest_first():
    queue = filled("abc", kind=LifoQueue)
    assert queue.get() == "c"
    queue.put("d")
    assert drain(queue) == ["d", "b", "a"]


@pytest.mark.rule(6)
def test_a_priority_queue_gives_the_smallest_first():
    queue = filled([5, 1, 4, 1, 3], kind=PriorityQueue)
    assert queue.get() == 1
    queue.put(2)
    assert drain(queue) == [1, 2, 3, 4, 5]


@pytest.mark.rule(6)
def test_items_of_a_priority_queue_need_no_more_than_less_than():
    class Job:
        def __init__(self, urgency):
            self.urgency = urgency

        def __lt__(self, other):
            return self.urgency > other.urgency

    queue = filled(map(Job, [1, 3, 2]), kind=PriorityQueue)
    assert [job.urgency for job in drain(queue)] == [3, 2, 1]


class Shelf(Queue):
    """Gives strings by name, and counts their letters instead of them."""

    def _init(self, maxsize):
        self.made_for, self.shelf = maxsize, []
        self.inside = {}  # what to do in a method
        self.entered = 0  # how often a thread came into one

    def _enter(self, name):
        self.entered += 1
        self.inside.get(name, int)()

    def _qsize(self):
        self._enter("_qsize")
        return sum(map(len, self.shelf))

    def _put(self, item):
        self._enter("_put")
        self.shelf.append(item)

    def _get(self):
        self._enter("_get")
        self.shelf.sort()
        return self.shelf.pop(0)


def fail():
    raise ZeroDivisionError


@pytest.mark.rule(6)
def test_four_methods_make_another_kind_of_queue():
    queue = Shelf(6)
    assert (queue.made_for, queue.empty()) == (6, True)
    queue.put("pear")
    assert not queue.full()
    queue.put("fig")
    assert (queue.qsize(), queue.full(), queue.unfinished_tasks) == (7, True, 2)
    with pytest.raises(Full):
        queue.put_nowait("")
    assert [queue.get(), queue.get()] == ["fig", "pear"]
    with pytest.raises(Empty):
        queue.get_nowait()


@pytest.mark.rule(6)
def test_an_error_in_a_method_of_a_subclass_does_no_harm():
    queue = filled(["fig"], kind=Shelf)
    queue.inside = {"_put": fail}
    with pytest.raises(ZeroDivisionError):
        queue.put("pear")
    queue.inside = {"_get": fail}
    with pytest.raises(ZeroDivisionError):
        queue.get()
    queue.inside = {}
    assert queue.unfinished_tasks == 1
    queue.put("pear")
    assert [queue.get(), queue.get()] == ["fig", "pear"]
    assert queue.unfinished_tasks == 2


@pytest.mark.rule(6)
def test_an_error_in_a_method_of_a_subclass_goes_to_the_thread_that_waited(stage):
    queue = Shelf(1)
    getting = stage.start(queue.get)
    queue.inside = {"_get": fail}
    queue.put("a")
    with pytest.raises(ZeroDivisionError):
        getting.result()
    assert queue.unfinished_tasks == 1
    putting = stage.start(queue.put, "b")
    queue.inside = {"_put": fail}
    assert queue.get() == "a"
    with pytest.raises(ZeroDivisionError):
        putting.result()
    assert queue.unfinished_tasks == 1


def check_that_it_waits_outside(stage, method, call, *arguments):
    queue = filled(["a"], 9, Shelf)
    others = []

    def meanwhile():
        queue.inside = {}
        before = queue.entered
        others.append(stage.start(attempt, getattr(queue, call), *arguments))
        assert queue.entered == before

    queue.inside = {method: meanwhile}
    queue.put("c")
    queue.get()
    (other,) = others
    other.result()


@pytest.mark.rule(6)
@pytest.mark.parametrize("call", ["put", "get", "qsize", "empty", "full"])
@pytest.mark.parametrize("method", ["_qsize", "_put", "_get"])
def test_no_two_threads_are_in_the_methods_of_a_subclass(stage, method, call):
    check_that_it_waits_outside(stage, method, call, *(["b"] if call == "put" else []))


# Rule 7: shutting down


@pytest.mark.rule(7)
@pytest.mark.parametrize("maxsize", [1, 2], ids=["full", "not full"])
def test_nothing_is_put_after_shutting_down(maxsize):
    queue = filled("a", maxsize)
    assert queue.is_shutdown is False
    queue.shutdown()
    assert queue.is_shutdown is True
    for put in (queue.put, queue.put_nowait, lambda item: queue.put(item, timeout=5)):
        with pytest.raises(ShutDown):
            put("b")
    assert (drain(queue), queue.unfinished_tasks) == (["a"], 1)


@pytest.mark.rule(7)
def test_what_is_left_can_still_be_got():
    queue = filled("ab")
    queue.shutdown()
    assert [queue.get(), queue.get(timeout=5)] == ["a", "b"]
    for get in (queue.get, queue.get_nowait, lambda: queue.get(timeout=5)):
        with pytest.raises(ShutDown):
            get()


@pytest.mark.rule(7)
@pytest.mark.parametrize("immediate", [False, True], ids=["in order", "immediate"])
@pytest.mark.parametrize("timeout", [None, 5])
@BOTH_SIDES
def test_shutting_down_wakes_all_that_wait(stage, side, timeout, immediate):
    queue = side.queue()
    calling = [stage.start(side.call, queue, timeout=timeout) for _ in range(3)]
    queue.shutdown(immediate)
    for each in calling:
        with pytest.raises(ShutDown):
            each.result()
    assert queue.qsize() == queue.unfinished_tasks == (side is PUT and not immediate)


@pytest.mark.rule(7)
def test_work_can_be_finished_after_shutting_down(stage):
    queue = filled("ab")
    queue.shutdown()
    joining = stage.start(queue.join)
    queue.get()
    queue.task_done()
    stage.settle()
    assert joining.waits
    queue.task_done()
    joining.result()
    with pytest.raises(ValueError):
        queue.task_done()


@pytest.mark.rule(7)
@pytest.mark.parametrize("kind", KINDS)
def test_shutting_down_at_once_throws_away_what_is_left(stage, kind):
    queue = filled("abc", kind=kind)
    joining = stage.start(queue.join)
    queue.get()
    queue.shutdown(immediate=True)
    assert (queue.qsize(), queue.unfinished_tasks) == (0, 1)
    with pytest.raises(ShutDown):
        queue.get_nowait()
    stage.settle()
    assert joining.waits
    queue.task_done()
    joining.result()


@pytest.mark.rule(7)
def test_shutting_down_at_once_lets_those_that_join_go_on(stage):
    queue = filled("ab")
    joining = [stage.start(queue.join) for _ in range(2)]
    queue.shutdown(immediate=True)
    for each in joining:
        each.result()


@pytest.mark.rule(7)
def test_what_was_done_ahead_is_not_counted_again():
    queue = filled("ab")
    queue.task_done()
    queue.shutdown(immediate=True)
    assert (queue.qsize(), queue.unfinished_tasks) == (0, 0)


@pytest.mark.rule(7)
def test_a_queue_may_be_shut_down_again():
    queue = filled("abc")
    queue.shutdown()
    queue.shutdown()
    assert queue.get() == "a"
    queue.shutdown(immediate=True)
    queue.shutdown(immediate=False)
    assert (queue.is_shutdown, queue.qsize()) == (True, 0)


class LikeTheOriginal(RuleBasedStateMachine):
    """Both queues get the same calls; what they return, raise and hold must agree."""

    @initialize(kind=st.sampled_from(KINDS), maxsize=st.integers(-1, 3))
    def make(self, kind, maxsize):
        self.queues = kind(maxsize), getattr(original, kind.__name__)(maxsize)

    def both(self, call):
        outcomes = []
        for queue in self.queues:
            try:
                outcomes.append(call(queue))
            except NotImplementedError:
                raise
            except Exception as error:
                outcomes.append(type(error).__name__)
        assert outcomes[0] == outcomes[1]
        ours, theirs = (
            (queue.qsize(), queue.empty(), queue.full(), queue.unfinished_tasks)
            for queue in self.queues
        )
        assert ours == theirs

    @rule(item=st.integers(0, 9))
    def put(self, item):
        self.both(lambda queue: queue.put_nowait(item))

    @rule(block=st.booleans())
    def get(self, block):
        self.both(lambda queue: queue.get(block and not queue.empty()))

    @rule()
    def task_done(self):
        self.both(lambda queue: queue.task_done())

    @rule(maxsize=st.integers(-1, 3))
    def change_the_size(self, maxsize):
        for queue in self.queues:
            queue.maxsize = maxsize

    @precondition(lambda self: hasattr(original.Queue, "shutdown"))  # since 3.13
    @rule(immediate=st.booleans())
    def shut_down(self, immediate):
        self.both(lambda queue: queue.shutdown(immediate))


LikeTheOriginal.TestCase.settings = settings(max_examples=25, stateful_step_count=20)
TestLikeTheOriginal = pytest.mark.rule(7)(LikeTheOriginal.TestCase)


@pytest.mark.rule(7)
@pytest.mark.parametrize("method", ["_qsize", "_put", "_get"])
def test_shutting_down_waits_for_who_is_in_the_methods_of_a_subclass(stage, method):
    check_that_it_waits_outside(stage, method, "shutdown", True)


# Rule 8: many threads


@pytest.mark.rule(8)
def test_an_item_wakes_one_thread_however_many_wait(stage):
    queue = Queue()
    getting = [stage.start(queue.get) for _ in range(5)]
    queue.put("a")
    stage.settle()
    assert sum(each.turns for each in getting) == 1
    assert sum(each.waits for each in getting) == 4


@pytest.mark.rule(8)
def test_room_wakes_one_thread_however_many_wait(stage):
    queue = filled("a", maxsize=1)
    putting = [stage.start(queue.put, item) for item in "bcdef"]
    queue.get()
    stage.settle()
    assert sum(each.turns for each in putting) == 1
    assert sum(each.waits for each in putting) == 4


@pytest.mark.rule(8)
def test_join_is_woken_only_when_all_is_done(stage):
    queue = filled("abc")
    joining = stage.start(queue.join)
    for _ in range(2):
        queue.get()
        queue.task_done()
    stage.settle()
    assert joining.turns == 0
    queue.task_done()
    joining.result()


@pytest.mark.rule(8)
def test_those_that_get_are_not_woken_in_place_of_one_that_puts(stage):
    queue = Queue(1)
    getting = [stage.start(queue.get) for _ in range(2)]
    queue.put("a")
    queue.put("b")
    assert sorted(each.result() for each in getting) == ["a", "b"]


SCENES = []  # each has a call stopped before its step number `step`, and another one come meanwhile


@SCENES.append
def two_puts_and_one_place(stage, step):
    queue = Queue(1)
    first = stage.start(attempt, queue.put_nowait, "a", pause_at=step)
    second = attempt(queue.put_nowait, "b")
    assert {first.result(), second} == {None, Full}
    assert (queue.unfinished_tasks, queue.qsize()) == (1, 1)


@SCENES.append
def two_gets_and_one_item(stage, step):
    queue = filled("a")
    first = stage.start(attempt, queue.get_nowait, pause_at=step)
    second = attempt(queue.get_nowait)
    assert {first.result(), second} == {"a", Empty}


@SCENES.append
def two_puts_and_two_that_wait(stage, step):
    queue = Queue()
    getting = [stage.start(queue.get) for _ in range(2)]
    stage.start(queue.put, "a", pause_at=step)
    queue.put("b")
    assert {each.result() for each in getting} == {"a", "b"}


@SCENES.append
def a_get_comes_while_an_item_is_put(stage, step):
    queue = Queue()
    putting = stage.start(queue.put, "a", pause_at=step)
    getting = stage.start(queue.get)
    putting.result()
    assert getting.result() == "a"


@SCENES.append
def a_put_comes_while_room_is_made(stage, step):
    queue = filled("a", maxsize=1)
    getting = stage.start(queue.get, pause_at=step)
    putting = stage.start(queue.put, "b")
    assert getting.result() == "a"
    putting.result()


@SCENES.append
def an_item_is_put_while_a_get_comes(stage, step):
    queue = Queue()
    getting = stage.start(queue.get, pause_at=step)
    queue.put("a")
    assert getting.result() == "a"


@SCENES.append
def room_is_made_while_a_put_comes(stage, step):
    queue = filled("a", maxsize=1)
    putting = stage.start(queue.put, "b", pause_at=step)
    assert queue.get() == "a"
    putting.result()
    assert drain(queue) == ["b"]


@SCENES.append
def two_that_finish_and_one_that_joins(stage, step):
    queue = filled("ab")
    joining = stage.start(queue.join)
    first = stage.start(queue.task_done, pause_at=step)
    queue.task_done()
    first.result()
    joining.result()
    assert queue.unfinished_tasks == 0


@SCENES.append
def work_comes_while_other_work_is_finished(stage, step):
    queue = filled("a")
    first = stage.start(queue.task_done, pause_at=step)
    queue.put("b")
    first.result()
    assert queue.unfinished_tasks == 1


@SCENES.append
def the_work_is_finished_while_a_join_comes(stage, step):
    queue = filled("a")
    joining = stage.start(queue.join, pause_at=step)
    queue.task_done()
    joining.result()


@SCENES.append
def shutting_down_while_a_get_comes(stage, step):
    queue = Queue()
    getting = stage.start(attempt, queue.get, pause_at=step)
    queue.shutdown()
    assert getting.result() is ShutDown


@SCENES.append
def a_get_comes_while_shutting_down(stage, step):
    queue = Queue()
    stage.start(queue.shutdown, pause_at=step)
    assert attempt(queue.get) is ShutDown


@SCENES.append
def shutting_down_at_once_while_an_item_is_put(stage, step):
    queue = Queue()
    putting = stage.start(attempt, queue.put, "a", pause_at=step)
    queue.shutdown(immediate=True)
    assert putting.result() in (None, ShutDown)
    assert (queue.qsize(), queue.unfinished_tasks) == (0, 0)


@SCENES.append
def the_time_is_up_while_an_item_is_put(stage, step):
    queue = Queue()
    getting = stage.start(attempt, queue.get, timeout=5)
    another = stage.start(queue.get)
    putting = stage.start(queue.put, "a", pause_at=step)
    stage.advance(5)
    putting.result()
    if getting.result() == "a":
        queue.put("a")
    assert another.result() == "a"


@SCENES.append
def the_time_is_up_while_room_is_made(stage, step):
    queue = filled("a", maxsize=1)
    putting = stage.start(attempt, queue.put, "b", timeout=5)
    another = stage.start(queue.put, "c")
    getting = stage.start(queue.get, pause_at=step)
    stage.advance(5)
    getting.result()
    if putting.result() is not Full:
        queue.get()
    another.result()
    assert drain(queue) == ["c"]


@pytest.mark.rule(8)
@pytest.mark.slow
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_a_switch_between_threads_does_no_harm_at_any_step(scene):
    for step in itertools.count(1):
        with Stage(kata) as stage:
            scene(stage, step)
        if not stage.has_paused:
            break
    assert step > 1
