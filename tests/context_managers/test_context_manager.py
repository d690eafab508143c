import contextlib
import gc
import inspect
import traceback
import weakref
from dataclasses import dataclass
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st

from katas.context_managers.context_manager import closing, contextmanager, suppress


class Thing:
    """Counts how often it is closed; `close` returns `answer` or raises it."""

    def __init__(self, answer=None):
        self.closed = 0
        self.answer = answer

    def close(self):
        self.closed += 1
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


class Stop(StopIteration):
    pass


class EqualStop(StopIteration):
    """Equal to every other one, as errors that are data classes may be."""

    __hash__ = None

    def __eq__(self, other):
        return isinstance(other, EqualStop)


class Interrupt(BaseException):
    """As `KeyboardInterrupt` and `SystemExit`: not an `Exception`."""


def explode(error):
    raise error


def outcome(manager, error):
    """Raise `error` in a block of `manager`; return what comes out, or None."""
    try:
        with manager:
            explode(error)
    except BaseException as out:
        return out
    return None


def functions_in(error):
    """The names of the functions in the traceback, from where it was caught inwards."""
    return [frame.name for frame in traceback.extract_tb(error.__traceback__)]


# Rule 1: closing


@pytest.mark.rule(1)
def test_closing_binds_the_thing_itself():
    thing = Thing()
    with closing(thing) as bound:
        assert bound is thing


@pytest.mark.rule(1)
def test_the_thing_is_open_in_the_block_and_closed_once_after_it():
    thing = Thing()
    manager = closing(thing)
    with manager:
        assert thing.closed == 0
    assert thing.closed == 1


@pytest.mark.rule(1)
@pytest.mark.parametrize("error", [ValueError("v"), Interrupt("i")], ids=lambda e: type(e).__name__)
def test_an_error_closes_the_thing_and_comes_out(error):
    thing = Thing()
    assert outcome(closing(thing), error) is error
    assert thing.closed == 1


@pytest.mark.rule(1)
def test_what_close_returns_swallows_nothing():
    error = ValueError("from the block")
    assert outcome(closing(Thing(answer=True)), error) is error


@pytest.mark.rule(1)
def test_an_error_of_close_comes_out_and_shows_the_error_of_the_block():
    failure, error = OSError("from close"), ValueError("from the block")
    assert outcome(closing(Thing(failure)), error) is failure
    assert failure.__context__ is error


# Rule 2: suppress


@pytest.mark.rule(2)
def test_a_listed_error_ends_the_block_quietly():
    log = []
    with suppress(ZeroDivisionError):
        log.append("before")
        log.append(1 / 0)
    log.append("after the block")
    assert log == ["before", "after the block"]


@pytest.mark.rule(2)
def test_a_subclass_of_a_listed_error_is_suppressed_and_a_base_is_not():
    assert outcome(suppress(LookupError), KeyError("k")) is None
    error = LookupError("l")
    assert outcome(suppress(KeyError), error) is error


@pytest.mark.rule(2)
@pytest.mark.parametrize("error", [KeyError, ValueError, Interrupt])
def test_each_of_several_errors_is_suppressed(error):
    assert outcome(suppress(KeyError, ValueError, Interrupt), error("e")) is None


@pytest.mark.rule(2)
@pytest.mark.parametrize(
    "listed", [(), (KeyError,), (Exception,)], ids=["none", "one", "exceptions"]
)
def test_an_error_that_is_not_listed_goes_on(listed):
    error = Interrupt("i")
    assert outcome(suppress(*listed), error) is error


@pytest.mark.rule(2)
def test_an_unlisted_error_keeps_the_traceback_that_it_had():
    error = ValueError("v")
    assert outcome(suppress(KeyError), error) is error
    assert functions_in(error) == ["outcome", "explode"]


@pytest.mark.rule(2)
def test_suppress_binds_none_and_a_block_without_error_runs_to_its_end():
    log = []
    with suppress(ValueError) as bound:
        log.append("whole block")
    assert (bound, log) == (None, ["whole block"])


