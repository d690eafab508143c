import contextlib
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from katas.context_managers.exit_stack import ExitStack


class Problem(Exception):  # noqa: N818 - which kind of error it is does not matter
    pass


class Interrupt(BaseException):
    """As `KeyboardInterrupt` and `SystemExit`: not an `Exception`."""


def explode(error):
    raise error


def outcome(manager, error=None):
    """Raise `error`, if there is one, in a block of `manager`; return what comes out, or None."""
    try:
        with manager:
            if error is not None:
                explode(error)
    except BaseException as out:
        return out
    return None


def functions_in(tb):
    """The names of the functions in a traceback, from where it was caught inwards."""
    return [frame.name for frame in traceback.extract_tb(tb)]


def functions_here(tb):
    """As `functions_in`, without those of other files: frames of the stack are its own affair."""
    return [frame.name for frame in traceback.extract_tb(tb) if frame.filename == __file__]


def contexts(error):
    """The error, its context, the context of that, and so on."""
    chain = []
    while error is not None:
        assert len(chain) < 20, "the contexts form a ring"
        chain.append(error)
        error = error.__context__
    return chain


class Recorder:
    """An exit, or a manager, that remembers what it was called with and returns `answer`."""

    def __init__(self, answer=None):
        self.answer = answer
        self.calls = []

    def exit(self, kind, error, tb):
        assert (kind, tb) == ((None, None) if error is None else (type(error), error.__traceback__))
        self.calls.append(error)
        return self.answer


class Manager(Recorder):
    entered = 0

    def __enter__(self):
        self.entered += 1
        return self.answer

    def __exit__(self, *details):
        return self.exit(*details)


FORMS = pytest.mark.parametrize(
    "as_pushed",
    [lambda recorder: recorder.exit, lambda recorder: recorder],
    ids=["a function", "a manager"],
)


@pytest.fixture(params=[False, True], ids=["ends well", "fails"])
def error(request):
    """The error of the block, or None: the test runs with each."""
    return Problem("block") if request.param else None


class Equal(Problem):
    """Equal to every other one, as errors that are data classes may be."""

    __hash__ = None

    def __eq__(self, other):
        return isinstance(other, Equal)


# Rule 1: callbacks


@pytest.mark.rule(1)
def test_the_block_gets_the_stack_itself():
    stack = ExitStack()
    with stack as bound:
        assert bound is stack


@pytest.mark.rule(1)
@pytest.mark.parametrize(
    "kind", [lambda: None, ValueError, Interrupt], ids=["well", "error", "interrupt"]
)
def test_callbacks_run_last_in_first_out_however_the_block_ends(kind):
    log, error = [], kind()
    stack = ExitStack()
    for number in (1, 2, 3):
        stack.callback(log.append, number)
    assert outcome(stack, error) is error
    assert log == [3, 2, 1]


@pytest.mark.rule(1)
def test_two_stacks_share_nothing():
    log = []
    one, other = ExitStack(), ExitStack()
    other.callback(log.append, "other")
    assert outcome(one) is None
    assert log == []
    assert outcome(other) is None
    assert log == ["other"]


@pytest.mark.rule(1)
def test_all_arguments_arrive_whatever_their_names():
    calls = []

    def function(*args, **kwds):
        calls.append((args, kwds))

    kwds = dict.fromkeys(("self", "callback", "func", "exit", "args", "kwds", "exc_details"), 0)
    with ExitStack() as stack:
        stack.callback(function, 1, 2, **kwds)
        stack.callback(function)
    assert calls == [((), {}), ((1, 2), kwds)]


@pytest.mark.rule(1)
def test_callback_returns_the_function_and_so_decorates():
    log = []
    with ExitStack() as stack:

        @stack.callback
        def clean_up():
            log.append("clean up")

        assert stack.callback(clean_up) is clean_up
        clean_up()
        assert log == ["clean up"]
    assert log == ["clean up"] * 3


@pytest.mark.rule(1)
def test_what_a_callback_returns_swallows_nothing():
    error = ValueError("v")
    stack = ExitStack()
    stack.callback(lambda: True)
    assert outcome(stack, error) is error


# Rule 2: exits that are pushed


