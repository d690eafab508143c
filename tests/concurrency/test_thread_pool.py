import concurrent.futures as original
import gc
import itertools
import logging
import os
import re
import threading
import time
import weakref
from contextlib import contextmanager, suppress
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

import katas.concurrency.thread_pool as kata
from katas.concurrency.thread_pool import (
    BrokenThreadPool,
    CancelledError,
    Future,
    InvalidStateError,
    ThreadPoolExecutor,
)
from tests.stage import Stage


@pytest.fixture(autouse=True)
def stage():
    """Threads take turns on it, and no wait takes real time."""
    with Stage(kata) as stage:
        yield stage


@contextmanager
def logged():
    """The errors that the kata logs inside the block."""
    errors = []
    handler = logging.Handler()
    handler.emit = lambda record: record.getMessage() and errors.append(record.exc_info[1])
    logger = logging.getLogger("concurrent.futures")
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield errors
    finally:
        logger.propagate = True
        logger.removeHandler(handler)


def running():
    future = Future()
    future.set_running_or_notify_cancel()
    return future


def returned(value=42):
    future = Future()
    future.set_result(value)
    return future


def raised():
    future = Future()
    future.set_exception(ZeroDivisionError())
    return future


def cancelled():
    future = Future()
    future.cancel()
    return future


def states(future):
    return [name for name in ("running", "done", "cancelled") if getattr(future, name)()]


class Thing:
    """An object whose life can be followed."""


# Rule 1: the states of a future


@pytest.mark.rule(1)
def test_a_future_is_pending_then_running_then_done():
    future = Future()
    assert states(future) == []
    assert future.set_running_or_notify_cancel() is True
    assert states(future) == ["running"]
    future.set_result("value")
    assert states(future) == ["done"]


@pytest.mark.rule(1)
@pytest.mark.parametrize("begin", [Future, running], ids=["pending", "running"])
@pytest.mark.parametrize("value", ["value", None, ZeroDivisionError()])
def test_a_result_can_be_fetched_again_and_again(begin, value):
    future = begin()
    future.set_result(value)
    assert future.result() is value
    assert future.result(timeout=0) is value
    assert future.exception() is None


@pytest.mark.rule(1)
@pytest.mark.parametrize("begin", [Future, running], ids=["pending", "running"])
@pytest.mark.parametrize("error", [ZeroDivisionError(), SystemExit()], ids=type)
def test_an_error_is_raised_by_result_and_returned_by_exception(begin, error):
    future = begin()
    future.set_exception(error)
    for _ in range(2):
        with pytest.raises(type(error)) as caught:
            future.result()
        assert caught.value is error
    assert future.exception() is error
    assert states(future) == ["done"]


@pytest.mark.rule(1)
def test_a_call_ends_once():
    future = returned("first")
    for end in (future.set_result, future.set_exception):
        with pytest.raises(InvalidStateError):
            end(KeyError())
    assert (future.result(), future.exception()) == ("first", None)
    future = raised()
    for end in (future.set_result, future.set_exception):
        with pytest.raises(InvalidStateError):
            end(KeyError())
    assert isinstance(future.exception(), ZeroDivisionError)


@pytest.mark.rule(1)
@pytest.mark.parametrize("make", [running, returned, raised])
def test_a_call_begins_once(make):
    future = make()
    before = states(future)
    with pytest.raises(RuntimeError):
        future.set_running_or_notify_cancel()
    assert states(future) == before


# Rule 2: waiting for a future


@pytest.mark.rule(2)
@pytest.mark.parametrize("begin", [Future, running], ids=["pending", "running"])
def test_all_who_wait_go_on_when_the_future_is_done(stage, begin):
    future = begin()
    waiting = [stage.start(call) for call in [future.result, future.exception, future.result]]
    assert [each.waits for each in waiting] == [True, True, True]
    future.set_result("value")
    assert [each.result() for each in waiting] == ["value", None, "value"]


