import array
import asyncio
import contextvars
import gc
import logging
import socket
import time
import tracemalloc
import types
import weakref
from functools import partial
from selectors import DefaultSelector

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from katas.async_programming.event_loop import EventLoop, Task

TURNS = 3000  # more than any right solution makes
EARLY = 2.0**-10  # seconds, about one millisecond
PATIENCE = 3.0  # seconds for data that has been sent to arrive on loopback


class Clock(DefaultSelector):
    """A selector that puts a clock forward instead of waiting, and counts the turns."""

    def __init__(self):
        super().__init__()
        self.now = 0.0
        self.waits = []
        self.early = False

    def select(self, timeout=None):
        self.waits.append(timeout)
        assert timeout is None or timeout <= 2**31 / 1000, "epoll: timeout is too large"
        assert len(self.waits) <= TURNS, "the loop turns and turns"
        if timeout is None:
            # Only a socket can end this wait, and all who send are in this process.
            events = super().select(PATIENCE if self.get_map() else 0)
            assert events, "nothing is ready, and nothing is due: the loop would wait for ever"
            return events
        events = super().select(0)
        if not events and timeout > 0:
            # As a selector may, it can return before the time is over.
            self.now += timeout - EARLY if self.early else timeout
            self.early = False
        return events


class Loop(EventLoop):
    """The loop with a clock that needs no time, and a list of the errors reported to it."""

    def __init__(self):
        self.clock = Clock()
        self.errors = []
        super().__init__(self.clock)

    def time(self):
        return self.clock.now

    def call_exception_handler(self, context):
        self.errors.append(context)


@pytest.fixture
def loop():
    loop = Loop()
    yield loop
    loop.close()
    assert loop.errors == [], "nobody expected these errors to be reported"


def reported(loop):
    """Return what was reported, and forget it."""
    errors, loop.errors = loop.errors, []
    assert all(isinstance(context["message"], str) and context["message"] for context in errors)
    return [context["exception"] for context in errors]


def run_for(loop, seconds):
    """Let the loop run until its clock is `seconds` further."""
    over = loop.create_future()
    loop.call_later(seconds, over.set_result, None)
    loop.run_until_complete(over)


async def fail(error):
    raise error


# Rule 1: calls and turns


def run_turns(loop, turns):
    """Let the loop make so many turns."""
    over = loop.create_future()

    def count(left):
        if left == 1:
            over.set_result(None)
        else:
            loop.call_soon(count, left - 1)

    loop.call_soon(count, turns)
    loop.run_until_complete(over)


@pytest.mark.rule(1)
def test_calls_are_made_once_and_in_the_order_of_asking(loop):
    log = []
    for number in range(5):
        loop.call_soon(log.append, number)
    loop.call_soon(lambda *args: log.append(args), "a", "b")
    assert log == []
    run_turns(loop, 1)
    assert log == [0, 1, 2, 3, 4, ("a", "b")]
    run_turns(loop, 2)
    assert len(log) == 6


@pytest.mark.rule(1)
def test_what_a_call_asks_for_comes_in_the_next_turn(loop):
    log = []

    def first():
        log.append(("first", len(loop.clock.waits)))
        loop.call_soon(lambda: log.append(("third", len(loop.clock.waits))))

    loop.call_soon(first)
    loop.call_soon(lambda: log.append(("second", len(loop.clock.waits))))
    run_turns(loop, 3)
    assert log == [("first", 1), ("second", 1), ("third", 2)]


@pytest.mark.rule(1)
def test_run_until_complete_gives_the_result_or_error_of_the_future(loop):
    future, failing = loop.create_future(), loop.create_future()
    loop.call_soon(future.set_result, "done")
    loop.call_soon(failing.set_exception, LookupError())
    assert loop.run_until_complete(future) == "done"
    assert loop.run_until_complete(future) == "done"
    with pytest.raises(LookupError):
        loop.run_until_complete(failing)


@pytest.mark.rule(1)
def test_a_cancelled_call_is_not_made(loop):
    log = []
    first = loop.call_soon(log.append, "first")
    loop.call_soon(lambda: third.cancel())  # noqa: PLW0108 - there is no `third` yet
    third = loop.call_soon(log.append, "third")
    loop.call_soon(log.append, "fourth")
    first.cancel()
    assert (first.cancelled(), third.cancelled()) == (True, False)
    run_turns(loop, 2)
    assert log == ["fourth"]
    assert third.cancelled()


class Thing:
    """Something whose end can be watched."""

    def method(self, *args):
        pass


def is_kept(ask):
    """Whether a call that was asked for and cancelled keeps its callback or argument alive."""
    callback, argument = Thing(), Thing()
    alive = [weakref.ref(callback), weakref.ref(argument)]
    handle = ask(callback.method, argument)
    handle.cancel()
    handle.cancel()
    del callback, argument
    gc.collect()
    return [reference() for reference in alive] != [None, None]


@pytest.mark.rule(1)
def test_a_cancelled_call_keeps_nothing_alive(loop):
    assert not is_kept(loop.call_soon)


@pytest.mark.rule(1)
def test_the_loop_that_runs_is_known(loop):
    found = []
    loop.call_soon(lambda: found.append(asyncio.get_running_loop()))
    run_turns(loop, 1)
    assert found == [loop]
    failed = loop.create_future()
    failed.set_exception(LookupError())
    with pytest.raises(LookupError):
        loop.run_until_complete(failed)
    with pytest.raises(RuntimeError, match="no running event loop"):
        asyncio.get_running_loop()