@pytest.mark.rule(2)
@FORMS
def test_push_runs_nothing_and_returns_what_it_was_given(as_pushed):
    recorder = Manager()
    exit_ = as_pushed(recorder)
    with ExitStack() as stack:
        assert stack.push(exit_) is exit_
        assert recorder.calls == []
    assert recorder.entered == 0


@pytest.mark.rule(2)
@FORMS
def test_an_exit_gets_type_error_and_traceback_or_none_three_times(as_pushed, error):
    recorder = Manager()
    stack = ExitStack()
    stack.push(as_pushed(recorder))
    assert outcome(stack, error) is error
    assert recorder.calls == [error]


@pytest.mark.rule(2)
@FORMS
@pytest.mark.parametrize("answer", [True, "text", False, None, 0], ids=repr)
def test_a_true_result_and_only_that_swallows_the_error(as_pushed, answer):
    error = Interrupt("i")
    stack = ExitStack()
    stack.push(as_pushed(Manager(answer)))
    assert outcome(stack, error) is (None if answer else error)


@pytest.mark.rule(2)
def test_exits_and_callbacks_run_in_one_order():
    log = []
    with ExitStack() as stack:
        stack.push(lambda *details: log.append("first"))
        stack.callback(log.append, "second")
        stack.push(lambda *details: log.append("third"))
    assert log == ["third", "second", "first"]


@pytest.mark.rule(2)
def test_exit_in_the_instance_does_not_make_a_manager():
    class Callable:
        def __call__(self, *details):
            log.append("called")

    log = []
    exit_ = Callable()
    exit_.__exit__ = lambda *details: log.append("looked up on the instance")
    with ExitStack() as stack:
        stack.push(exit_)
    assert log == ["called"]


@pytest.mark.rule(2)
def test_a_manager_that_can_be_called_is_a_manager():
    class Both(Manager):
        def __call__(self, *details):
            raise AssertionError("called")

    both = Both()
    with ExitStack() as stack:
        stack.push(both)
    assert both.calls == [None]


@pytest.mark.rule(2)
def test_exit_is_looked_up_when_it_is_pushed():
    class Mine(Manager):
        def __exit__(self, *details):
            log.append("as pushed")

    log = []
    with ExitStack() as stack:
        stack.push(Mine())
        Mine.__exit__ = lambda *details: log.append("as it is now")
    assert log == ["as pushed"]


# Rule 3: entering


@pytest.mark.rule(3)
def test_a_manager_is_entered_at_once_and_left_at_the_end():
    one, other = Manager("one"), Manager()
    with ExitStack() as stack:
        assert stack.enter_context(one) == "one"
        assert (one.entered, other.entered) == (1, 0)
        assert stack.enter_context(other) is None
        assert (one.entered, other.entered, one.calls, other.calls) == (1, 1, [], [])
    assert (one.entered, other.entered, one.calls, other.calls) == (1, 1, [None], [None])


@pytest.mark.rule(3)
def test_a_manager_that_was_entered_may_swallow():
    stack = ExitStack()
    stack.enter_context(Manager(answer=True))
    assert outcome(stack, ValueError("v")) is None


class Half:
    """Has, on its type, only what is given; on the instance, both."""

    def __new__(cls, **methods):
        self = super().__new__(type("Half", (cls,), methods))
        self.__enter__ = self.__exit__ = lambda *_: explode(AssertionError("on the instance"))
        return self


@pytest.mark.rule(3)
@pytest.mark.parametrize("methods", [(), ("__enter__",), ("__exit__",)], ids=" ".join)
def test_what_is_no_manager_is_a_type_error_and_nothing_of_it_runs(methods):
    log = []
    half = Half(**dict.fromkeys(methods, lambda *_: log.append("ran")))
    with ExitStack() as stack:
        stack.callback(log.append, "callback")
        with pytest.raises(TypeError):
            stack.enter_context(half)
        assert log == []
    assert log == ["callback"]


@pytest.mark.rule(3)
def test_exit_is_looked_up_before_enter_runs():
    class Changing(Manager):
        def __enter__(self):
            type(self).__exit__ = lambda *details: log.append("new")

        def __exit__(self, *details):
            log.append("old")

    log = []
    with ExitStack() as stack:
        stack.enter_context(Changing())
    assert log == ["old"]