@pytest.mark.rule(2)
def test_an_error_ends_the_wait_as_well(stage):
    future = Future()
    raising, returning = stage.start(future.result), stage.start(future.exception)
    future.set_running_or_notify_cancel()
    stage.settle()
    assert raising.waits
    error = ZeroDivisionError()
    future.set_exception(error)
    with pytest.raises(ZeroDivisionError):
        raising.result()
    assert returning.result() is error


@pytest.mark.rule(2)
@pytest.mark.parametrize("ask", [Future.result, Future.exception])
def test_the_wait_ends_when_the_time_is_up(stage, ask):
    future = Future()
    waiting = stage.start(ask, future, timeout=5)
    patient = stage.start(ask, future, 6)
    stage.advance(4.5)
    assert waiting.waits
    stage.advance(0.5)
    with pytest.raises(TimeoutError):
        waiting.result()
    assert (patient.waits, states(future)) == (True, [])
    future.set_result("value")
    assert patient.result() == ask(future)


@pytest.mark.rule(2)
@pytest.mark.parametrize("ask", [Future.result, Future.exception])
def test_a_timeout_of_zero_does_not_wait(stage, ask):
    before = stage.now
    with pytest.raises(TimeoutError):
        ask(Future(), timeout=0)
    assert stage.now == before


# Rule 3: cancelling, and being told of the end


@pytest.mark.rule(3)
def test_what_is_pending_can_be_cancelled():
    future = Future()
    assert future.cancel() is True
    assert states(future) == ["done", "cancelled"]
    assert future.cancel() is True
    for ask in (future.result, future.exception):
        with pytest.raises(CancelledError):
            ask(timeout=0)


@pytest.mark.rule(3)
@pytest.mark.parametrize("make", [running, returned, raised])
def test_what_has_begun_cannot_be_cancelled(make):
    future = make()
    before = states(future)
    assert future.cancel() is False
    assert states(future) == before


@pytest.mark.rule(3)
def test_what_is_cancelled_neither_begins_nor_ends():
    future = cancelled()
    for call in (future.set_result, future.set_exception):
        with pytest.raises(InvalidStateError):
            call(ZeroDivisionError())
    assert future.set_running_or_notify_cancel() is False
    assert states(future) == ["done", "cancelled"]


@pytest.mark.rule(3)
def test_cancelling_ends_the_wait(stage):
    future = Future()
    waiting = [stage.start(future.result), stage.start(future.exception, 5)]
    future.cancel()
    for each in waiting:
        with pytest.raises(CancelledError):
            each.result()


ENDS = pytest.mark.parametrize(
    "end",
    [
        lambda future: future.set_result(42),
        lambda future: future.set_exception(ZeroDivisionError()),
        lambda future: future.cancel(),
    ],
    ids=["a result", "an error", "cancelling"],
)


@pytest.mark.rule(3)
@ENDS
def test_callbacks_are_called_in_order_once_the_future_is_done(stage, end):
    future = Future()
    seen = []
    for name in "ab":
        future.add_done_callback(lambda done, name=name: seen.append((name, done, states(done))))
    stage.start(end, future).result()
    assert seen == [("a", future, states(future)), ("b", future, states(future))]
    future.cancel()
    assert len(seen) == 2


@pytest.mark.rule(3)
@pytest.mark.parametrize("make", [returned, raised, cancelled])
def test_a_callback_comes_at_once_if_the_future_is_done(make):
    future, seen = make(), []
    for _ in range(2):
        future.add_done_callback(seen.append)
    assert seen == [future, future]


@pytest.mark.rule(3)
def test_a_callback_does_not_come_before_the_end():
    future, seen = Future(), []
    future.add_done_callback(seen.append)
    future.set_running_or_notify_cancel()
    assert seen == []
    future.cancel()
    assert seen == []
    future.set_result(42)
    assert seen == [future]


@pytest.mark.rule(3)
def test_a_callback_is_called_in_the_thread_that_ended_the_future(stage):
    future, threads = Future(), []
    future.add_done_callback(lambda _: threads.append(threading.current_thread()))
    ending = stage.start(future.set_result, 42)
    future.add_done_callback(lambda _: threads.append(threading.current_thread()))
    assert threads == [ending.thread, threading.current_thread()]