@pytest.mark.rule(1)
def test_no_loop_runs_inside_another(loop):
    other = Loop()
    over = loop.create_future()
    refused = []

    def inside():
        for inner in (loop, other):
            with pytest.raises(RuntimeError):
                inner.run_until_complete(over)
            refused.append(inner)
        over.set_result("went on")

    loop.call_soon(inside)
    other.call_soon(refused.append, "never")
    assert loop.run_until_complete(over) == "went on"
    assert refused == [loop, other]
    other.close()


@pytest.mark.rule(1)
def test_a_call_sees_the_variables_of_the_time_when_it_was_asked_for(loop):
    variable = contextvars.ContextVar("variable")
    found = []
    empty = contextvars.Context()
    variable.set("asked")
    loop.call_soon(lambda: found.append(variable.get()))
    loop.call_soon(lambda: found.append(variable.get("none")), context=empty)
    loop.call_soon(variable.set, "of a call")
    loop.call_soon(variable.set, "of another call", context=empty)
    loop.call_soon(lambda: found.append(variable.get()), context=empty)
    variable.set("later")
    run_turns(loop, 1)
    assert found == ["asked", "none", "of another call"]
    assert variable.get() == "later"


@pytest.mark.rule(1)
def test_a_closed_loop_has_closed_its_selector():
    loop = Loop()
    loop.close()
    assert loop.clock.get_map() is None


# Rule 2: timers


@pytest.mark.rule(2)
def test_timers_go_off_at_their_time_whatever_the_order_of_asking(loop):
    log = []
    loop.clock.now = 100.0
    loop.call_later(3, lambda: log.append(("3 later", loop.time())))
    loop.call_at(101, lambda: log.append(("at 101", loop.time())))
    loop.call_later(2, lambda: log.append(("2 later", loop.time())))
    run_for(loop, 10)
    assert log == [("at 101", 101), ("2 later", 102), ("3 later", 103)]


@pytest.mark.rule(2)
def test_timers_of_the_same_time_go_off_in_the_order_of_asking(loop):
    log = []
    for number in range(20):
        loop.call_at(7, log.append, ("a", number))
        loop.call_at(5, log.append, ("b", number))
    run_for(loop, 10)
    assert log == [("b", n) for n in range(20)] + [("a", n) for n in range(20)]


@pytest.mark.rule(2)
@pytest.mark.parametrize("delay", [0, -5])
def test_a_time_that_is_past_is_the_next_turn(loop, delay):
    loop.clock.now = 10.0
    log = []
    loop.call_later(delay, log.append, "called")
    loop.call_soon(log.append, "soon")
    run_turns(loop, 1)
    assert sorted(log) == ["called", "soon"]
    assert loop.time() == 10


@pytest.mark.rule(2)
def test_all_timers_that_are_due_go_off_in_one_turn_and_in_their_order(loop):
    log = []
    loop.call_at(0, log.append, "at 0")
    for delay in [0, -5, -1]:
        loop.call_later(delay, log.append, delay)
    loop.call_at(0, log.append, "at 0 as well")
    run_turns(loop, 1)
    assert log == [-5, -1, "at 0", 0, "at 0 as well"]


@pytest.mark.rule(2)
def test_a_timer_goes_off_in_the_turn_that_waited_for_it(loop):
    turns = []
    loop.call_later(5, lambda: turns.append(len(loop.clock.waits)))
    run_for(loop, 6)
    assert turns == [1]


@pytest.mark.rule(2)
def test_the_loop_waits_in_the_selector_and_only_if_nothing_is_ready(loop):
    loop.call_later(5, loop.call_soon, list)
    loop.call_soon(loop.call_soon, list)
    run_for(loop, 5.25)
    waits = loop.clock.waits
    assert [wait for wait in waits if wait != 0] == [5, 0.25]
    assert waits[:2] == [0, 0]
    assert waits[waits.index(5) + 1] == 0


@pytest.mark.rule(2)
def test_a_wait_that_ends_early_calls_nothing_early(loop):
    times = []
    loop.clock.early = True
    loop.call_later(4, lambda: times.append(loop.time()))
    run_for(loop, 5)
    assert times == [4]


@pytest.mark.rule(2)
def test_no_wait_is_longer_than_a_day(loop):
    loop.call_later(float("inf"), list)
    run_for(loop, 30 * 86400)
    assert max(loop.clock.waits) <= 86400
    assert loop.time() == 30 * 86400


@pytest.mark.rule(2)
def test_a_cancelled_timer_is_not_waited_for(loop):
    log = []
    loop.call_later(1, log.append, "first").cancel()
    second = loop.call_later(2, log.append, "second")
    loop.call_later(3, second.cancel)
    loop.call_later(4, lambda: fourth.cancel())  # noqa: PLW0108 - there is no `fourth` yet
    fourth = loop.call_later(5, log.append, "fourth")
    loop.call_later(6, log.append, "fifth")
    run_for(loop, 7)
    assert log == ["second", "fifth"]
    assert [wait for wait in loop.clock.waits if wait != 0] == [2, 1, 1, 2, 1]


@pytest.mark.rule(2)
def test_calls_that_are_always_ready_keep_no_timer_from_going_off(loop):
    over = loop.create_future()

    def busy():
        loop.clock.now += 1  # it takes a second
        if loop.clock.now < 1000:
            loop.call_soon(busy)

    loop.call_soon(busy)
    loop.call_at(5, over.set_result, "went off")
    assert loop.run_until_complete(over) == "went off"
    assert loop.time() <= 7