@pytest.mark.rule(3)
@pytest.mark.parametrize("kind", [AttributeError, TypeError, Interrupt])
def test_an_error_of_enter_goes_on_as_it_is_to_those_that_were_entered(kind):
    class Failing(Manager):
        def __enter__(self):
            raise error

    error = kind("cannot be opened")
    first, second, failing = Manager(), Manager(), Failing()
    stack = ExitStack()
    with pytest.raises(kind) as caught, stack:  # noqa: PT012 - how far it gets is asked below
        stack.enter_context(first)
        stack.enter_context(second)
        stack.enter_context(failing)
    assert caught.value is error
    assert error.__context__ is None
    assert (first.calls, second.calls, failing.calls) == ([error], [error], [])


# Rule 4: from exit to exit


@pytest.mark.rule(4)
@pytest.mark.parametrize(
    ("block", "actions", "seen", "out"),
    [
        ("block", "pass swallow pass", "block block -", "-"),
        ("block", "pass raise pass", "block block exit", "exit"),
        ("block", "raise swallow pass", "block exit -", "-"),
        ("block", "swallow raise pass", "block - exit", "exit"),
        ("-", "pass raise pass", "- - exit", "exit"),
        ("-", "raise swallow pass", "- exit -", "-"),
        ("-", "swallow raise pass", "- - exit", "exit"),
    ],
    ids=[
        "swallowed",
        "replaced",
        "replaced and swallowed",
        "swallowed, then another raised",
        "raised after a block that ended well",
        "raised after a block that ended well, and swallowed",
        "nothing to swallow, then one raised",
    ],
)
def test_each_exit_gets_what_those_before_it_have_left(block, actions, seen, out):
    def act(action):
        def exit_(kind, error, tb):
            got.append(error)
            if action == "raise":
                raise errors["exit"]
            return action == "swallow"

        return exit_

    errors = {"block": Problem("block"), "exit": OSError("exit"), "-": None}
    got = []
    stack = ExitStack()
    for action in reversed(actions.split()):
        stack.push(act(action))
    assert outcome(stack, errors[block]) is errors[out]
    assert got == [errors[name] for name in seen.split()]


@pytest.mark.rule(4)
@pytest.mark.parametrize("kind", [ValueError, StopIteration, GeneratorExit, Interrupt])
def test_all_exits_run_whatever_is_raised(kind):
    log, failures = [], [kind(number) for number in range(3)]
    stack = ExitStack()
    for failure in failures:
        stack.callback(explode, failure)
        stack.callback(log.append, failure)
    assert outcome(stack, Interrupt("block")) is failures[0]
    assert log == failures[::-1]


@pytest.mark.rule(4)
def test_an_error_of_an_exit_that_equals_that_of_the_block_comes_out():
    failure = Equal("exit")
    stack = ExitStack()
    stack.callback(explode, failure)
    assert outcome(stack, Equal("block")) is failure


@pytest.mark.rule(4)
@pytest.mark.parametrize("exits", [0, 3])
def test_an_error_that_passes_keeps_traceback_context_and_cause(exits):
    def record(kind, error, tb):
        seen.append((functions_in(tb), contexts(error), error.__cause__))

    seen = []
    error, inner, cause = Problem("block"), Problem("inner"), Problem("cause")
    error.__context__, error.__cause__ = inner, cause
    stack = ExitStack()
    for _ in range(exits):
        stack.push(record)
    assert outcome(stack, error) is error
    record(Problem, error, error.__traceback__)
    assert seen == [(["outcome", "explode"], [error, inner], cause)] * (exits + 1)


@pytest.mark.rule(4)
def test_an_error_of_an_exit_shows_where_it_was_raised_and_nothing_of_the_exits_it_passes():
    def record(kind, error, tb):
        lengths.append(len(functions_in(tb)))

    lengths = []
    failure, error = OSError("exit"), Problem("block")
    stack = ExitStack()
    for _ in range(3):
        stack.push(record)
    stack.callback(explode, failure)
    assert outcome(stack, error) is failure
    assert functions_here(failure.__traceback__) == ["outcome", "explode"]
    assert functions_in(error.__traceback__) == ["outcome", "explode"]
    assert lengths == [lengths[0]] * 3