@pytest.mark.rule(3)
@ENDS
def test_an_error_in_a_callback_is_logged_and_stops_nothing(end):
    future, seen = Future(), []
    for callback in (seen.append, lambda _: 1 / 0, seen.append):
        future.add_done_callback(callback)
    with logged() as errors:
        end(future)
        future.add_done_callback(lambda _: 1 / 0)
    assert seen == [future, future]
    assert [type(error) for error in errors] == [ZeroDivisionError, ZeroDivisionError]


@pytest.mark.rule(3)
@pytest.mark.parametrize("add_first", [True, False], ids=["before the end", "after it"])
def test_no_lock_of_the_future_is_held_while_a_callback_runs(stage, add_first):
    future, seen = Future(), []

    def callback(_):
        seen.append(stage.start(future.result).result())
        future.add_done_callback(lambda _: seen.append("inner"))

    if add_first:
        future.add_done_callback(callback)
    future.set_result("value")
    if not add_first:
        future.add_done_callback(callback)
    assert seen == ["value", "inner"]


class LikeTheOriginal(RuleBasedStateMachine):
    """Both futures get the same calls; what they return, raise and are must agree."""

    def __init__(self):
        super().__init__()
        self.futures = Future(), original.Future()
        self.seen = [], []
        logging.getLogger("concurrent.futures").disabled = True

    def teardown(self):
        logging.getLogger("concurrent.futures").disabled = False

    def both(self, name, *args):
        outcomes = []
        for future in self.futures:
            try:
                outcomes.append(getattr(future, name)(*args))
            except NotImplementedError:
                raise
            except Exception as error:
                outcomes.append(type(error).__name__)
        assert outcomes[0] == outcomes[1]
        assert states(self.futures[0]) == states(self.futures[1])
        assert self.seen[0] == self.seen[1]

    @rule(name=st.sampled_from(["cancel", "set_running_or_notify_cancel"]))
    def begin_or_cancel(self, name):
        if not self.futures[1].cancelled():  # which the original tells apart once more
            self.both(name)

    @rule(name=st.sampled_from(["set_result", "set_exception"]), number=st.integers(0, 3))
    def end(self, name, number):
        self.both(name, (TypeError, ValueError, KeyError, OSError)[number]())

    @rule(name=st.sampled_from(["result", "exception"]))
    def ask(self, name):
        self.both(name, 0)

    @rule(number=st.integers(0, 9))
    def add_callback(self, number):
        for future, seen in zip(self.futures, self.seen, strict=True):
            future.add_done_callback(lambda _, seen=seen: seen.append(number))
        self.both("done")


LikeTheOriginal.TestCase.settings = settings(max_examples=25, stateful_step_count=10)
TestLikeTheOriginal = pytest.mark.rule(3)(LikeTheOriginal.TestCase)


# Rule 4: calls in threads


def capture(*args, **kwargs):
    return args, kwargs


@pytest.mark.rule(4)
def test_a_submitted_call_is_made_with_its_arguments():
    pool = ThreadPoolExecutor(2)
    assert pool.submit(capture).result() == ((), {})
    future = pool.submit(capture, 1, 2, self=3, fn=4)
    assert future.result() == ((1, 2), {"self": 3, "fn": 4})
    assert states(future) == ["done"]


@pytest.mark.rule(4)
def test_submit_does_not_wait_for_the_call(stage):
    gate = threading.Event()
    future = ThreadPoolExecutor(1).submit(gate.wait)
    assert not future.done()
    stage.settle()
    assert states(future) == ["running"]
    gate.set()
    assert future.result() is True


@pytest.mark.rule(4)
def test_calls_are_made_in_other_threads_at_the_same_time(stage):
    pool, meeting = ThreadPoolExecutor(2), threading.Barrier(2)

    def meet():
        meeting.wait()
        return threading.current_thread()

    futures = [pool.submit(meet) for _ in range(2)]
    threads = {future.result() for future in futures}
    assert threads == {actor.thread for actor in stage.started}