@pytest.mark.rule(2)
def test_a_cancelled_timer_keeps_nothing_alive(loop):
    assert not is_kept(lambda *args: loop.call_later(100, *args))


@pytest.mark.rule(2)
def test_a_timer_sees_the_variables_of_the_time_when_it_was_asked_for(loop):
    variable = contextvars.ContextVar("variable")
    found = []
    empty = contextvars.Context()
    variable.set("asked")
    loop.call_later(1, lambda: found.append(variable.get("none")))
    loop.call_later(2, lambda: found.append(variable.get("none")), context=empty)
    loop.call_at(3, lambda: found.append(variable.get("none")))
    loop.call_at(4, lambda: found.append(variable.get("none")), context=empty)
    variable.set("later")
    run_for(loop, 5)
    assert found == ["asked", "none", "asked", "none"]


@pytest.mark.rule(2)
def test_the_usual_clock_is_monotonic():
    loop = EventLoop()
    before = time.monotonic()
    now = loop.time()
    after = time.monotonic()
    loop.close()
    assert before <= now <= after


# Rule 3: errors of calls


class Unusual(BaseException):
    """Neither an Exception nor one of those that end a program."""


@pytest.mark.rule(3)
@pytest.mark.parametrize("error", [LookupError("mine"), Unusual()], ids=repr)
def test_an_error_of_a_call_is_reported_and_the_loop_goes_on(loop, error):
    log = []

    def failing():
        raise error

    loop.call_soon(failing)
    loop.call_soon(log.append, "soon")
    loop.call_later(1, failing)
    loop.call_later(1, log.append, "later")
    run_for(loop, 2)
    assert log == ["soon", "later"]
    assert reported(loop) == [error, error]


class Mute:
    """Something that cannot be shown in a message."""

    def __repr__(self):
        raise ValueError


@pytest.mark.rule(3)
def test_an_error_is_reported_whatever_the_arguments_were(loop):
    error = LookupError()

    def failing(_):
        raise error

    loop.call_soon(failing, Mute())
    run_turns(loop, 1)
    assert reported(loop) == [error]


@pytest.mark.rule(3)
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_what_ends_a_program_comes_out_and_the_loop_can_go_on(loop, error):
    log = []

    def failing():
        raise error

    loop.call_soon(loop.call_soon, log.append, "next")
    loop.call_soon(failing)
    loop.call_soon(log.append, "after")
    with pytest.raises(error):
        run_for(loop, 1)
    assert log == []
    run_for(loop, 1)
    assert log == ["after", "next"]


@pytest.mark.rule(3)
def test_errors_are_logged_if_nobody_says_otherwise():
    records = []
    logged = logging.Handler()
    logged.emit = records.append
    error = LookupError("mine")
    loop = EventLoop()
    logging.getLogger("asyncio").addHandler(logged)
    try:
        loop.call_exception_handler({"message": "it went wrong", "exception": error})
        loop.call_exception_handler({"message": "no exception here"})
    finally:
        logging.getLogger("asyncio").removeHandler(logged)
        loop.close()
    first, second = records
    assert (first.name, first.levelno) == ("asyncio", logging.ERROR)
    assert first.getMessage().startswith("it went wrong")
    assert first.exc_info[1] is error
    assert second.getMessage().startswith("no exception here")


# Rule 4: tasks


@pytest.mark.rule(4)
def test_a_task_is_a_future_with_the_result_of_its_coroutine(loop):
    async def answer():
        return 42

    task = loop.create_task(answer())
    assert isinstance(task, Task)
    assert isinstance(task, asyncio.Future)
    assert not task.done()
    assert loop.run_until_complete(task) == task.result() == 42
    assert loop.run_until_complete(answer()) == 42


@pytest.mark.rule(4)
@pytest.mark.parametrize("error", [LookupError(), Unusual()], ids=repr)
def test_an_error_of_the_coroutine_is_that_of_the_task(loop, error):
    task = loop.create_task(fail(error))
    with pytest.raises(type(error)) as caught:
        loop.run_until_complete(task)
    assert caught.value is task.exception() is error


@pytest.mark.rule(4)
def test_no_coroutine_is_run_by_a_loop_inside_another(loop):
    async def never():
        raise AssertionError

    async def main():
        coroutine = never()
        with pytest.raises(RuntimeError):
            loop.run_until_complete(coroutine)
        coroutine.close()
        await asyncio.sleep(1)
        return "went on"

    assert loop.run_until_complete(main()) == "went on"


@pytest.mark.rule(4)
def test_a_coroutine_begins_in_the_next_turn(loop):
    log = []

    async def child():
        log.append("child")

    async def parent():
        task = loop.create_task(child())
        log.append("parent")
        await task

    loop.run_until_complete(parent())
    assert log == ["parent", "child"]


@pytest.mark.rule(4)
def test_tasks_take_turns_where_they_wait(loop):
    log = []

    async def worker(name):
        for number in range(3):
            log.append(name + str(number))
            await asyncio.sleep(0)

    for name in "abc":
        loop.create_task(worker(name))
    run_for(loop, 1)
    assert log == ["a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2"]


@pytest.mark.rule(4)
def test_a_task_goes_on_when_its_future_is_done(loop):
    future = loop.create_future()
    log = []

    async def waiter(name):
        log.append((name, await future, loop.time()))

    loop.create_task(waiter("a"))
    loop.create_task(waiter("b"))
    loop.call_later(3, future.set_result, "value")
    run_for(loop, 4)
    assert log == [("a", "value", 3), ("b", "value", 3)]


