import asyncio
import functools
import gc
import inspect
import itertools
import operator
import random
import sys
import traceback
import types
import weakref
from contextlib import nullcontext, suppress
from unittest import mock

import pytest
import tenacity
from hypothesis import given, settings
from hypothesis import strategies as st

import katas.decorators.retry as kata
from katas.decorators.retry import (
    retry,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    stop_any,
    stop_before_delay,
    wait_exponential,
    wait_random_exponential,
)


class Script:
    """A function that raises each error and returns each other value that it is given, in turn."""

    def __init__(self, *outcomes):
        self.outcomes = outcomes
        self.calls = 0

    def __call__(self, *args, **kwds):
        if self.calls == len(self.outcomes):
            # Not an Exception: it would only be retried again, and again.
            pytest.fail(f"called once more, after {self.calls} calls")
        self.calls += 1
        outcome = self.outcomes[self.calls - 1]
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


def failures(number):
    return [OSError(f"failure {each}") for each in range(1, number + 1)]


class World:
    """A clock that moves only while somebody sleeps or works, and what was slept."""

    def __init__(self):
        self.now = 500.0
        self.slept = []

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds

    async def async_sleep(self, seconds):
        self.sleep(seconds)


def run(coroutine):
    """The result of a coroutine that never has to wait."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    return pytest.fail("waits for something")


# Rule 1: again, until it works


def decorated(settings, function):
    return retry(function) if settings is None else retry(**settings)(function)


FORMS = {
    "without parentheses": functools.partial(decorated, None),
    "with empty parentheses": functools.partial(decorated, {}),
    "with settings": functools.partial(decorated, {"sleep": lambda seconds: None}),
}
every_form = pytest.mark.parametrize("decorate", FORMS.values(), ids=FORMS.keys())


@pytest.mark.rule(1)
@every_form
def test_a_function_that_works_is_called_once(decorate):
    function = Script("page")
    assert decorate(function)() == "page"
    assert function.calls == 1


@pytest.mark.rule(1)
@every_form
def test_a_function_that_fails_is_called_again_until_it_works(decorate):
    function = Script(OSError(), KeyError(), AssertionError(), "page")
    assert decorate(function)() == "page"
    assert function.calls == 4


@pytest.mark.rule(1)
@pytest.mark.parametrize("result", [None, False, 0, OSError], ids=repr)
def test_any_result_is_a_result(result):
    assert retry(Script(result))() is result


@pytest.mark.rule(1)
def test_each_attempt_gets_the_same_arguments():
    calls = []

    @retry
    def fetch(*args, **kwds):
        calls.append((args, dict(kwds)))
        kwds.clear()
        return script()

    script, page = Script(*failures(2), "found"), object()
    assert fetch(page, 2, size=3) == "found"
    assert calls == [((page, 2), {"size": 3})] * 3


NO_EXCEPTIONS = [KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError]


@pytest.mark.rule(1)
@pytest.mark.parametrize("kind", NO_EXCEPTIONS)
def test_an_error_that_is_no_exception_comes_out_at_once(kind):
    function = Script(OSError(), kind(), "page")
    with pytest.raises(kind):
        retry(function)()
    assert function.calls == 2


@pytest.mark.rule(1)
@pytest.mark.parametrize("setting", [3, 0, "3", (OSError, KeyError)], ids=repr)
def test_a_setting_that_is_not_a_keyword_is_refused_at_once(setting):
    with pytest.raises(TypeError):
        retry(setting)


# Rule 2: what can be decorated, and what the result looks like


@pytest.mark.rule(2)
@every_form
def test_the_result_looks_like_the_function(decorate):
    def fetch(page: str, /, *, size: int = 1) -> bytes:
        """Fetch a page."""

    fetch.route = "/"
    result = decorate(fetch)
    for name in ("__name__", "__qualname__", "__module__", "__doc__", "__annotations__", "route"):
        assert getattr(result, name) == getattr(fetch, name)
    assert result.__wrapped__ is fetch
    assert inspect.signature(result) == inspect.signature(fetch)
    assert not inspect.iscoroutinefunction(result)


@pytest.mark.rule(2)
@pytest.mark.parametrize(
    ("function", "args", "result"),
    [
        (len, ("four",), 4),
        (int, ("4",), 4),
        (functools.partial(operator.add, 1), (3,), 4),
        (operator.methodcaller("upper"), ("four",), "FOUR"),
        ("four".replace, ("f", "p"), "pour"),
    ],
    ids=["a builtin", "a class", "a partial", "an object", "a method"],
)
@every_form
def test_any_callable_can_be_decorated(decorate, function, args, result):
    assert decorate(function)(*args) == result


@pytest.mark.rule(2)
def test_arguments_of_any_name_arrive():
    names = "self cls func fn function args kwds kw kwargs call state retry_state error"
    settings = "sleep stop wait retry before_sleep clock attempt_number start settings"
    kwds = dict.fromkeys(f"{names} {settings}".split(), "value")
    assert retry(lambda *args, **kwds: kwds)(**kwds) == kwds


@pytest.mark.rule(2)
def test_methods_get_their_instance_or_class():
    script = Script(OSError(), "found")

    class Server:
        @retry
        def fetch(*args):
            return script(), *args

        @classmethod
        @retry()
        def make(*args):
            return args

        @staticmethod
        @retry
        def parse(*args):
            return args

    server = Server()
    assert server.fetch("home") == ("found", server, "home")
    assert server.make("home") == (Server, "home")
    assert server.parse("home") == Server.parse("home") == ("home",)


# Rule 3: which errors


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    ("exception_types", "retried", "not_retried"),
    [
        (OSError, [OSError(), FileNotFoundError()], ValueError()),
        (FileNotFoundError, [FileNotFoundError()], OSError()),
        ((KeyError, OSError), [KeyError(), OSError(), KeyError()], IndexError()),
        ((), [], OSError()),
    ],
    ids=["a type and its subclasses", "not its base", "several types", "none"],
)
def test_only_errors_of_the_given_types_are_retried(exception_types, retried, not_retried):
    decorate = retry(retry=retry_if_exception_type(exception_types))
    function = Script(*retried, "page")
    assert decorate(function)() == "page"
    function = Script(*retried, not_retried, "page")
    with pytest.raises(type(not_retried)) as caught:
        decorate(function)()
    assert caught.value is not_retried


@pytest.mark.rule(3)
def test_without_types_every_exception_is_retried():
    function = Script(Exception(), StopIteration(), NotADirectoryError(), "page")
    assert retry(retry=retry_if_exception_type())(function)() == "page"


@pytest.mark.rule(3)
def test_any_function_of_the_state_can_say_whether_to_retry():
    final = OSError("moved for good")
    function = Script(OSError("busy"), OSError("very busy"), final, "page")

    def is_busy(retry_state):
        return "busy" in str(retry_state.outcome.exception())

    with pytest.raises(OSError) as caught:
        retry(retry=is_busy)(function)()
    assert caught.value is final


@pytest.mark.rule(3)
def test_an_error_that_is_not_retried_is_not_waited_for():
    function, world, hooked = Script(ValueError()), World(), []
    with pytest.raises(ValueError):
        retry(
            retry=retry_if_exception_type(OSError), sleep=world.sleep, before_sleep=hooked.append
        )(function)()
    assert world.slept == hooked == []


@pytest.mark.rule(3)
@pytest.mark.parametrize("kind", NO_EXCEPTIONS)
def test_no_setting_makes_an_error_that_is_no_exception_be_retried(kind):
    for answer in (
        lambda state: state.attempt_number == 1,
        retry_if_exception_type((BaseException, kind)),
    ):
        function = Script(kind(), "page")
        with pytest.raises(kind):
            retry(retry=answer)(function)()


@pytest.mark.rule(3)
def test_the_state_tells_which_call_and_which_attempt_has_failed():
    told = []

    def strategy(state):
        call = (state.fn, state.args, state.kwargs)
        told.append((*call, state.attempt_number, state.outcome.exception()))
        return state.attempt_number < 3

    errors = failures(3)
    function = Script(*errors)
    with pytest.raises(OSError):
        retry(retry=strategy)(function)("home", size=2)
    assert told == [
        (function, ("home",), {"size": 2}, number, error) for number, error in enumerate(errors, 1)
    ]


# Rule 4: giving up, and the error that comes out


@pytest.mark.rule(4)
@pytest.mark.parametrize(
    ("most", "calls"), [(0, 1), (1, 1), (2, 2), (5, 5)], ids=["none", "one", "two", "five"]
)
def test_after_so_many_attempts_the_last_error_comes_out(most, calls):
    errors = failures(calls)
    function = Script(*errors)
    with pytest.raises(OSError) as caught:
        retry(stop=stop_after_attempt(most))(function)()
    assert function.calls == calls
    assert caught.value is errors[-1]


@pytest.mark.rule(4)
def test_the_last_attempt_may_work():
    assert retry(stop=stop_after_attempt(3))(Script(*failures(2), "page"))() == "page"


@pytest.mark.rule(4)
def test_without_stop_nobody_gives_up():
    assert retry(Script(*failures(150), "page"))() == "page"


@pytest.mark.rule(4)
@pytest.mark.parametrize(
    ("limits", "calls"),
    [((3, 5), 3), ((5, 3), 3), ((4,), 4), ((9, 9, 2), 2), ((), 10)],
    ids=str,
)
def test_of_several_limits_the_first_to_be_reached_counts(limits, calls):
    function = Script(*failures(9), "page")
    stop = stop_any(*[stop_after_attempt(most) for most in limits])
    # Nobody says stop without limits: then it works in the end.
    with pytest.raises(OSError) if limits else nullcontext():
        retry(stop=stop)(function)()
    assert function.calls == calls


@pytest.mark.rule(4)
def test_any_function_of_the_state_can_say_when_to_stop():
    function = Script(*failures(3), "page")
    with pytest.raises(OSError):
        retry(stop=stop_any(lambda state: state.attempt_number == 3))(function)()


SETTINGS = {
    "not worth another attempt": lambda: {"retry": retry_if_exception_type(OSError)},
    "the last of two": lambda: {"stop": stop_after_attempt(2)},
}
both_ways_out = pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS.keys())


@pytest.mark.rule(4)
@both_ways_out
def test_an_error_comes_out_as_it_was_raised(settings):
    script, kept = Script(OSError(), None), []

    @retry(**settings())
    def fetch():
        script()
        try:
            int("not a number")
        except ValueError as missing:
            kept.append(missing)
            kept.append(LookupError("no such page"))
            raise kept[1] from missing

    with pytest.raises(LookupError) as caught:
        fetch()
    missing, error = kept
    assert caught.value is error
    assert error.args == ("no such page",)
    assert error.__cause__ is error.__context__ is missing
    assert missing.__context__ is None
    frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert frames[0] == "test_an_error_comes_out_as_it_was_raised"
    assert (frames[-1], frames.count("fetch")) == ("fetch", 1)


@pytest.mark.rule(4)
@both_ways_out
def test_an_error_knows_nothing_of_those_before(settings):
    error = KeyError("page")
    with pytest.raises(KeyError) as caught:
        retry(**settings())(Script(OSError(), error))()
    assert caught.value is error
    assert (error.__cause__, error.__context__) == (None, None)
    assert not error.__suppress_context__


@pytest.mark.rule(4)
def test_the_error_that_comes_out_may_be_a_stop_iteration():
    error = StopIteration("value")
    with pytest.raises(StopIteration) as caught:
        retry(stop=stop_after_attempt(2))(Script(OSError(), error))()
    assert caught.value is error


# Rule 5: waiting


def waits(wait, attempts):
    """What `sleep` is given while `attempts` attempts fail."""
    world = World()
    assert retry(wait=wait, sleep=world.sleep)(Script(*failures(attempts), "page"))() == "page"
    return world.slept


@pytest.mark.rule(5)
def test_sleep_is_called_between_attempts_and_nowhere_else():
    events, script = [], Script(*failures(3))

    def fetch():
        events.append("attempt")
        script()

    with pytest.raises(OSError):
        retry(
            stop=stop_after_attempt(3),
            wait=lambda state: 10 * state.attempt_number,
            before_sleep=lambda state: events.append(("hook", state.upcoming_sleep)),
            sleep=events.append,
        )(fetch)()
    assert events == ["attempt", ("hook", 10), 10, "attempt", ("hook", 20), 20, "attempt"]


@pytest.mark.rule(5)
def test_stop_is_told_how_long_the_next_wait_would_be():
    told = []

    def wait(state):
        told.append(("wait", state.attempt_number, state.outcome.exception()))
        # Nobody has said anything yet; later it may be what was said the last time.
        assert state.upcoming_sleep == 0 or state.attempt_number > 1
        return 10 * state.attempt_number

    def stop(state):
        told.append(("stop", state.upcoming_sleep))
        return state.upcoming_sleep > 10

    first, second = errors = failures(2)
    with pytest.raises(OSError):
        retry(wait=wait, stop=stop, sleep=World().sleep)(Script(*errors))()
    assert told == [("wait", 1, first), ("stop", 10), ("wait", 2, second), ("stop", 20)]


@pytest.mark.rule(5)
def test_without_wait_sleep_is_given_zero():
    assert waits(None, 3) == [0, 0, 0]


@pytest.mark.rule(5)
def test_without_sleep_it_is_time_sleep():
    # No real sleep needed: this is more than `time.sleep` can do, and it says so.
    function = Script(OSError(), "page")
    with pytest.raises(OverflowError):
        retry(wait=Script(1e300))(function)()
    assert function.calls == 1


@pytest.mark.rule(5)
@pytest.mark.parametrize(
    ("settings", "seconds"),
    [
        ({}, [1, 2, 4, 8, 16]),
        ({"multiplier": 0.25}, [0.25, 0.5, 1, 2, 4]),
        ({"multiplier": 5, "exp_base": 3}, [5, 15, 45, 135, 405]),
        ({"exp_base": 1.5}, [1, 1.5, 2.25, 3.375, 5.0625]),
        ({"max": 5}, [1, 2, 4, 5, 5]),
        ({"max": 4}, [1, 2, 4, 4, 4]),
        ({"min": 3}, [3, 3, 4, 8, 16]),
        ({"min": 2, "max": 7}, [2, 2, 4, 7, 7]),
        ({"multiplier": -1}, [0, 0, 0, 0, 0]),
    ],
    ids=str,
)
def test_the_wait_grows_exponentially_within_its_limits(settings, seconds):
    assert waits(wait_exponential(**settings), 5) == seconds


@pytest.mark.rule(5)
def test_the_settings_of_the_wait_have_an_order():
    assert waits(wait_exponential(0.5, 9, 3, 0.75), 4) == [0.75, 1.5, 4.5, 9]


@pytest.mark.rule(5)
@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "longest"),
    [
        ({}, sys.maxsize / 2),
        ({"max": 60}, 60),
        ({"multiplier": 0.5, "max": 60}, 60),
        ({"exp_base": 2.5, "max": 60}, 60),
    ],
    ids=str,
)
def test_however_many_attempts_the_wait_stays_within_its_limit(settings, longest):
    seconds = waits(wait_exponential(**settings), 1100)
    assert seconds == sorted(seconds)
    assert seconds[100] == seconds[-1] == longest


@pytest.mark.rule(5)
def test_the_random_wait_is_drawn_from_the_exponential_window():
    shares = iter([0, 1, 0.5, 0.25, 0.5])
    drawn = []

    def uniform(low, high):
        drawn.append((low, high))
        return low + next(shares) * (high - low)

    wait = wait_random_exponential(0.5, 9, 3, 0.75, uniform=uniform)
    assert waits(wait, 5) == [0.75, 1.5, 2.625, 2.8125, 4.875]
    assert drawn == [(0.75, 0.75), (0.75, 1.5), (0.75, 4.5), (0.75, 9), (0.75, 9)]


@pytest.mark.rule(5)
def test_the_random_wait_has_the_defaults_of_the_exponential_one():
    assert waits(wait_random_exponential(uniform=lambda low, high: low), 3) == [0, 0, 0]
    highest = waits(wait_random_exponential(uniform=lambda low, high: high), 70)
    assert highest == waits(wait_exponential(), 70)


@pytest.mark.rule(5)
def test_without_a_source_the_random_wait_differs_from_time_to_time():
    drawn = waits(wait_random_exponential(max=4), 30)
    assert len(set(drawn)) > 10
    assert all(0 <= each <= min(2**index, 4) for index, each in enumerate(drawn))


@pytest.mark.rule(5)
@pytest.mark.parametrize("setting", ["retry", "wait", "stop", "before_sleep", "sleep"])
@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_an_error_of_a_setting_comes_out_and_is_not_retried(setting, kind):
    function, error = Script(OSError(), "page"), kind()
    settings = {"sleep": lambda seconds: None, setting: Script(error)}
    with pytest.raises(kind) as caught:
        retry(**settings)(function)()
    assert caught.value is error
    assert function.calls == 1


# Rule 6: time


def attempts_in(world, stop, wait, work):
    """When each attempt begins, counted from the beginning of the call."""
    start, begun = world.now, []

    def fetch():
        begun.append(world.now - start)
        if len(begun) > 20:
            pytest.fail("nobody stops")
        world.now += work
        raise OSError

    decorated = retry(stop=stop, wait=lambda state: wait, sleep=world.sleep, clock=world.clock)
    with pytest.raises(OSError):
        decorated(fetch)()
    return begun


LIMITS = {  # seconds of waiting and of work: when attempts begin with a limit of 10 seconds
    "waiting": (4, 0, [0, 4, 8, 12], [0, 4, 8]),
    "the limit itself": (5, 0, [0, 5, 10], [0, 5]),
    "working": (0, 4, [0, 4, 8], [0, 4, 8]),
    "working up to the limit": (0, 5, [0, 5], [0, 5]),
    "both": (2, 3, [0, 5, 10], [0, 5]),
    "fractions": (3.5, 0.25, [0, 3.75, 7.5, 11.25], [0, 3.75, 7.5]),
    "more than the limit at once": (50, 0, [0, 50], [0]),
}


@pytest.mark.rule(6)
@pytest.mark.parametrize(
    ("wait", "work", "begun"), [each[:3] for each in LIMITS.values()], ids=LIMITS.keys()
)
def test_no_attempt_follows_one_that_ended_at_the_limit_or_later(wait, work, begun):
    assert attempts_in(World(), stop_after_delay(10), wait, work) == begun


@pytest.mark.rule(6)
@pytest.mark.parametrize(
    ("wait", "work", "begun"),
    [(wait, work, begun) for wait, work, _, begun in LIMITS.values()],
    ids=LIMITS.keys(),
)
def test_no_attempt_begins_at_the_limit_or_later(wait, work, begun):
    assert attempts_in(World(), stop_before_delay(10), wait, work) == begun


@pytest.mark.rule(6)
def test_strategies_are_told_the_time_from_the_beginning_to_the_end_of_the_attempt():
    world, told = World(), []

    def stop(state):
        told.append(state.seconds_since_start)
        return len(told) == 3

    attempts_in(world, stop, wait=5, work=2)
    assert told == [2, 9, 16]


@pytest.mark.rule(6)
@pytest.mark.parametrize(
    ("most", "begun"),
    [(2, [0, 4]), (8, [0, 4, 8, 12])],
    ids=["attempts are used up first", "time is used up first"],
)
def test_attempts_and_time_can_both_be_limited(most, begun):
    stop = stop_any(stop_after_attempt(most), stop_after_delay(10))
    assert attempts_in(World(), stop, 4, 0) == begun


@pytest.mark.rule(6)
def test_without_a_clock_time_goes_by_itself():
    errors = failures(2)
    with pytest.raises(OSError):
        retry(stop=stop_after_delay(0))(Script(errors[0]))()
    assert retry(stop=stop_after_delay(86400))(Script(*errors, "page"))() == "page"


# Rule 7: one call and the next


@pytest.mark.rule(7)
@pytest.mark.parametrize("limit", [stop_after_attempt, stop_after_delay], ids=["attempts", "time"])
def test_each_call_counts_and_times_its_own_attempts(limit):
    world = World()
    script = Script(*failures(6))
    fetch = retry(stop=limit(3), wait=wait_exponential(), sleep=world.sleep, clock=world.clock)(
        script
    )
    for calls in (3, 6):
        world.now += 100
        with pytest.raises(OSError):
            fetch()
        assert script.calls == calls
    assert world.slept == [1, 2, 1, 2]


@pytest.mark.rule(7)
def test_one_decorator_serves_any_number_of_functions():
    world = World()
    decorate = retry(stop=stop_after_attempt(3), wait=wait_exponential(), sleep=world.sleep)
    first, second = decorate(Script(*failures(2), "first")), decorate(Script(*failures(3)))
    assert first() == "first"
    with pytest.raises(OSError):
        second()
    assert world.slept == [1, 2, 1, 2]


@pytest.mark.rule(7)
def test_a_function_that_calls_itself_counts_each_call_for_itself():
    world = World()
    script = Script(*failures(2), "inner", OSError(), "inner", "outer")

    @retry(stop=stop_after_attempt(3), wait=wait_exponential(), sleep=world.sleep)
    def fetch(depth):
        if depth:
            assert fetch(depth - 1) == "inner"
        return script()

    assert fetch(1) == "outer"
    assert world.slept == [1, 2, 1]


@pytest.mark.rule(7)
def test_a_call_that_runs_while_another_one_waits_counts_for_itself():
    slept, inner = [], []
    script = Script(OSError(), *failures(2), "inner", OSError(), "outer")

    def sleep(seconds):
        slept.append(seconds)
        if len(slept) == 1:
            inner.append(fetch())

    fetch = retry(stop=stop_after_attempt(3), wait=wait_exponential(), sleep=sleep)(script)
    assert fetch() == "outer"
    assert inner == ["inner"]
    assert slept == [1, 1, 2, 2]


class Page:
    """Something whose end can be watched."""


ENDS = {"given up": (OSError, OSError), "worked in the end": (OSError, None)}
both_ends = pytest.mark.parametrize("outcomes", ENDS.values(), ids=ENDS.keys())


def is_kept(fetch):
    """Whether something still holds the argument of `fetch` when it has ended."""
    page = Page()
    alive = weakref.ref(page)
    # Counting references is enough, if nothing is left in a cycle.
    gc.disable()
    try:
        with suppress(OSError):
            fetch(page)
        del page
        return alive() is not None
    finally:
        gc.enable()


@pytest.mark.rule(7)
@both_ends
def test_nothing_of_a_call_is_kept_when_it_has_ended(outcomes):
    outcomes = iter(outcomes)

    @retry(stop=stop_after_attempt(2), wait=wait_exponential(), sleep=lambda seconds: None)
    def fetch(page):
        if (kind := next(outcomes, None)) is not None:
            raise kind

    assert not is_kept(fetch)


def build(library, spec, source):
    """The strategy that a list of its name and its arguments means."""
    if not isinstance(spec, list):
        return spec
    name, *args = spec
    jitter = {"uniform": source.uniform} if "random" in name and library is kata else {}
    return getattr(library, name)(*(build(library, each, source) for each in args), **jitter)


def trace(library, is_coroutine, outcomes, settings):
    """All that one call does: attempts, sleeps, and how it ends, with the time of each."""
    world, source, events, outcomes = World(), random.Random(1), [], iter(outcomes)

    def fetch():
        events.append(("attempt", world.now))
        outcome, seconds = next(outcomes)
        world.now += seconds
        if isinstance(outcome, type):
            raise outcome(world.now)
        return outcome

    async def async_fetch():
        return fetch()

    def before_sleep(state):
        error = state.outcome.exception()
        told = (state.attempt_number, state.seconds_since_start, state.upcoming_sleep)
        events.append(("before", told, type(error), error.args))

    settings = {name: build(library, spec, source) for name, spec in settings.items() if spec}
    settings["before_sleep"] = before_sleep
    settings["sleep"] = world.async_sleep if is_coroutine else world.sleep
    settings |= {"clock": world.clock} if library is kata else {"reraise": True}
    decorated = library.retry(**settings)(async_fetch if is_coroutine else fetch)
    # tenacity reads the modules' functions instead.
    with (
        mock.patch.object(tenacity, "time", types.SimpleNamespace(monotonic=world.clock)),
        mock.patch.object(tenacity.wait, "random", source),
    ):
        try:
            events.append(("result", run(decorated()) if is_coroutine else decorated()))
        except (OSError, ValueError, KeyboardInterrupt) as error:
            events.append((type(error), error.args))
    return events, world.slept


LIMITS_OF_TIME = itertools.product(["stop_after_delay", "stop_before_delay"], [0, 3, 7, 12])
STOPS = [
    *(["stop_after_attempt", most] for most in (0, 1, 2, 4, 6)),
    *map(list, LIMITS_OF_TIME),
    ["stop_any", ["stop_after_attempt", 3], ["stop_before_delay", 8]],
    ["stop_any", ["stop_after_delay", 5], ["stop_after_attempt", 5]],
]
WAITS = [
    [name, *args]
    for name in ("wait_exponential", "wait_random_exponential")
    for args in [(), (0.5,), (3, 5), (1, 20, 3, 2), (0.25, 3, 2, 0.5)]
]
TYPES = [Exception, OSError, (ValueError, FileNotFoundError)]
SPECS = st.fixed_dictionaries(
    {
        "stop": st.sampled_from(STOPS),
        "wait": st.sampled_from([None, *WAITS]),
        "retry": st.sampled_from([None, *(["retry_if_exception_type", each] for each in TYPES)]),
    }
)
ERRORS = [*itertools.product([OSError, FileNotFoundError, ValueError], [0, 0.5, 2, 3])]
# Few of what ends a call at once; the last one ends every call.
OUTCOMES = st.lists(
    st.sampled_from([*ERRORS, (KeyboardInterrupt, 0), (None, 1)]), min_size=3, max_size=7
).map(lambda each: [*each, ("page", 0)])


@pytest.mark.rule(7)
@given(outcomes=OUTCOMES, settings=SPECS)
def test_any_call_does_what_it_does_with_tenacity(outcomes, settings):
    assert trace(kata, False, outcomes, settings) == trace(tenacity, False, outcomes, settings)


# Rule 8: coroutine functions


def coroutine_function(script):
    async def fetch(*args, **kwds):
        return script(*args, **kwds)

    return fetch


@types.coroutine
def pause(seconds):
    """A sleep that hands `seconds` to whoever drives the coroutine."""
    yield seconds


@pytest.mark.rule(8)
@every_form
def test_a_coroutine_function_becomes_a_coroutine_function(decorate):
    async def fetch(page: str, *, size: int = 1) -> bytes:
        """Fetch a page."""
        return page * size

    result = decorate(fetch)
    assert inspect.iscoroutinefunction(result)
    assert (result.__name__, result.__doc__) == ("fetch", "Fetch a page.")
    assert result.__wrapped__ is fetch
    assert inspect.signature(result) == inspect.signature(fetch)
    assert run(result("page", size=2)) == "pagepage"


class Awaited:
    async def __call__(self, script):
        return script()


async def awaited(script):
    return script()


@pytest.mark.rule(8)
@pytest.mark.parametrize(
    "function",
    [awaited, functools.partial(awaited), Awaited(), Awaited().__call__],
    ids=["a function", "a partial", "an object", "a method"],
)
def test_whatever_is_awaited_is_a_coroutine_function(function):
    result = retry(sleep=World().async_sleep)(function)
    assert inspect.iscoroutinefunction(result)
    assert run(result(Script(*failures(2), "page"))) == "page"


@pytest.mark.rule(8)
def test_a_class_of_such_objects_is_not_awaited_itself():
    make = retry(Awaited)
    assert not inspect.iscoroutinefunction(make)
    assert isinstance(make(), Awaited)


@pytest.mark.rule(8)
def test_the_sleep_is_awaited():
    script = Script(*failures(2), "page")
    call = retry(wait=wait_exponential(), sleep=pause)(coroutine_function(script))()
    assert (call.send(None), script.calls) == (1, 1)
    assert (call.send(None), script.calls) == (2, 2)
    with pytest.raises(StopIteration) as stop:
        call.send(None)
    assert stop.value.value == "page"


CALLS = {
    "until it works": (
        [(OSError, 0), (ValueError, 0), ("page", 0)],
        {"wait": ["wait_exponential"]},
        ([1, 2], 3, ("result", "page")),
    ),
    "until nobody wants to try again": (
        [(OSError, 0)] * 9,
        {"stop": ["stop_after_attempt", 3], "wait": ["wait_exponential", 3]},
        ([3, 6], 3, (OSError, (509,))),
    ),
    "as long as it is worth it": (
        [(OSError, 0), (ValueError, 0), ("page", 0)],
        {"retry": ["retry_if_exception_type", OSError]},
        ([0], 2, (ValueError, (500,))),
    ),
    "as long as there is time": (
        [(OSError, 3)] * 9,
        {"stop": ["stop_after_delay", 9], "wait": ["wait_exponential"]},
        ([1, 2], 3, (OSError, (512,))),
    ),
    "as long as there will be time": (
        [(OSError, 3)] * 9,
        {"stop": ["stop_before_delay", 9], "wait": ["wait_exponential"]},
        ([1], 2, (OSError, (507,))),
    ),
}


@pytest.mark.rule(8)
@pytest.mark.parametrize(("outcomes", "settings", "expected"), CALLS.values(), ids=CALLS.keys())
def test_a_coroutine_function_is_called_again(outcomes, settings, expected):
    events, slept = trace(kata, True, outcomes, settings)
    attempts = [event for event in events if event[0] == "attempt"]
    assert (slept, len(attempts), events[-1]) == expected


@pytest.mark.rule(8)
def test_the_state_tells_which_awaited_call_has_failed():
    told, world = [], World()
    fetch = coroutine_function(Script(*failures(2), "page"))

    def before_sleep(state):
        told.append((state.fn, state.args, state.kwargs, state.attempt_number))

    run(retry(before_sleep=before_sleep, sleep=world.async_sleep)(fetch)("home", size=2))
    assert told == [(fetch, ("home",), {"size": 2}, number) for number in (1, 2)]


@pytest.mark.rule(8)
def test_an_awaited_error_comes_out_as_it_was_raised():
    errors = failures(2)
    script = Script(*errors)

    async def fetch():
        return script()

    with pytest.raises(OSError) as caught:
        run(retry(stop=stop_after_attempt(2), sleep=World().async_sleep)(fetch)())
    error = caught.value
    assert error is errors[1]
    assert (error.__cause__, error.__context__) == (None, None)
    frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert (frames[-2:], frames.count("fetch")) == (["fetch", "__call__"], 1)


@pytest.mark.rule(8)
@pytest.mark.parametrize("waits", [["attempt"], ["attempt", "sleep"]], ids=lambda each: each[-1])
def test_cancelling_ends_the_call(waits):
    attempts = []

    async def fetch():
        attempts.append("begun")
        await pause("attempt")
        raise OSError

    async def sleep(seconds):
        await pause("sleep")

    call = retry(sleep=sleep)(fetch)()
    assert [call.send(None) for _ in waits] == waits
    with pytest.raises(asyncio.CancelledError):
        call.throw(asyncio.CancelledError())
    assert attempts == ["begun"]


@pytest.mark.rule(8)
def test_calls_that_take_turns_count_each_for_itself():
    scripts = [Script(*failures(3)), Script(*failures(2), "page")]

    @retry(stop=stop_after_attempt(3), wait=wait_exponential(), sleep=pause)
    async def fetch(script):
        return script()

    first, second = map(fetch, scripts)
    assert [each.send(None) for each in (first, second, first, second)] == [1, 1, 2, 2]
    with pytest.raises(OSError):
        first.send(None)
    with pytest.raises(StopIteration):
        second.send(None)


@pytest.mark.rule(8)
def test_without_sleep_other_tasks_have_their_turn_between_attempts():
    turns = []

    @retry(stop=stop_after_attempt(3))
    async def fetch(name):
        turns.append(name)
        if turns.count(name) < 3:
            raise OSError

    async def both():
        await asyncio.gather(fetch("a"), fetch("b"))

    asyncio.run(both())
    assert turns == ["a", "b"] * 3


@pytest.mark.rule(8)
@both_ends
def test_nothing_of_an_awaited_call_is_kept_when_it_has_ended(outcomes):
    outcomes = iter(outcomes)

    @retry(stop=stop_after_attempt(2), wait=wait_exponential(), sleep=World().async_sleep)
    async def fetch(page):
        if (kind := next(outcomes, None)) is not None:
            raise kind

    assert not is_kept(lambda page: run(fetch(page)))


@pytest.mark.rule(8)
@settings(max_examples=50)
@given(outcomes=OUTCOMES, settings=SPECS)
def test_any_awaited_call_does_what_it_does_with_tenacity(outcomes, settings):
    assert trace(kata, True, outcomes, settings) == trace(tenacity, True, outcomes, settings)