@pytest.mark.rule(2)
def test_one_suppress_serves_many_blocks_also_nested_ones():
    log = []
    quiet = suppress(ValueError)
    for number in (1, 2):
        with quiet:
            with quiet:
                log.append(f"inner {number}")
                explode(ValueError("inner"))
            log.append(f"outer {number}")
            explode(ValueError("outer"))
            log.append("not reached")
    error = KeyError("k")
    assert outcome(quiet, error) is error
    assert log == ["inner 1", "outer 1", "inner 2", "outer 2"]


# Rule 3: a generator in the role of a manager


def logged(log, value=None):
    """Append to `log` what a block of it does; without `try`, so errors skip the end."""
    log.append("set up")
    yield value
    log.append("clean up")


@pytest.mark.rule(3)
def test_the_body_runs_to_its_yield_on_entering_and_to_its_end_on_leaving():
    log = []
    with contextmanager(logged)(log):
        log.append("block")
    assert log == ["set up", "block", "clean up"]


@pytest.mark.rule(3)
@pytest.mark.parametrize("value", [42, None, False, 0, ()], ids=repr)
def test_the_value_yielded_is_bound(value):
    with contextmanager(logged)([], value) as bound:
        assert bound is value


@pytest.mark.rule(3)
def test_calling_the_factory_runs_nothing_of_the_body():
    log = []
    manager = contextmanager(logged)(log)
    assert log == []
    with manager:
        pass
    assert log == ["set up", "clean up"]


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    ("args", "kwds"),
    [((), {}), ((1, 2), {}), ((), {"b": 1}), ((1,), {"c": 2})],
    ids=["missing", "too many", "missing one", "unknown name"],
)
def test_wrong_arguments_are_a_type_error_of_the_factory(args, kwds):
    @contextmanager
    def manager(a, *, b=None):
        yield a, b

    with pytest.raises(TypeError):
        manager(*args, **kwds)


@pytest.mark.rule(3)
def test_all_arguments_arrive_whatever_their_names():
    @contextmanager
    def manager(*args, **kwds):
        yield args, kwds

    kwds = dict.fromkeys(("self", "cls", "func", "function", "args", "kwds", "kwargs", "gen"), 0)
    with manager(1, 2, **kwds) as arrived:
        assert arrived == ((1, 2), kwds)


@pytest.mark.rule(3)
def test_the_factory_looks_like_the_function():
    def function(path: str, *, mode="r"):
        """Open it."""
        yield path, mode

    function.version = 3
    factory = contextmanager(function)
    assert (factory.__name__, factory.__doc__, factory.version) == ("function", "Open it.", 3)
    assert factory.__wrapped__ is function
    assert inspect.signature(factory) == inspect.signature(function)


@pytest.mark.rule(3)
def test_a_manager_has_the_docstring_of_the_function():
    @contextmanager
    def manager():
        """Open it."""
        yield

    assert manager().__doc__ == "Open it."


@pytest.mark.rule(3)
def test_a_factory_in_a_class_is_a_method():
    class Account:
        def __init__(self):
            self.locked = False

        @contextmanager
        def lock(self, reason):
            self.locked = reason
            yield self
            self.locked = False

    one, other = Account(), Account()
    with one.lock("audit") as bound:
        assert (bound, one.locked, other.locked) == (one, "audit", False)
    assert not one.locked


@pytest.mark.rule(3)
def test_managers_of_one_factory_are_independent():
    outer, inner = [], []
    factory = contextmanager(logged)
    with factory(outer, 1) as first, factory(inner, 2) as second:
        assert (first, second, outer, inner) == (1, 2, ["set up"], ["set up"])
        inner.append("block")
    assert (outer, inner) == (["set up", "clean up"], ["set up", "block", "clean up"])


@pytest.mark.rule(3)
def test_an_error_before_the_yield_comes_out_and_the_block_does_not_run():
    error, log = OSError("no such device"), []

    @contextmanager
    def manager():
        yield explode(error)

    with pytest.raises(OSError, match="no such device") as caught, manager():
        log.append("block")
    assert (caught.value, log) == (error, [])