@pytest.mark.rule(4)
def test_exit_returns_a_true_value_only_if_the_error_it_was_given_is_swallowed():
    error = Problem("block")
    swallowing, passing, calm, healing = (ExitStack() for _ in range(4))
    for stack in (swallowing, calm, healing):
        stack.push(Recorder(answer=True).exit)
    healing.callback(explode, OSError("exit"))
    passing.push(Recorder().exit)
    assert swallowing.__exit__(Problem, error, None)
    assert not passing.__exit__(Problem, error, None)
    assert not calm.__exit__(None, None, None)
    assert not healing.__exit__(None, None, None)


# Rule 5: leaving early, moving, using again


@pytest.mark.rule(5)
def test_close_leaves_everything_at_once_and_only_once():
    recorder, failure = Recorder(), OSError("exit")
    with ExitStack() as stack:
        stack.push(recorder.exit)
        stack.callback(explode, failure)
        with pytest.raises(OSError, match="exit") as caught:
            stack.close()
        assert caught.value is failure
        assert recorder.calls == [failure]
    assert recorder.calls == [failure]


@pytest.mark.rule(5)
def test_close_knows_of_no_error_even_while_one_is_handled():
    recorder = Recorder()
    stack = ExitStack()
    stack.push(recorder.exit)
    try:
        explode(Problem("handled"))
    except Problem:
        stack.close()
    assert recorder.calls == [None]


@pytest.mark.rule(5)
def test_pop_all_moves_everything_and_runs_nothing(error):
    class Named(ExitStack):
        pass

    log, moved = [], []
    stack = Named()
    for number in (1, 2, 3):
        stack.callback(log.append, number)
    moved.append(stack.pop_all())
    assert outcome(stack, error) is error
    assert (log, moved[0] is stack, type(moved[0])) == ([], False, Named)
    moved[0].close()
    assert log == [3, 2, 1]


@pytest.mark.rule(5)
def test_after_pop_all_both_stacks_can_be_used_and_share_nothing():
    log = []
    stack = ExitStack()
    stack.callback(log.append, "before")
    other = stack.pop_all()
    stack.callback(log.append, "old stack")
    other.callback(log.append, "new stack")
    stack.close()
    assert log == ["old stack"]
    other.close()
    assert log == ["old stack", "new stack", "before"]


@pytest.mark.rule(5)
def test_a_stack_can_be_an_entry_of_another():
    log, error = [], Problem("block")
    outer, inner = ExitStack(), ExitStack()
    outer.callback(log.append, "outer")
    assert outer.enter_context(inner) is inner
    inner.push(Recorder(answer=True).exit)
    inner.callback(log.append, "inner")
    assert outcome(outer, error) is None
    assert log == ["inner", "outer"]


@pytest.mark.rule(5)
def test_what_an_exit_registers_runs_next(error):
    early, late, log = Recorder(), Recorder(), []
    stack = ExitStack()
    stack.push(early.exit)
    stack.callback(log.append, "early")

    @stack.callback
    def register():
        assert late.calls == [], "this has run before"
        stack.push(late.exit)
        stack.callback(log.append, "late")

    assert outcome(stack, error) is error
    assert (log, late.calls, early.calls) == (["late", "early"], [error], [error])


@pytest.mark.rule(5)
@pytest.mark.slow
def test_many_exits_need_no_recursion(error):
    log = []
    stack = ExitStack()
    for number in range(5000):
        stack.callback(log.append, number)
    assert outcome(stack, error) is error
    assert log == list(range(4999, -1, -1))


class Side:
    """Stacks of one type, ours or the original's, and a log of what happened to them."""

    def __init__(self, kind):
        self.stacks = [kind()]
        self.log = []

    def act(self, name, answer):
        self.log.append(name)
        if answer is Problem:
            raise Problem(name)
        return answer

    def exit(self, name, answer):
        return lambda kind, error, tb: self.act((name, kind, str(error)), answer)

    def step(self, name, operation, index, answer):
        stack = self.stacks[index % len(self.stacks)]
        if operation == "callback":
            stack.callback(self.act, name, answer)
        elif operation == "push":
            stack.push(self.exit(name, answer))
        elif operation == "enter":
            methods = {"__enter__": lambda _: name, "__exit__": lambda _, *details: exit_(*details)}
            exit_ = self.exit(name, answer)
            self.log.append(stack.enter_context(type("Manager", (), methods)()))
        elif operation == "pop_all":
            self.stacks.append(stack.pop_all())
        elif operation == "close":
            self.log.append(str(outcome(contextlib.closing(stack))))
        else:
            self.log.append(str(outcome(stack, Problem("block") if answer else None)))