@pytest.mark.rule(4)
def test_an_error_of_the_future_is_raised_where_the_task_waits(loop):
    future = loop.create_future()
    error = LookupError()

    async def waiter():
        try:
            await future
        except LookupError as caught:
            return caught

    loop.call_soon(future.set_exception, error)
    assert loop.run_until_complete(waiter()) is error


@pytest.mark.rule(4)
def test_a_future_that_is_done_is_not_waited_for(loop):
    async def main():
        future = loop.create_future()
        future.set_result("value")
        turns = len(loop.clock.waits)
        assert await future == "value"
        return len(loop.clock.waits) - turns

    assert loop.run_until_complete(main()) == 0


@types.coroutine
def wait_for(thing):
    return (yield thing)


@pytest.mark.rule(4)
@pytest.mark.parametrize("wrong", ["a value", "a future as it is", "another loop's", "itself"])
def test_what_cannot_be_waited_for_is_an_error_in_the_coroutine(loop, wrong):
    other = Loop()
    future = other.create_future()
    things = {
        "a value": lambda: wait_for(42),
        "a future as it is": lambda: wait_for(loop.create_future()),
        "another loop's": lambda: future,
        "itself": asyncio.current_task,
    }

    async def main():
        with pytest.raises(RuntimeError):
            await things[wrong]()
        await asyncio.sleep(1)
        return "went on"

    assert loop.run_until_complete(main()) == "went on"
    other.close()


@pytest.mark.rule(4)
@pytest.mark.parametrize("thing", [42, fail], ids=["a number", "a coroutine function"])
def test_a_task_needs_a_coroutine(loop, thing):
    with pytest.raises(TypeError):
        loop.create_task(thing)


@pytest.mark.rule(4)
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_what_ends_a_program_ends_the_task_too(loop, error):
    task = loop.create_task(fail(error()))
    with pytest.raises(error):
        run_for(loop, 1)
    assert type(task.exception()) is error
    assert asyncio.current_task(loop) is None
    assert loop.run_until_complete(asyncio.sleep(1, "went on")) == "went on"


@pytest.mark.rule(4)
def test_what_ends_a_program_goes_before_the_end_of_a_task_that_was_cancelled(loop):
    def end():
        assert task.cancelled()
        raise SystemExit

    def cancel():
        task.cancel()
        loop.call_soon(end)

    task = loop.create_task(asyncio.sleep(5))
    loop.call_later(1, cancel)
    with pytest.raises(SystemExit):
        loop.run_until_complete(task)


@pytest.mark.rule(4)
def test_a_task_can_be_made_without_the_loop(loop):
    tasks = [Task(asyncio.sleep(1, n), loop=loop) for n in range(2)]
    assert len({task.get_name() for task in tasks}) == 2
    run_for(loop, 2)
    assert [task.result() for task in tasks] == [0, 1]


@pytest.mark.rule(4)
def test_asyncio_knows_the_tasks(loop):
    async def child():
        await asyncio.sleep(1)
        return asyncio.current_task()

    async def main():
        me = asyncio.current_task()
        task = asyncio.create_task(child(), name="a child")
        assert asyncio.all_tasks() == {me, task}
        assert await task is task
        assert asyncio.current_task() is me
        assert asyncio.all_tasks() == {me}
        return me

    assert isinstance(loop.run_until_complete(main()), Task)
    assert asyncio.current_task(loop) is None
    assert loop.get_debug() is False


@pytest.mark.rule(4)
def test_a_task_has_a_name_and_its_coroutine(loop):
    coroutines = [asyncio.sleep(0) for _ in range(3)]
    one, other = loop.create_task(coroutines[0]), loop.create_task(coroutines[1])
    named = loop.create_task(coroutines[2], name="named")
    assert [task.get_coro() for task in (one, other, named)] == coroutines
    assert one.get_name() != other.get_name()
    assert named.get_name() == "named"
    named.set_name(7)
    assert named.get_name() == "7"
    run_for(loop, 1)


@pytest.mark.rule(4)
@pytest.mark.parametrize("given", [False, True], ids=["a copy", "given"])
def test_all_steps_of_a_task_have_one_context(loop, given):
    variable = contextvars.ContextVar("variable")
    context = contextvars.Context()
    found = []

    async def main(future):
        found.append(variable.get("none"))
        variable.set("by the task")
        await asyncio.sleep(0)
        found.append(variable.get())
        variable.set("again")
        await future
        found.append(variable.get())
        variable.set("third")
        with pytest.raises(RuntimeError):
            await wait_for(42)
        found.append(variable.get())
        variable.set("last")

    variable.set("outside")
    future = loop.create_future()
    loop.call_later(1, future.set_result, None)
    task = loop.create_task(main(future), **({"context": context} if given else {}))
    variable.set("later")
    loop.run_until_complete(task)
    assert found == ["none" if given else "outside", "by the task", "again", "third"]
    assert variable.get() == "later"
    assert context.get(variable) == ("last" if given else None)


@pytest.mark.rule(4)
def test_a_task_that_nobody_refers_to_is_run_to_its_end(loop):
    log = []
    waiting = []

    async def forgotten():
        future = loop.create_future()
        waiting.append(weakref.ref(future))
        log.append(await future)

    loop.create_task(forgotten())
    run_for(loop, 1)
    gc.collect()
    assert waiting[0]() is not None
    waiting[0]().set_result("done")
    run_for(loop, 1)
    assert log == ["done"]