@pytest.mark.rule(3)
def test_an_error_after_a_block_without_error_comes_out():
    error, log = OSError("disk full"), []

    @contextmanager
    def manager():
        yield
        explode(error)

    with pytest.raises(OSError, match="disk full") as caught, manager():
        log.append("block")
    assert (caught.value, log) == (error, ["block"])


# Rule 4: an error in the block


def answering(answer, seen=None):
    """Hand the error that arrives at the `yield` to `answer`, and return what that returns."""
    try:
        yield
    except BaseException as error:
        if seen is not None:
            seen.append(error)
        return answer(error)


def swallow(error):
    pass


@pytest.mark.rule(4)
@pytest.mark.parametrize(
    "kind", [ValueError, RuntimeError, StopIteration, GeneratorExit, Interrupt]
)
def test_the_error_of_the_block_arrives_at_the_yield_as_the_same_object(kind):
    error, seen = kind("from the block"), []
    with contextmanager(answering)(swallow, seen):
        raise error
    assert len(seen) == 1
    assert seen[0] is error


@pytest.mark.rule(4)
def test_an_error_runs_what_is_in_finally_and_skips_what_follows_the_yield():
    log = []

    @contextmanager
    def manager():
        try:
            yield
            log.append("end of the try block")
        finally:
            log.append("finally")
        log.append("end of the function")

    error = ValueError("v")
    assert outcome(manager(), error) is error
    assert log == ["finally"]


@pytest.mark.rule(4)
@pytest.mark.parametrize("result", [None, False, 0, True, "text"], ids=repr)
def test_a_generator_that_ends_swallows_the_error_whatever_it_returns(result):
    log = []
    with contextmanager(answering)(lambda error: result):
        explode(ValueError("v"))
        log.append("not reached")
    log.append("after the block")
    assert log == ["after the block"]


@pytest.mark.rule(4)
def test_another_error_comes_out_and_shows_the_error_of_the_block():
    error, other = ValueError("from the block"), ValueError("from the generator")
    assert outcome(contextmanager(answering)(lambda _: explode(other)), error) is other
    assert (other.__context__, other.__cause__) == (error, None)


@pytest.mark.rule(4)
def test_an_error_of_the_clean_up_that_equals_that_of_the_block_comes_out():
    @dataclass(eq=True)
    class CodedError(Exception):
        code: int

    failure = CodedError(7)

    @contextmanager
    def manager():
        try:
            yield
        finally:
            raise failure

    assert outcome(manager(), CodedError(7)) is failure


@pytest.mark.rule(4)
def test_exit_returns_a_true_value_only_if_it_has_swallowed_an_error():
    error = ValueError("v")
    quiet, loud, calm = (
        contextmanager(answering)(answer) for answer in (swallow, explode, swallow)
    )
    for manager in (quiet, loud, calm):
        manager.__enter__()
    assert quiet.__exit__(ValueError, error, None)
    assert not loud.__exit__(ValueError, error, None)
    assert not calm.__exit__(None, None, None)


@pytest.mark.rule(4)
def test_an_error_type_without_a_value_arrives_as_an_instance():
    seen = []
    quiet = contextmanager(answering)(swallow, seen)
    loud = contextmanager(answering)(explode, seen)
    quiet.__enter__()
    assert quiet.__exit__(KeyError, None, None)
    loud.__enter__()
    assert not loud.__exit__(KeyError, None, None)
    assert [type(error) for error in seen] == [KeyError, KeyError]


# Rule 5: exactly one yield


@pytest.mark.rule(5)
def test_a_generator_without_a_yield_is_refused_on_entering():
    log = []

    @contextmanager
    def manager(wanted):
        if wanted:
            yield

    unwanted = manager(wanted=False)
    with pytest.raises(RuntimeError), unwanted:
        log.append("block")
    assert log == []