@pytest.mark.rule(5)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["callback", "push", "enter", "pop_all", "close", "leave"]),
            st.integers(0, 3),
            st.sampled_from([None, True, Problem]),
        ),
        max_size=12,
    )
)
def test_the_same_steps_have_the_same_effect_as_with_the_original(steps):
    ours, theirs = Side(ExitStack), Side(contextlib.ExitStack)
    for number, step in enumerate(steps):
        ours.step(number, *step)
        theirs.step(number, *step)
        assert ours.log == theirs.log


# Rule 6: the contexts of errors


def fail_while_handling(inner, outer):
    try:
        raise inner
    except Problem:
        raise outer  # noqa: B904 - the context is what is asked for


def fail_without_context(error):
    try:
        raise error
    finally:
        error.__context__ = None


def fail_from(cause, error):
    raise error from cause


@pytest.fixture
def problems():
    return [Problem(f"problem {number}") for number in range(6)]


@pytest.mark.rule(6)
def test_each_error_has_the_one_before_it_as_context(problems):
    block, first, second, third, *_ = problems
    stack = ExitStack()
    stack.callback(explode, third)
    stack.callback(explode, second)
    stack.push(Recorder().exit)
    stack.callback(explode, first)
    assert outcome(stack, block) is third
    assert contexts(third) == [third, second, first, block]


@pytest.mark.rule(6)
def test_contexts_from_inside_the_exit_come_before_what_it_was_given(problems, error):
    first, inner, outer, *_ = problems
    stack = ExitStack()
    stack.callback(fail_while_handling, inner, outer)
    stack.callback(explode, first)
    assert outcome(stack, error) is outer
    if error is None:  # whether the errors of exits are chained then is left open
        assert contexts(outer)[:2] == [outer, inner]
    else:
        assert contexts(outer) == [outer, inner, first, error]


@pytest.mark.rule(6)
def test_managers_that_get_their_context_right_are_left_alone(problems):
    @contextlib.contextmanager
    def failing(error):
        try:
            yield
        finally:
            raise error

    block, *errors = problems
    stack = ExitStack()
    for error in reversed(errors):
        stack.enter_context(failing(error))
    assert outcome(stack, block) is errors[-1]
    assert contexts(errors[-1]) == [*errors[::-1], block]


@pytest.mark.rule(6)
def test_an_error_handled_round_the_with_stays_behind_that_of_the_block(problems):
    outside, block, first, last, *_ = problems
    stack = ExitStack()
    stack.callback(explode, last)
    stack.callback(explode, first)
    try:
        raise outside
    except Problem:
        assert outcome(stack, block) is last
    assert contexts(last) == [last, first, block, outside]


# Rule 7: contexts that must not come back, or change


@pytest.mark.rule(7)
def test_a_swallowed_error_is_not_among_the_contexts(problems):
    block, before, after, inner, last, *_ = problems
    block.__context__ = before
    stack = ExitStack()
    stack.callback(fail_while_handling, inner, last)
    stack.callback(explode, after)
    stack.push(Recorder(answer=True).exit)
    assert outcome(stack, block) is last
    assert contexts(last) == [last, inner, after]


@pytest.mark.rule(7)
def test_an_error_that_equals_the_swallowed_one_is_among_the_contexts():
    block, inner, last = Equal("block"), Equal("inner"), Problem("last")
    stack = ExitStack()
    stack.callback(fail_while_handling, inner, last)
    stack.push(Recorder(answer=True).exit)
    assert outcome(stack, block) is last
    assert last.__context__ is inner
    assert inner.__context__ is None


@pytest.mark.rule(7)
def test_an_error_swallowed_later_is_not_among_the_contexts_and_keeps_its_own(problems):
    block, swallowed, inner, last, *_ = problems
    stack = ExitStack()
    stack.callback(fail_while_handling, inner, last)
    stack.push(Recorder(answer=True).exit)
    stack.callback(explode, swallowed)
    assert outcome(stack, block) is last
    assert contexts(last) == [last, inner]
    assert contexts(swallowed) == [swallowed, block]