@pytest.mark.rule(4)
def test_a_task_that_is_done_is_let_go(loop):
    alive = weakref.ref(loop.create_task(asyncio.sleep(1)))
    run_for(loop, 2)
    gc.collect()
    assert alive() is None


# Rule 5: cancellation

MESSAGES = pytest.mark.parametrize(
    "arguments", [(), ("why",), ("",)], ids=["no message", "a message", "an empty message"]
)


class Worker:
    """A task that waits for `future` and says how that ended."""

    def __init__(self, loop):
        self.loop = loop
        self.future = loop.create_future()
        self.log = []
        self.task = loop.create_task(self.work())

    async def work(self):
        self.log.append("begun")
        try:
            self.log.append(await self.future)
        except asyncio.CancelledError as error:
            self.log.append(("cancelled", *error.args))
            raise

    def run(self):
        run_for(self.loop, 1)
        return self.log


@pytest.mark.rule(5)
@MESSAGES
def test_a_cancellation_is_raised_where_the_task_waits(loop, arguments):
    worker = Worker(loop)
    worker.run()
    assert worker.task.cancel(*arguments) is True
    assert not worker.task.done()
    assert worker.run() == ["begun", ("cancelled", *arguments)]
    assert worker.task.cancelled()
    assert worker.future.cancelled()
    with pytest.raises(asyncio.CancelledError) as caught:
        worker.task.result()
    assert caught.value.args == arguments


@pytest.mark.rule(5)
def test_a_task_that_is_done_cannot_be_cancelled(loop):
    task = loop.create_task(asyncio.sleep(0, "value"))
    loop.run_until_complete(task)
    assert task.cancel() is False
    assert (task.result(), task.cancelled(), task.cancelling()) == ("value", False, 0)


@pytest.mark.rule(5)
@MESSAGES
def test_a_task_that_has_not_begun_does_not_begin(loop, arguments):
    worker = Worker(loop)
    worker.task.cancel(*arguments)
    assert worker.run() == []
    with pytest.raises(asyncio.CancelledError) as caught:
        worker.task.result()
    assert caught.value.args == arguments


@pytest.mark.rule(5)
def test_a_cancellation_is_not_lost_when_the_future_is_just_done(loop):
    worker = Worker(loop)
    worker.run()
    worker.future.set_result("value")
    assert worker.task.cancel() is True
    assert worker.run() == ["begun", ("cancelled",)]
    assert worker.task.cancelled()


@pytest.mark.rule(5)
def test_a_cancellation_between_two_turns_is_raised_in_the_next(loop):
    async def spin():
        for _ in range(10):
            await asyncio.sleep(0)

    task = loop.create_task(spin())
    loop.call_soon(task.cancel)
    run_for(loop, 1)
    assert task.cancelled()


@pytest.mark.rule(5)
def test_a_cancellation_goes_before_the_error_of_a_wrong_wait(loop):
    log = []

    async def main():
        loop.call_soon(asyncio.current_task().cancel)
        try:
            await wait_for(42)
        except BaseException as error:
            log.append(type(error))
        await asyncio.sleep(1)

    loop.run_until_complete(main())
    assert log == [asyncio.CancelledError]


@pytest.mark.rule(5)
def test_the_coroutine_may_refuse(loop):
    async def stubborn():
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            return await asyncio.sleep(1, "my own end")

    task = loop.create_task(stubborn())
    loop.call_later(2, task.cancel)
    assert loop.run_until_complete(task) == "my own end"
    assert loop.time() == 3
    assert not task.cancelled()


@pytest.mark.rule(5)
def test_the_coroutine_may_clean_up_and_be_cancelled_again_meanwhile(loop):
    log = []

    async def cleaning():
        try:
            await asyncio.sleep(5)
        finally:
            try:
                await asyncio.sleep(5)
            finally:
                log.append(loop.time())

    task = loop.create_task(cleaning())
    loop.call_later(1, task.cancel)
    loop.call_later(2, task.cancel)
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    assert log == [2]
    assert task.cancelling() == 2


@pytest.mark.rule(5)
@pytest.mark.parametrize("wait", ["a future", "a turn", "nothing", "a future that refuses"])
@MESSAGES
def test_a_task_that_cancels_itself_is_cancelled_where_it_waits_next(loop, wait, arguments):
    futures = []

    async def main():
        asyncio.current_task().cancel(*arguments)
        if wait == "a future":
            futures.append(loop.create_future())
            await futures[0]
        elif wait == "a turn":
            await asyncio.sleep(0)
        elif wait == "a future that refuses":
            await refusing
        return "value"

    async def refuse():
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            return "refused"

    refusing = loop.create_task(refuse())
    run_for(loop, 1)
    task = loop.create_task(main())
    run_for(loop, 1)
    if wait == "a future that refuses":
        assert task.result() == "value"
    else:
        with pytest.raises(asyncio.CancelledError) as caught:
            task.result()
        assert caught.value.args == arguments
    assert all(future.cancelled() for future in futures)
    refusing.cancel()
    run_for(loop, 1)


@pytest.mark.rule(5)
def test_to_cancel_a_task_cancels_the_task_for_which_it_waits(loop):
    worker = Worker(loop)

    async def outer():
        await worker.task

    task = loop.create_task(outer())
    run_for(loop, 1)
    task.cancel("why")
    assert worker.run() == ["begun", ("cancelled", "why")]
    assert (task.cancelled(), worker.task.cancelled()) == (True, True)