@pytest.mark.rule(5)
@pytest.mark.parametrize(
    "error", [None, ValueError("v"), StopIteration("s")], ids=lambda e: type(e).__name__
)
def test_a_second_yield_is_refused_and_the_generator_is_closed(error):
    log = []

    def body():
        with contextlib.suppress(Exception):
            yield
        try:
            yield ANY  # equal to whatever it is compared with
            log.append("resumed again")
        finally:
            log.append("closed")

    generator = body()  # kept, so that nothing but `close` can end it
    manager = contextmanager(lambda: generator)()
    manager.__enter__()
    with pytest.raises(RuntimeError):
        manager.__exit__(error and type(error), error, None)
    assert log == ["closed"]
    assert inspect.getgeneratorstate(generator) == inspect.GEN_CLOSED


@pytest.mark.rule(5)
def test_a_second_yield_after_an_error_shows_the_error_of_the_block():
    @contextmanager
    def manager():
        try:
            yield
        except ValueError:
            yield

    error = ValueError("v")
    refusal = outcome(manager(), error)
    assert isinstance(refusal, RuntimeError)
    assert refusal.__context__ is error


# Rule 6: a manager as a decorator; one block for each


@pytest.mark.rule(6)
def test_each_call_of_a_decorated_function_runs_in_a_block_of_its_own():
    log = []

    @contextmanager(logged)(log)
    def function(number):
        log.append(number)

    assert log == []
    function(1)
    function(2)
    assert log == ["set up", 1, "clean up", "set up", 2, "clean up"]


@pytest.mark.rule(6)
def test_the_generator_of_each_call_gets_the_arguments_of_the_manager():
    log = []

    @contextmanager
    def manager(*args, **kwds):
        log.append((args, kwds))
        yield

    decorate = manager(1, self=2)
    one, other = decorate(lambda: "one"), decorate(lambda: "other")
    assert (one(), other(), one()) == ("one", "other", "one")
    assert log == [((1,), {"self": 2})] * 3


@pytest.mark.rule(6)
def test_a_decorated_function_may_call_itself():
    log = []

    @contextmanager(logged)(log)
    def countdown(number):
        log.append(number)
        if number:
            countdown(number - 1)

    countdown(2)
    assert log == ["set up", 2, "set up", 1, "set up", 0, "clean up", "clean up", "clean up"]


@pytest.mark.rule(6)
def test_a_decorated_function_keeps_arguments_result_and_looks():
    @contextmanager(logged)([])
    def function(*args, **kwds):
        """Return the arguments."""
        return args, kwds

    kwds = dict.fromkeys(("self", "cls", "func", "function", "args", "kwds", "kwargs", "gen"), 0)
    assert function(1, 2, **kwds) == ((1, 2), kwds)
    assert (function.__name__, function.__doc__) == ("function", "Return the arguments.")
    assert function.__wrapped__(3) == ((3,), {})


@pytest.mark.rule(6)
def test_a_decorated_method_gets_its_instance():
    class Counter:
        count = 0

        @contextmanager(logged)([])
        def add(self, number):
            self.count += number
            return self

    counter = Counter()
    assert counter.add(2) is counter
    assert (counter.count, Counter.count) == (2, 0)


@pytest.mark.rule(6)
def test_an_error_in_a_decorated_function_goes_through_the_generator():
    error, seen = ValueError("v"), []
    quiet = contextmanager(answering)(swallow, seen)(explode)
    loud = contextmanager(answering)(explode, seen)(explode)
    assert quiet(error) is None
    with pytest.raises(ValueError, match="v") as caught:
        loud(error)
    assert caught.value is error
    assert seen == [error, error]


@pytest.mark.rule(6)
def test_a_manager_cannot_be_entered_again_after_its_block():
    log = []
    manager = contextmanager(logged)(log)
    with manager:
        pass
    with pytest.raises((RuntimeError, AttributeError)), manager:
        log.append("second block")
    assert log == ["set up", "clean up"]