@pytest.mark.rule(4)
def test_calls_begin_in_the_order_in_which_they_were_submitted():
    pool, order = ThreadPoolExecutor(1), []
    futures = [pool.submit(order.append, number) for number in range(5)]
    for future in futures:
        future.result()
    assert order == [0, 1, 2, 3, 4]


@pytest.mark.rule(4)
@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit, KeyboardInterrupt])
def test_what_a_call_raises_goes_into_its_future_and_the_thread_goes_on(stage, error):
    def fail():
        raise error

    pool = ThreadPoolExecutor(1)
    failing, following = pool.submit(fail), pool.submit(capture)
    assert type(failing.exception()) is error
    assert following.result() == ((), {})
    assert pool.submit(capture).result() == ((), {})
    assert len(stage.started) == 1


@pytest.mark.rule(4)
def test_a_cancelled_call_is_not_made(stage):
    pool, made = ThreadPoolExecutor(1), []
    futures = [pool.submit(made.append, number) for number in range(3)]
    assert futures[1].cancel()
    stage.settle()
    assert made == [0, 2]
    assert [future.cancelled() for future in futures] == [False, True, False]


@pytest.mark.rule(4)
def test_a_call_may_submit_another():
    pool = ThreadPoolExecutor(1)
    inner = pool.submit(lambda: pool.submit(capture, "inner")).result()
    assert inner.result() == (("inner",), {})


@pytest.mark.rule(4)
@pytest.mark.parametrize("max_workers", [0, -1])
def test_there_must_be_room_for_a_thread(max_workers):
    with pytest.raises(ValueError):
        ThreadPoolExecutor(max_workers)


@pytest.mark.rule(4)
@pytest.mark.parametrize(("processors", "threads"), [(2, 6), (None, 5), (40, 32)])
def test_the_number_of_threads_goes_by_that_of_processors(monkeypatch, processors, threads):
    for name in ("cpu_count", "process_cpu_count"):  # the second one since 3.13
        monkeypatch.setattr(os, name, lambda: processors, raising=False)
    started = []

    def start(thread):  # but don't: so many threads are more than a test may have
        started.append(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    pool = ThreadPoolExecutor()
    for _ in range(threads + 2):
        pool.submit(capture)
    assert len(started) == threads


# Rule 5: as few threads as are needed


@pytest.mark.rule(5)
def test_threads_are_started_as_they_are_needed_up_to_the_limit(stage):
    pool, gate = ThreadPoolExecutor(3), threading.Event()
    counts = [len(stage.started)]
    for _ in range(5):
        pool.submit(gate.wait)
        stage.settle()
        counts.append(len(stage.started))
    assert counts == [0, 1, 2, 3, 3, 3]


@pytest.mark.rule(5)
def test_an_idle_thread_is_used_before_another_is_started(stage):
    pool, gate = ThreadPoolExecutor(3), threading.Event()
    for _ in range(3):
        pool.submit(capture)
        stage.settle()
    assert len(stage.started) == 1
    pool.submit(gate.wait)
    stage.settle()
    for _ in range(3):
        pool.submit(capture)
        stage.settle()
        assert len(stage.started) == 2


@pytest.mark.rule(5)
def test_two_idle_threads_are_enough_for_two_calls(stage):
    pool, meeting = ThreadPoolExecutor(3), threading.Barrier(2)
    for _ in range(2):
        futures = [pool.submit(meeting.wait) for _ in range(2)]
        assert sorted(future.result() for future in futures) == [0, 1]
        stage.settle()
    assert len(stage.started) == 2


@pytest.mark.rule(5)
def test_one_idle_thread_is_not_counted_on_for_two_calls(stage):
    pool, meeting = ThreadPoolExecutor(3), threading.Barrier(3)
    pool.submit(capture).result()
    stage.settle()
    futures = [pool.submit(meeting.wait) for _ in range(3)]
    assert sorted(future.result() for future in futures) == [0, 1, 2]
    assert len(stage.started) == 3


@pytest.mark.rule(5)
def test_threads_have_a_name_and_a_number(stage):
    pool, gate = ThreadPoolExecutor(2, thread_name_prefix="mine"), threading.Event()
    for _ in range(3):
        pool.submit(gate.wait)
    assert [actor.thread.name for actor in stage.started] == ["mine_0", "mine_1"]


@pytest.mark.rule(5)
def test_without_a_prefix_each_pool_has_its_own(stage):
    for _ in range(2):
        ThreadPoolExecutor(1).submit(capture)
    names = [actor.thread.name for actor in stage.started]
    assert all(re.fullmatch(r"ThreadPoolExecutor-\d+_0", name) for name in names)
    assert names[0] != names[1]


@pytest.mark.rule(5)
def test_an_idle_thread_keeps_nothing_alive(stage):
    pool, alive = ThreadPoolExecutor(1), []

    def call(argument, *, keyword):
        result = Thing()
        alive.extend(map(weakref.ref, (argument, keyword, result)))
        return result

    pool.submit(call, Thing(), keyword=Thing())
    stage.settle()
    gc.collect()
    assert [reference() for reference in alive] == [None, None, None]


@pytest.mark.rule(5)
def test_each_thread_is_initialized_before_its_first_call(stage):
    calls, meeting = [], threading.Barrier(2)

    def note(*args):
        calls.append((threading.current_thread().name, *args))

    pool = ThreadPoolExecutor(2, "pool", note, ("a", "b"))
    futures = [pool.submit(meeting.wait) for _ in range(2)]
    for future in futures:
        future.result()
    pool.submit(note).result()
    assert sorted(calls[:2]) == [("pool_0", "a", "b"), ("pool_1", "a", "b")]
    assert len(calls) == 3


@pytest.mark.rule(5)
@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit])
def test_a_failing_initializer_breaks_the_pool(stage, error):
    def fail():
        raise error

    pool, made = ThreadPoolExecutor(1, initializer=fail), []
    futures = [pool.submit(made.append, number) for number in range(3)]
    with logged() as errors:
        for future in futures:
            assert isinstance(future.exception(), BrokenThreadPool)
    assert [type(each) for each in errors] == [error]
    with pytest.raises(BrokenThreadPool):
        pool.submit(made.append, 3)
    assert (made, len(stage.started), stage.alive) == ([], 1, [])