@pytest.mark.rule(5)
def test_a_cancelled_error_of_the_coroutine_itself_cancels_the_task(loop):
    task = loop.create_task(fail(asyncio.CancelledError("a", "b")))
    run_for(loop, 1)
    assert (task.cancelled(), task.cancelling()) == (True, 0)


@pytest.mark.rule(5)
def test_requests_to_cancel_are_counted_and_can_be_taken_back(loop):
    async def stubborn():
        for _ in range(3):
            try:
                await loop.create_future()
            except asyncio.CancelledError:
                counts.append(asyncio.current_task().cancelling())

    counts = []
    task = loop.create_task(stubborn())
    assert (task.cancelling(), task.uncancel(), task.cancelling()) == (0, 0, 0)
    for _ in range(2):
        run_for(loop, 1)
        task.cancel()
    run_for(loop, 1)
    assert counts == [1, 2]
    assert [task.uncancel(), task.uncancel(), task.uncancel()] == [1, 0, 0]
    task.cancel()
    run_for(loop, 1)
    assert counts == [1, 2, 1]


@pytest.mark.rule(5)
@pytest.mark.parametrize(("requests", "cancelled"), [(1, False), (2, True)])
def test_the_last_request_taken_back_in_time_has_no_effect(loop, requests, cancelled):
    worker = Worker(loop)
    for _ in range(requests):
        worker.task.cancel()
    worker.task.uncancel()
    worker.future.set_result("value")
    assert worker.run() == ([] if cancelled else ["begun", "value"])
    assert worker.task.cancelled() == cancelled


# Rule 6: errors that nobody fetches, and the tools of asyncio


@pytest.mark.rule(6)
def test_an_error_that_nobody_fetches_is_reported_once(loop):
    task = loop.create_task(fail(LookupError()))
    run_for(loop, 1)
    assert loop.errors == []
    del task
    gc.collect()
    run_for(loop, 1)
    assert [type(error) for error in reported(loop)] == [LookupError]


@pytest.mark.rule(6)
@pytest.mark.parametrize("fetch", ["result", "exception", "await", "run"])
def test_an_error_that_is_fetched_is_not_reported(loop, fetch):
    async def main(task):
        await task

    task = loop.create_task(fail(LookupError()))
    if fetch == "await":
        task = loop.create_task(main(task))
    if fetch == "run":
        with pytest.raises(LookupError):
            loop.run_until_complete(task)
    run_for(loop, 1)
    if fetch == "exception":
        assert task.exception()
    else:
        with pytest.raises(LookupError):
            task.result()
    del task
    gc.collect()
    assert loop.errors == []


@pytest.mark.rule(6)
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, LookupError])
def test_what_ends_a_coroutine_that_is_run_is_fetched(loop, error):
    with pytest.raises(error):
        loop.run_until_complete(fail(error()))
    run_turns(loop, 2)
    gc.collect()
    assert loop.errors == []


async def with_gather():
    return await asyncio.gather(*(asyncio.sleep(n, n) for n in (3, 1, 2)))


async def with_wait_for():
    try:
        await asyncio.wait_for(asyncio.sleep(10), 4)
    except TimeoutError:
        return await asyncio.wait_for(asyncio.sleep(1, "in time"), 4)


async def with_timeout():
    async with asyncio.timeout(10):
        try:
            async with asyncio.timeout(2):
                await asyncio.sleep(5)
        except TimeoutError:
            return asyncio.current_task().cancelling()


async def with_a_group():
    log = []

    async def worker(seconds):
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            log.append(seconds)
            raise

    with pytest.raises(ExceptionGroup):  # noqa: PT012 - the group raises at its end
        async with asyncio.TaskGroup() as group:
            for seconds in (4, 1, 5):
                group.create_task(worker(seconds))
            await asyncio.sleep(2)
            raise LookupError
    return sorted(log)


async def with_a_queue():
    queue = asyncio.Queue(2)

    async def produce():
        for number in range(5):
            await queue.put(number)
        await queue.put(None)

    asyncio.create_task(produce())  # noqa: RUF006 - the loop keeps it
    found = []
    while (item := await queue.get()) is not None:
        found.append(item)
        await asyncio.sleep(1)
    return found


async def with_a_lock():
    lock, log = asyncio.Lock(), []

    async def worker(name):
        async with lock:
            log.append(name)
            await asyncio.sleep(1)
            log.append(name)

    await asyncio.gather(worker("a"), worker("b"))
    return "".join(log)


@pytest.mark.rule(6)
@pytest.mark.parametrize(
    ("main", "result", "seconds"),
    [
        (with_gather, [3, 1, 2], 3),
        (with_wait_for, "in time", 5),
        (with_timeout, 0, 2),
        (with_a_group, [4, 5], 2),
        (with_a_queue, [0, 1, 2, 3, 4], 5),
        (with_a_lock, "aabb", 2),
    ],
)
def test_the_tools_of_asyncio_run_on_the_loop(loop, main, result, seconds):
    assert loop.run_until_complete(main()) == result
    assert loop.time() == seconds


class Original(asyncio.SelectorEventLoop):
    """asyncio's own loop on the same clock."""

    def __init__(self):
        self.clock = Clock()
        self.errors = []
        super().__init__(self.clock)

    time = Loop.time
    call_exception_handler = Loop.call_exception_handler