@pytest.mark.rule(6)
def test_entering_again_inside_the_block_does_not_run_the_clean_up_early():
    log = []
    manager = contextmanager(logged)(log)
    with manager:
        with pytest.raises((RuntimeError, AttributeError)), manager:
            log.append("inner block")
        log.append("rest of the block")
    assert log == ["set up", "rest of the block", "clean up"]


@pytest.mark.rule(6)
def test_a_manager_that_has_been_entered_cannot_decorate():
    log = []
    manager = contextmanager(logged)(log)
    with manager:
        pass
    with pytest.raises((RuntimeError, AttributeError)):
        manager(log.append)("function")
    assert log == ["set up", "clean up"]


@pytest.mark.rule(6)
def test_once_entered_a_manager_keeps_no_argument_alive():
    class Resource:
        pass

    @contextmanager
    def manager(positional, *, named):
        resources = [weakref.ref(positional), weakref.ref(named)]
        del positional, named
        gc.collect()
        yield resources

    entered = manager(Resource(), named=Resource())
    with entered as resources:
        assert [resource() for resource in resources] == [None, None]


# Rule 7: an error goes on as if there were no manager


def plain():
    yield


def with_finally():
    try:
        yield
    finally:
        swallow(None)


def with_raise():
    try:
        yield
    except BaseException:
        swallow(None)
        raise


def with_raise_by_name():
    try:
        yield
    except BaseException as error:  # noqa: TRY203 - the longer way to pass it on
        raise error  # noqa: TRY201


PASSING_ON = [plain, with_finally, with_raise, with_raise_by_name]
KINDS = [ValueError, RuntimeError, StopIteration, Stop, GeneratorExit, Interrupt]


@pytest.mark.rule(7)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", PASSING_ON)
def test_an_error_passed_on_comes_out_with_the_traceback_that_it_had(body, kind):
    error = kind("from the block")
    assert outcome(contextmanager(body)(), error) is error
    assert functions_in(error) == ["outcome", "explode"]


@pytest.mark.rule(7)
@pytest.mark.parametrize("kind", KINDS)
def test_cause_and_context_of_an_error_passed_on_stay(kind):
    error, cause, context = kind("from the block"), KeyError("cause"), OSError("context")
    error.__cause__, error.__context__ = cause, context
    assert outcome(contextmanager(with_raise)(), error) is error
    assert (error.__cause__, error.__context__) == (cause, context)
    bare = kind("from the block")
    assert outcome(contextmanager(with_raise)(), bare) is bare
    assert (bare.__cause__, bare.__context__) == (None, None)


@pytest.mark.rule(7)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", PASSING_ON)
def test_exit_returns_false_for_an_error_passed_on_instead_of_raising_it(body, kind):
    manager = contextmanager(body)()
    manager.__enter__()
    assert not manager.__exit__(kind, kind("from the block"), None)


@pytest.mark.rule(7)
def test_a_runtime_error_made_from_the_stop_iteration_of_the_block_counts_as_the_same():
    def translate(error):
        raise RuntimeError("translated") from error

    error = StopIteration("from the block")
    assert outcome(contextmanager(answering)(translate), error) is error
    assert functions_in(error) == ["outcome", "explode"]


@pytest.mark.rule(7)
@pytest.mark.parametrize("other", [RuntimeError, LookupError, Interrupt])
@pytest.mark.parametrize("kind", [ValueError, RuntimeError, LookupError])
def test_an_error_made_from_another_error_of_the_block_comes_out(kind, other):
    translated = other("translated")

    def translate(error):
        raise translated from error

    error = kind("from the block")
    assert outcome(contextmanager(answering)(translate), error) is translated
    assert translated.__cause__ is error


@pytest.mark.rule(7)
@pytest.mark.parametrize("kind", [StopIteration, Stop])
def test_another_error_in_the_place_of_a_stop_iteration_comes_out(kind):
    translated, unrelated = LookupError("translated"), RuntimeError("unrelated")

    def translate(error):
        raise translated from error

    assert outcome(contextmanager(answering)(translate), kind("s")) is translated
    assert outcome(contextmanager(answering)(lambda _: explode(unrelated)), kind("s")) is unrelated