@pytest.mark.rule(5)
def test_an_initializer_must_be_callable(stage):
    with pytest.raises(TypeError):
        ThreadPoolExecutor(1, initializer="no function")


# Rule 6: map


@pytest.mark.rule(6)
def test_results_come_in_the_order_of_the_arguments():
    pool, finished = ThreadPoolExecutor(3), []

    def call(number):
        time.sleep(10 - number)
        finished.append(number)
        return number

    assert list(pool.map(call, [1, 3, 2])) == [1, 3, 2]
    assert finished == [3, 2, 1]


@pytest.mark.rule(6)
def test_all_calls_are_submitted_before_a_result_is_asked_for(stage):
    pool, made = ThreadPoolExecutor(1), []
    pool.map(lambda *args: made.append(args), [1, 2, 3], iter("abcd"), chunksize=2)
    stage.settle()
    assert made == [(1, "a"), (2, "b"), (3, "c")]


@pytest.mark.rule(6)
@settings(max_examples=10)
@given(st.lists(st.integers(0, 3), max_size=5), st.lists(st.integers(0, 3), max_size=5))
def test_map_agrees_with_the_builtin_map(ones, others):
    def outcome(results):
        found = []
        with suppress(ZeroDivisionError):
            found.extend(results)
            found.append("no error")
        return found

    with ThreadPoolExecutor(2) as pool:
        assert outcome(pool.map(divmod, ones, others)) == outcome(map(divmod, ones, others))


@pytest.mark.rule(6)
def test_an_error_is_raised_in_its_place_and_what_follows_is_cancelled(stage):
    pool, gate, made = ThreadPoolExecutor(1), threading.Event(), []

    def call(number):
        if number == 2:
            raise ZeroDivisionError
        if number == 3:
            gate.wait()
        made.append(number)
        return number

    results = pool.map(call, [1, 2, 3, 4])
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)
    gate.set()
    stage.settle()
    assert made in ([1], [1, 3])
    assert list(results) == []