@pytest.mark.rule(7)
@pytest.mark.parametrize("passes", [0, 3])
def test_a_context_that_an_exit_has_removed_stays_removed(problems, error, passes):
    first, bare, *_ = problems
    stack = ExitStack()
    for _ in range(passes):
        stack.push(Recorder().exit)
    stack.callback(fail_without_context, bare)
    stack.callback(explode, first)
    assert outcome(stack, error) is bare
    assert contexts(bare) == [bare]


@pytest.mark.rule(7)
@pytest.mark.parametrize("cause", [None, Problem("cause")], ids=["none", "another"])
def test_raise_from_is_untouched_and_has_a_context_all_the_same(problems, cause):
    block, first, last, *_ = problems
    stack = ExitStack()
    stack.push(Recorder().exit)
    stack.callback(fail_from, cause, last)
    stack.callback(explode, first)
    assert outcome(stack, block) is last
    assert (last.__cause__, last.__suppress_context__) == (cause, True)
    assert contexts(last) == [last, first, block]
    assert (first.__cause__, first.__suppress_context__) == (None, False)


@pytest.mark.rule(7)
@pytest.mark.parametrize("swallowed", [False, True], ids=["pending", "swallowed"])
def test_raising_the_error_of_the_block_again_changes_no_context(problems, swallowed):
    block, inner, last, *_ = problems
    block.__context__ = inner
    stack = ExitStack()
    stack.callback(explode, last)
    stack.push(Recorder().exit)
    stack.callback(explode, block)
    stack.push(Recorder(answer=swallowed).exit)
    assert outcome(stack, block) is last
    assert contexts(last) == [last, block, inner]


class Actor:
    """A manager that does one of `ACTIONS` when it is left, and writes down what it saw."""

    def __init__(self, name, action, run):
        self.name = name
        self.action = action
        self.run = run

    def __enter__(self):
        self.run.log.append(f"{self.name} entered")

    def __exit__(self, kind, error, tb):
        self.run.log.append((self.name, kind, str(error)))
        assert tb is (None if error is None else error.__traceback__)
        return ACTIONS[self.action](error, self.run.block_error, Problem(self.name))


def again(error, block, own):
    if error is None or error is block:
        raise block


ACTIONS = {
    "pass": lambda error, block, own: None,
    "swallow": lambda error, block, own: True,
    "raise": lambda error, block, own: explode(own),
    "raise from None": lambda error, block, own: fail_from(None, own),
    "raise from what it was given": lambda error, block, own: fail_from(error or block, own),
    "raise with a context of its own": lambda error, block, own: fail_while_handling(
        Problem(f"inner {own}"), own
    ),
    "raise without a context": lambda error, block, own: fail_without_context(own),
    "raise the error of the block": again,
}


def nested(managers, block):
    """The oracle: each manager in a real `with` statement inside that of the one before."""
    if managers:
        with managers[0]:
            nested(managers[1:], block)
    else:
        block()


def on_a_stack(managers, block):
    with ExitStack() as stack:
        for manager in managers:
            stack.enter_context(manager)
        block()


class Run:
    """One `with` for `actions`; `how` enters the managers and runs the block, which fails."""

    def __init__(self, how, actions, around):
        self.log = []
        self.block_error = Problem("block")
        self.managers = [Actor(f"exit {n}", action, self) for n, action in enumerate(actions)]
        try:
            if around:
                explode(Problem("outside"))
            self.error = self.leave(how)
        except Problem:
            self.error = self.leave(how)

    def leave(self, how):
        try:
            how(self.managers, lambda: fail_while_handling(Problem("inner"), self.block_error))
        except Problem as error:
            return error
        return None

    def story(self):
        return self.log, told(self.error)


def told(error, path=()):
    """All that a report of `error` would show but its lines: contexts and causes to the end."""
    if error is None or error in path:
        return None if error is None else "ring"
    path = (*path, error)
    return (
        str(error),
        error.__suppress_context__,
        told(error.__cause__, path),
        told(error.__context__, path),
    )


@pytest.mark.rule(7)
@given(st.lists(st.sampled_from(list(ACTIONS)), max_size=8), st.booleans())
def test_all_contexts_and_causes_are_those_of_nested_with_statements(actions, around):
    # Once the error of the block was swallowed, what is handled outside is left open.
    around = around and "swallow" not in actions
    assert Run(on_a_stack, actions, around).story() == Run(nested, actions, around).story()