@pytest.mark.rule(7)
@pytest.mark.parametrize("kind", [None, ValueError, StopIteration, EqualStop])
def test_a_stop_iteration_of_the_generators_own_is_the_runtime_error_that_python_makes(kind):
    own = EqualStop("next() of something empty")

    @contextmanager
    def manager():
        try:
            yield
        finally:
            explode(own)

    entered = manager()
    entered.__enter__()
    with pytest.raises(RuntimeError) as caught:
        entered.__exit__(kind, kind and kind("from the block"), None)
    assert caught.value.__cause__ is own


@dataclass(frozen=True)
class Script:
    """What a generator does, and the block with it."""

    block: type[BaseException] | None
    yields: bool = True
    catches: tuple[type[BaseException], ...] = ()
    # after the block, or for what it caught: raise this one, end (None), yield, or pass it on
    answer: type[BaseException] | str | None = None
    chained: str = "implicitly"
    clean_up: type[BaseException] | None = None


def perform(decorate, script):
    """Run `script` under the `contextmanager` given; return all that one can see of it."""
    log = []
    block_error = script.block and script.block("from the block")
    # Versions differ in when they close a generator that yields twice, so it keeps quiet then.
    yields_twice = script.answer == "yield"

    def answer(caught):
        if script.answer is None or yields_twice:
            return
        if script.answer == "pass it on":
            if caught is not None:
                raise caught
            return
        new = script.answer("from the generator")
        if script.chained == "from":
            raise new from caught
        if script.chained == "from None":
            raise new from None
        raise new

    @decorate
    def manager():
        log.append("set up")
        if not script.yields:
            return
        try:
            yield log
            log.append("resumed")
            if yields_twice:
                yield
            answer(None)
        except script.catches as caught:
            if yields_twice and "resumed" not in log:
                yield
            else:
                log.append(type(caught))
            answer(caught)
        finally:
            if not yields_twice:
                log.append("clean up")
                if script.clean_up:
                    raise script.clean_up("from the clean-up")

    def seen(error):
        links = (error, error.__cause__, error.__context__)
        return type(error), *(link is not None and link is block_error for link in links)

    try:
        with manager() as bound:
            log.append(bound is log)
            if block_error:
                explode(block_error)
    except BaseException as error:
        result = seen(error)
    else:
        result = "quiet"
    return result, None if yields_twice else log


ERRORS = [ValueError, LookupError, RuntimeError, StopIteration, Stop, GeneratorExit, Interrupt]
SCRIPTS = st.builds(
    Script,
    block=st.sampled_from([None, None, None, *ERRORS]),
    yields=st.sampled_from([True] * 9 + [False]),
    catches=st.sampled_from([(BaseException,), (Exception,), (StopIteration, ValueError), ()]),
    answer=st.sampled_from([None, None, "yield", "yield", "pass it on", *ERRORS]),
    chained=st.sampled_from(["implicitly", "from", "from None"]),
    clean_up=st.sampled_from([None] * 9 + ERRORS),
)


@pytest.mark.rule(7)
@given(SCRIPTS)
def test_any_generator_and_block_do_the_same_under_contextlib(script):
    assert perform(contextmanager, script) == perform(contextlib.contextmanager, script)


# Rule 8: suppress and exception groups


def shape(error):
    """A group as nested tuples, whose other members are the exceptions themselves."""
    if isinstance(error, BaseExceptionGroup):
        return type(error), error.message, *map(shape, error.exceptions)
    return error


KEY, VALUE, EXIT = KeyError("k"), ValueError("v"), GeneratorExit("g")


@pytest.mark.rule(8)
@pytest.mark.parametrize(
    "group",
    [
        ExceptionGroup("flat", [KEY, VALUE, KEY]),
        ExceptionGroup("nested", [KEY, ExceptionGroup("inner", [VALUE, KEY])]),
    ],
    ids=lambda group: group.message,
)
def test_a_group_of_nothing_but_listed_errors_ends_the_block_quietly(group):
    assert outcome(suppress(LookupError, ValueError), group) is None