@pytest.mark.rule(6)
def test_the_timeout_counts_from_map_on_and_for_all_results(stage):
    pool, made = ThreadPoolExecutor(1), []

    def call(seconds):
        time.sleep(seconds)
        made.append(seconds)

    results = pool.map(call, [3, 4, 1, 1], timeout=5)
    stage.advance(1)
    before = stage.now
    assert next(results) is None
    with pytest.raises(TimeoutError):
        next(results)
    assert stage.now == before + 4
    stage.advance(10)
    assert made == [3, 4]


@pytest.mark.rule(6)
def test_a_result_that_is_there_can_be_had_after_the_time(stage):
    results = ThreadPoolExecutor(1).map(abs, [-1, -2], timeout=5)
    stage.advance(6)
    assert list(results) == [1, 2]


@pytest.mark.rule(6)
def test_closing_the_iterator_cancels_what_has_not_begun(stage):
    pool, gate, made = ThreadPoolExecutor(1), threading.Event(), []
    pool.submit(made.append, 0)
    results = pool.map(lambda number: gate.wait(number) or made.append(number), [0, 5, 6])
    assert next(results) is None
    stage.settle()
    results.close()
    stage.advance(20)
    assert made == [0, 0, 5]


@pytest.mark.rule(6)
def test_results_that_were_given_out_are_not_kept_alive():
    results = ThreadPoolExecutor(1).map(lambda _: Thing(), range(3))
    alive = [weakref.ref(next(results)) for _ in range(2)]
    gc.collect()
    assert [reference() for reference in alive] == [None, None]


# Rule 7: the end


@pytest.mark.rule(7)
def test_after_shutting_down_nothing_can_be_submitted(stage):
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    pool.shutdown()
    for submit in (pool.submit, lambda call: pool.map(call, [1])):
        with pytest.raises(RuntimeError):
            submit(capture)
    assert stage.started == []


@pytest.mark.rule(7)
def test_shutting_down_waits_for_all_calls_and_threads(stage):
    pool, gate = ThreadPoolExecutor(2), threading.Event()
    futures = [pool.submit(gate.wait) for _ in range(4)]
    closing = stage.start(pool.shutdown)
    assert closing.waits
    with pytest.raises(RuntimeError):
        pool.submit(capture)
    gate.set()
    closing.result()
    assert [future.result() for future in futures] == [True] * 4
    assert stage.alive == []


@pytest.mark.rule(7)
def test_shutting_down_ends_idle_threads(stage):
    pool, meeting = ThreadPoolExecutor(3), threading.Barrier(3)
    for _ in range(3):
        pool.submit(meeting.wait)
    stage.settle()
    assert len(stage.alive) == 3
    pool.shutdown()
    assert stage.alive == []


@pytest.mark.rule(7)
def test_without_waiting_the_calls_are_made_all_the_same(stage):
    pool, gate = ThreadPoolExecutor(1), threading.Event()
    futures = [pool.submit(gate.wait) for _ in range(3)]
    pool.shutdown(wait=False)
    stage.settle()
    assert len(stage.alive) == 1
    gate.set()
    assert [future.result() for future in futures] == [True] * 3
    stage.settle()
    assert stage.alive == []


@pytest.mark.rule(7)
@pytest.mark.parametrize("wait", [True, False])
def test_shutting_down_can_cancel_what_has_not_begun(stage, wait):
    pool, gate, seen = ThreadPoolExecutor(1), threading.Event(), []
    first, second, third = (pool.submit(gate.wait) for _ in range(3))
    third.add_done_callback(seen.append)
    stage.settle()
    closing = stage.start(pool.shutdown, wait, cancel_futures=True)
    assert closing.waits is wait
    assert [each.cancelled() for each in (first, second, third)] == [False, True, True]
    assert seen == [third]
    gate.set()
    closing.result()
    assert first.result() is True
    stage.settle()
    assert stage.alive == []