ACTIONS = ["sleep", "turn", "cancel", "join", "fail", "shield", "cancel and sleep"]


def story_of(loop, scripts):
    """Run a task for each script, and return all that happens."""
    log = []
    tasks = []

    async def act(number, action, other, seconds):
        task = tasks[other % len(tasks)]
        if action == "sleep":
            await asyncio.sleep(seconds)
        elif action == "turn":
            await asyncio.sleep(0)
        elif action == "cancel":
            task.cancel()
        elif action == "join":
            if number > 0:  # for one before, so that nobody waits in a circle
                await tasks[other % number]
        elif action == "fail":
            raise LookupError(number)
        elif action == "shield":
            await asyncio.shield(asyncio.sleep(seconds))
        else:
            task.cancel()
            await asyncio.sleep(seconds)

    async def run(number, script):
        for action, other, catches, seconds in script:
            try:
                await act(number, action, other, seconds)
                log.append((loop.time(), number, action))
            except (LookupError, asyncio.CancelledError) as error:
                log.append((loop.time(), number, action, type(error)))
                if not catches:
                    raise
        return number

    tasks += [loop.create_task(run(number, script)) for number, script in enumerate(scripts)]
    ended = loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    return log, [type(each) for each in ended], [task.cancelling() for task in tasks]


@pytest.mark.rule(6)
@given(
    scripts=st.lists(
        st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 2), st.booleans()), max_size=4),
        min_size=1,
        max_size=3,
    ),
    seed=st.randoms(use_true_random=False),
)
@settings(max_examples=25)
def test_any_tasks_do_what_they_do_on_the_loop_of_asyncio(scripts, seed):
    # Powers of two in any order: no two sums of them are the same time.
    seconds = [2.0**n for n in range(12)]
    seed.shuffle(seconds)
    timed = [[(*action, seconds.pop()) for action in script] for script in scripts]
    stories = []
    for loop in (Loop(), Original()):
        try:
            stories.append(story_of(loop, timed))
        finally:
            loop.close()
    assert stories[0] == stories[1]


# Rule 7: sockets


@pytest.fixture
def pair():
    one, other = socket.socketpair()
    one.setblocking(False)
    other.setblocking(False)
    with one, other:
        yield one, other


@pytest.mark.rule(7)
def test_what_one_side_sends_the_other_receives(loop, pair):
    one, other = pair

    async def main():
        assert await loop.sock_sendall(one, b"hello world") is None
        first = await loop.sock_recv(other, 5)
        second = await loop.sock_recv(other, 100)
        one.close()
        return first, second, await loop.sock_recv(other, 100)

    assert loop.run_until_complete(main()) == (b"hello", b" world", b"")


@pytest.mark.rule(7)
def test_a_task_waits_for_data_and_the_others_go_on(loop, pair):
    one, other = pair
    log = []

    async def receive():
        log.append(await loop.sock_recv(other, 100))

    async def send():
        for number in range(3):
            log.append(number)
            await asyncio.sleep(0)
        await loop.sock_sendall(one, b"data")

    async def main():
        await asyncio.gather(receive(), send())

    loop.run_until_complete(main())
    assert log == [0, 1, 2, b"data"]


@pytest.mark.rule(7)
def test_tasks_that_are_always_ready_keep_no_socket_waiting(loop, pair):
    one, other = pair

    async def receive():
        data = await loop.sock_recv(other, 100)
        return data, busy.done()

    async def spin():
        for _ in range(1000):
            await asyncio.sleep(0)

    busy = loop.create_task(spin())
    receiving = loop.create_task(receive())
    loop.call_soon(one.send, b"data")  # while it waits
    assert loop.run_until_complete(receiving) == (b"data", False)
    busy.cancel()
    run_for(loop, 1)


@pytest.mark.rule(7)
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, partial(array.array, "I")])
def test_much_data_is_sent_in_parts_while_the_other_side_reads(loop, pair, kind):
    one, other = pair
    data = bytes(range(256)) * 4000  # more than fits into the system's buffers

    async def receive():
        received = bytearray()
        while part := await loop.sock_recv(other, 50_000):
            received += part
        return received

    async def send():
        await loop.sock_sendall(one, kind(data))
        one.close()

    async def main():
        received, _ = await asyncio.gather(receive(), send())
        return received

    assert loop.run_until_complete(main()) == data


class Discarding(socket.socket):
    """A socket that takes a part of what it is to send, and nothing comes of it."""

    def send(self, data):
        return min(len(data), 1_000_000)


@pytest.mark.rule(7)
def test_what_is_sent_is_not_copied(loop):
    one, other = socket.socketpair()
    data = bytes(10_000_000)
    with Discarding(fileno=one.detach()) as discarding, other:
        discarding.setblocking(False)
        tracemalloc.start()
        try:
            loop.run_until_complete(loop.sock_sendall(discarding, data))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 1_000_000


class Counting(socket.socket):
    """A socket that counts the attempts to send."""

    sends = 0

    def send(self, data):
        self.sends += 1
        return super().send(data)