@pytest.mark.rule(8)
def test_the_rest_of_a_group_comes_out_with_its_structure():
    inner = ExceptionGroup("inner", [VALUE, KEY])
    gone = ExceptionGroup("gone", [VALUE, VALUE])
    group = ExceptionGroup("outer", [VALUE, inner, KEY, gone])
    rest = outcome(suppress(ValueError), group)
    assert shape(rest) == (ExceptionGroup, "outer", (ExceptionGroup, "inner", KEY), KEY)
    assert len(group.exceptions) == 4


@pytest.mark.rule(8)
@pytest.mark.parametrize("listed", [(), (OSError,)], ids=["none", "another"])
def test_a_group_without_a_listed_error_comes_out_whole(listed):
    group = ExceptionGroup("outer", [KEY, ExceptionGroup("inner", [VALUE])])
    assert shape(outcome(suppress(*listed), group)) == shape(group)


@pytest.mark.rule(8)
@pytest.mark.parametrize("listed", [ExceptionGroup, Exception])
def test_a_group_whose_own_type_is_listed_is_suppressed_as_a_whole(listed):
    assert outcome(suppress(listed), ExceptionGroup("group", [KEY, VALUE])) is None


@pytest.mark.rule(8)
def test_groups_of_base_exceptions_are_divided_too():
    group = BaseExceptionGroup("group", [EXIT, KEY])
    assert shape(outcome(suppress(KeyError), group)) == (BaseExceptionGroup, "group", EXIT)
    group = BaseExceptionGroup("group", [EXIT, KEY])
    assert shape(outcome(suppress(GeneratorExit), group)) == (ExceptionGroup, "group", KEY)
    assert outcome(suppress(GeneratorExit, KeyError), group) is None


@pytest.mark.rule(8)
def test_the_rest_is_made_by_the_groups_own_derive_and_keeps_its_notes_and_cause():
    class Failures(ExceptionGroup):
        def __new__(cls, message, members, host):
            self = super().__new__(cls, message, members)
            self.host = host
            return self

        def derive(self, members):
            return Failures(self.message, members, self.host)

    group = Failures("failures", [KEY, VALUE], "db1")
    group.add_note("while syncing")
    group.__cause__ = OSError("network")
    rest = outcome(suppress(KeyError), group)
    assert shape(rest) == (Failures, "failures", VALUE)
    assert (rest.host, rest.__notes__) == ("db1", ["while syncing"])
    assert rest.__cause__ is group.__cause__


def rest_by_the_language(group, listed):
    """What `except*` leaves of `group`: an oracle that every supported version has."""
    try:
        try:
            raise group
        except* listed:
            pass
    except BaseExceptionGroup as rest:
        return rest
    return None


LEAVES = st.sampled_from([KEY, VALUE, EXIT, IndexError("i"), UnicodeError("u"), OSError("o")])
GROUPS = st.builds(
    BaseExceptionGroup,
    st.sampled_from(["a", "b"]),
    st.recursive(
        st.lists(LEAVES, min_size=1, max_size=4),
        lambda members: st.lists(
            LEAVES | members.map(lambda some: BaseExceptionGroup("inner", some)),
            min_size=1,
            max_size=4,
        ),
        max_leaves=8,
    ),
)
LISTED = st.lists(
    st.sampled_from([KeyError, LookupError, ValueError, GeneratorExit, Exception]), max_size=3
)


@pytest.mark.rule(8)
@given(GROUPS, LISTED)
def test_suppress_leaves_of_a_group_what_the_language_would(group, listed):
    # A group of type `ExceptionGroup` is itself an `Exception`; `except*` looks at that first, too.
    rest = outcome(suppress(*listed), group)
    assert shape(rest) == shape(rest_by_the_language(group, tuple(listed)))