@pytest.mark.rule(7)
def test_a_call_that_an_idle_thread_has_not_yet_begun_is_cancelled_too(stage):
    pool = ThreadPoolExecutor(1)
    pool.submit(capture)
    stage.settle()
    future = pool.submit(capture)
    pool.shutdown(cancel_futures=True)
    assert future.cancelled()
    assert stage.alive == []


@pytest.mark.rule(7)
def test_the_end_of_a_with_block_shuts_down(stage):
    def use():
        with ThreadPoolExecutor(1) as pool:
            futures.extend(pool.submit(time.sleep, 5) for _ in range(2))
            raise ZeroDivisionError

    futures = []
    with pytest.raises(ZeroDivisionError):
        use()
    assert [future.done() for future in futures] == [True, True]
    assert stage.alive == []


@pytest.mark.rule(7)
def test_a_with_block_gives_the_pool_and_leaves_it_shut_down():
    with (pool := ThreadPoolExecutor(1)) as inside:
        assert inside is pool
    with pytest.raises(RuntimeError):
        pool.submit(capture)


@pytest.mark.rule(7)
def test_the_threads_of_a_forgotten_pool_end(stage):
    pool, gate, made = ThreadPoolExecutor(2), threading.Event(), []
    pool.submit(capture)
    stage.settle()
    for number in range(4):
        pool.submit(lambda number=number: gate.wait() and made.append(number))
    stage.settle()
    del pool
    gc.collect()
    stage.settle()
    assert len(stage.alive) == 2
    gate.set()
    stage.settle()
    assert (sorted(made), stage.alive) == ([0, 1, 2, 3], [])


def at_every_step(scene):
    for step in itertools.count(1):
        with Stage(kata) as stage:
            scene(stage, step)
        if not stage.has_paused:
            break
    assert step > 1


@pytest.mark.rule(7)
@pytest.mark.slow
def test_a_pool_may_be_freed_in_one_of_its_threads_at_any_step():
    def free(stage, step):
        pools, made = [ThreadPoolExecutor(1)], []
        stage.pause_at, stage.instead = step, pools.clear  # as the collector may do anywhere
        pools[0].submit(made.append, 1)
        stage.settle()
        pools.clear()
        stage.settle()
        assert (made, stage.alive) == ([1], [])

    at_every_step(free)


@pytest.mark.rule(7)
def test_a_broken_pool_can_be_shut_down(stage):
    def fail():
        raise ZeroDivisionError

    pool = ThreadPoolExecutor(1, initializer=fail)
    with logged():
        assert isinstance(pool.submit(fail).exception(), BrokenThreadPool)
    pool.shutdown()
    assert stage.alive == []


# Rule 8: many threads


SCENES = []  # each has a thread stopped before its step number `step`, and another come meanwhile


@SCENES.append
def cancelling_while_a_call_begins(stage, step):
    future = Future()
    beginning = stage.start(future.set_running_or_notify_cancel, pause_at=step)
    was_cancelled = future.cancel()
    assert beginning.result() is not was_cancelled


@SCENES.append
def a_call_begins_while_it_is_cancelled(stage, step):
    future = Future()
    cancelling = stage.start(future.cancel, pause_at=step)
    has_begun = future.set_running_or_notify_cancel()
    assert cancelling.result() is not has_begun


def succeeds(call, *args):
    try:
        call(*args)
    except InvalidStateError:
        return False
    return True


@SCENES.append
def two_results(stage, step):
    future = Future()
    first = stage.start(succeeds, future.set_result, "first", pause_at=step)
    second = succeeds(future.set_result, "second")
    assert first.result() is not second
    assert future.result() == ("second" if second else "first")


@SCENES.append
def a_result_comes_while_someone_begins_to_wait(stage, step):
    future = Future()
    waiting = stage.start(future.result, pause_at=step)
    future.set_result("value")
    assert waiting.result() == "value"