@pytest.mark.rule(7)
@pytest.mark.parametrize("begins", ["reading", "writing"])
@pytest.mark.parametrize("ends", ["reading", "writing"])
def test_one_task_may_read_a_socket_and_another_write_it(loop, begins, ends):
    one, other = socket.socketpair()
    data = bytes(1_000_000)

    async def answer():
        sends = one.sends
        other.send(b"an answer in between")
        assert await tasks["reading"] == b"an answer in between"
        if ends == "reading":
            assert not tasks["writing"].done()
            assert one.sends == sends, "who waits to write is not woken by data to read"

    async def drain():
        count = 0
        while count < len(data):
            count += len(await loop.sock_recv(other, 100_000))
        await tasks["writing"]

    async def talk():
        calls = {
            "reading": lambda: loop.sock_recv(one, 100),
            "writing": lambda: loop.sock_sendall(one, data),
        }
        for name in sorted(calls, reverse=begins == "writing"):
            tasks[name] = loop.create_task(calls[name]())
        for _ in range(5):  # until nothing more fits into the system's buffers
            await asyncio.sleep(0)
        for step in (answer, drain) if ends == "reading" else (drain, answer):
            await step()

    tasks = {}

    with Counting(fileno=one.detach()) as one, other:
        one.setblocking(False)
        other.setblocking(False)
        loop.run_until_complete(talk())


@pytest.mark.rule(7)
def test_a_task_may_be_cancelled_just_when_data_comes(loop, pair):
    one, other = pair

    def cancel_and_send():
        task.cancel()
        one.send(b"data")

    task = loop.create_task(loop.sock_recv(other, 100))
    loop.call_later(1, cancel_and_send)
    run_for(loop, 2)
    assert task.cancelled()
    assert loop.run_until_complete(loop.sock_recv(other, 100)) == b"data"


@pytest.mark.rule(7)
def test_a_cancelled_task_does_not_watch_the_socket_any_more(loop, pair):
    one, other = pair

    async def main():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(loop.sock_recv(other, 100), 5)
        await asyncio.sleep(0)
        assert other not in loop.clock.get_map()
        one.send(b"data")
        await asyncio.sleep(0)
        data = await loop.sock_recv(other, 100)
        await asyncio.sleep(0)
        assert other not in loop.clock.get_map()
        return data

    assert loop.run_until_complete(main()) == b"data"
    assert loop.time() == 5


@pytest.mark.rule(7)
@pytest.mark.parametrize("size", [1, 1_000_000], ids=["no writer", "a writer"])
def test_a_task_may_wait_where_one_was_just_cancelled(loop, pair, size):
    one, other = pair

    async def main():
        first.cancel()
        return await loop.sock_recv(other, 100)

    writer = loop.create_task(loop.sock_sendall(other, bytes(size)))
    first = loop.create_task(loop.sock_recv(other, 100))
    run_for(loop, 1)
    loop.call_later(1, one.send, b"data")
    assert loop.run_until_complete(main()) == b"data"
    assert first.cancelled()
    writer.cancel()
    run_for(loop, 1)


@pytest.mark.rule(7)
def test_a_coroutine_that_waits_can_be_closed_after_the_loop(loop, pair):
    _, other = pair
    coroutine = loop.sock_recv(other, 100)
    loop.create_task(coroutine)
    run_for(loop, 1)
    loop.close()
    coroutine.close()
    assert coroutine.cr_frame is None


class Shy(socket.socket):
    """A socket that says twice that it is not ready when it is."""

    asked = 0

    def recv(self, *args):
        self.asked += 1
        if self.asked <= 2:
            raise BlockingIOError
        return super().recv(*args)


@pytest.mark.rule(7)
def test_a_socket_that_is_not_ready_after_all_is_asked_again(loop):
    one, other = socket.socketpair()
    with one, Shy(fileno=other.detach()) as shy:
        shy.setblocking(False)
        one.send(b"data")
        assert loop.run_until_complete(loop.sock_recv(shy, 100)) == b"data"
        assert shy.asked == 3


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def connected(listener):
    # Without a wait: the system accepts connections before the program does.
    client = socket.create_connection(listener.getsockname())
    client.setblocking(False)
    return client


@pytest.mark.rule(7)
def test_an_accepted_connection_does_not_block(loop, listener):
    with connected(listener) as client:
        connection, address = loop.run_until_complete(loop.sock_accept(listener))
        with connection:
            assert address == client.getsockname()
            assert connection.getblocking() is False


@pytest.mark.rule(7)
def test_a_task_waits_for_a_connection(loop, listener):
    clients = []
    loop.call_later(1, lambda: clients.append(connected(listener)))
    connection, address = loop.run_until_complete(loop.sock_accept(listener))
    with connection, clients[0] as client:
        assert address == client.getsockname()
    assert listener not in loop.clock.get_map()


@pytest.mark.rule(7)
def test_an_echo_server_serves_many_clients_at_once(loop, listener):
    async def echo(connection):
        with connection:
            while data := await loop.sock_recv(connection, 10_000):
                await loop.sock_sendall(connection, data)

    async def serve():
        while True:
            connection, _ = await loop.sock_accept(listener)
            connection.setblocking(False)  # else a wrong one would hold up all, and tell nothing
            loop.create_task(echo(connection))

    async def talk(client, data):
        with client:
            sending = loop.create_task(loop.sock_sendall(client, data))
            received = bytearray()
            while len(received) < len(data):
                received += await loop.sock_recv(client, 10_000)
            await sending
            client.shutdown(socket.SHUT_WR)
            assert await loop.sock_recv(client, 1) == b""
        return received

    async def main():
        server = loop.create_task(serve())
        messages = [bytes([number]) * 50_000 * number for number in range(1, 5)]
        answers = await asyncio.gather(*(talk(connected(listener), m) for m in messages))
        server.cancel()
        return answers == messages

    assert loop.run_until_complete(main())
    run_for(loop, 1)