@SCENES.append
def someone_begins_to_wait_while_a_result_comes(stage, step):
    future = Future()
    stage.start(future.set_exception, ZeroDivisionError(), pause_at=step)
    with pytest.raises(ZeroDivisionError):
        future.result()


@SCENES.append
def a_result_comes_while_a_callback_is_added(stage, step):
    future, seen = Future(), []
    adding = stage.start(future.add_done_callback, seen.append, pause_at=step)
    future.set_result("value")
    adding.result()
    assert seen == [future]


@SCENES.append
def a_callback_is_added_while_a_result_comes(stage, step):
    future, seen = Future(), []
    ending = stage.start(future.set_result, "value", pause_at=step)
    future.add_done_callback(seen.append)
    ending.result()
    assert seen == [future]


@SCENES.append
def two_submit_at_the_same_time(stage, step):
    pool = ThreadPoolExecutor(1)
    submitting = stage.start(pool.submit, capture, 1, pause_at=step)
    second = pool.submit(capture, 2)
    assert submitting.result().result() == ((1,), {})
    assert second.result() == ((2,), {})
    assert len(stage.started) == 1
    pool.shutdown()


@SCENES.append
def shutting_down_while_a_call_is_submitted(stage, step):
    pool, made = ThreadPoolExecutor(1), []

    def submit():
        try:
            return pool.submit(made.append, "call")
        except NotImplementedError:
            raise
        except RuntimeError:
            return None

    submitting = stage.start(submit, pause_at=step)
    pool.shutdown()
    future = submitting.result()
    stage.settle()
    assert (made, stage.alive) == ([] if future is None else ["call"], [])


@SCENES.append
def a_call_is_submitted_while_a_thread_looks_for_one(stage, step):
    pool, meeting = ThreadPoolExecutor(2), threading.Barrier(2)
    stage.pause_at = step
    pool.submit(capture)
    stage.settle()
    futures = [pool.submit(meeting.wait) for _ in range(2)]
    assert sorted(future.result() for future in futures) == [0, 1]
    assert len(stage.started) == 2
    pool.shutdown()


@SCENES.append
def a_call_is_cancelled_while_a_thread_takes_it(stage, step):
    pool, made = ThreadPoolExecutor(1), []
    stage.pause_at = step
    future = pool.submit(made.append, "call")
    stage.settle()
    was_cancelled = future.cancel()
    pool.shutdown()
    assert made == ([] if was_cancelled else ["call"])


@SCENES.append
def shutting_down_while_a_thread_works(stage, step):
    pool, made = ThreadPoolExecutor(1), []
    stage.pause_at = step
    futures = [pool.submit(made.append, number) for number in range(2)]
    stage.settle()
    pool.shutdown(cancel_futures=True)
    assert made == [number for number in range(2) if not futures[number].cancelled()]
    assert stage.alive == []


@SCENES.append
def a_call_is_submitted_while_an_initializer_fails(stage, step):
    pool, futures = ThreadPoolExecutor(1, initializer=partial(divmod, 1, 0)), []
    stage.pause_at = step
    with logged():
        futures.append(pool.submit(capture))
        stage.settle()
        with suppress(BrokenThreadPool):
            futures.append(pool.submit(capture))
        for future in futures:
            assert isinstance(future.exception(), BrokenThreadPool)
    pool.shutdown()


@SCENES.append
def an_initializer_fails_while_a_call_is_submitted(stage, step):
    gate = threading.Event()
    pool = ThreadPoolExecutor(1, initializer=lambda: gate.wait() and divmod(1, 0))
    futures = [pool.submit(capture)]

    def submit():
        with suppress(BrokenThreadPool):
            futures.append(pool.submit(capture))

    with logged():
        submitting = stage.start(submit, pause_at=step)
        gate.set()
        stage.settle()
        submitting.result()
        for future in futures:
            assert isinstance(future.exception(), BrokenThreadPool)
    pool.shutdown()


@pytest.mark.rule(8)
@pytest.mark.slow
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_a_switch_between_threads_does_no_harm_at_any_step(scene):
    at_every_step(scene)
