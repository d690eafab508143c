import contextlib
import inspect
import io
import itertools
import math
import sys
import weakref

import more_itertools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from katas.generators.log_pipeline import (
    Record,
    aggregate,
    close,
    consumer,
    follow,
    parse,
    select,
    window,
)


class Log:
    """A file that grows by one of `parts` at each `wait`; `last_words` come with the last one."""

    def __init__(self, *parts, last_words=""):
        self.unread, *self.parts = parts
        self.last_words = last_words
        self.waits = self.closed = 0
        self.gone = False

    def readline(self):
        if self.closed:
            pytest.fail("read after it was closed")
        line, newline, self.unread = self.unread.partition("\n")
        return line + newline

    def wait(self):
        if self.unread:
            pytest.fail(f"waited with {self.unread!r} still to be read")
        if self.gone:
            pytest.fail("waited again for a writer that is gone")
        self.waits += 1
        self.gone = not self.parts
        self.unread = self.last_words if self.gone else self.parts.pop(0)
        return not self.gone

    def close(self):
        self.closed += 1


class Input:
    """Hands out `items`, raises those that are errors; counts what is pulled and each `close`.

    It fails the test when it is asked for more than `limit`.
    """

    def __init__(self, items, limit=math.inf, on_close=None):
        self.items = iter(items)
        self.limit = limit
        self.on_close = on_close
        self.pulled = self.closed = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.pulled == self.limit:
            pytest.fail(f"pulled more than {self.limit} items")
        item = next(self.items)
        self.pulled += 1
        if isinstance(item, BaseException):
            raise item
        return item

    def close(self):
        self.closed += 1
        if self.on_close:
            raise self.on_close


class Interrupt(BaseException):
    """As `KeyboardInterrupt` and `SystemExit`: not an `Exception`."""


def raiser(error):
    """A function that raises `error`, whatever it is given."""

    def fail(*args):
        raise error

    return fail


def unexpected(*args):
    pytest.fail(f"called with {args}")


def records(*values):
    """Records of these values, from line 1 on; an exception stands for a line that failed."""
    return [
        Record(number, f"line {number}\n", error=value)
        if isinstance(value, Exception)
        else Record(number, f"line {number}\n", value)
        for number, value in enumerate(values, 1)
    ]


def endless():
    return (Record(number, f"line {number}\n", number) for number in itertools.count(1))


def values(stage):
    return [record.value for record in stage]


def primed(generator):
    next(generator)
    return generator


def running_total(log=None, weigh=int, failures=()):
    """A primed generator that adds up what it is sent, and says in `log` that it was closed."""

    def total():
        amount = 0
        try:
            while True:
                amount += weigh((yield amount))
        except GeneratorExit:
            return f"{amount} in all"
        finally:
            if log is not None:
                log.append("running closed")
            for failure in failures:
                raise failure

    return primed(total())


def ends_when_sent(failure=None):
    yield
    if failure:
        raise failure


def pipeline(log, running, size=1, predicate=lambda value: True):
    """All stages from `follow` to `aggregate`, so that whoever holds them refers to each."""
    lines = follow(log, log.wait)
    parsed = parse(lines, int)
    selected = select(parsed, predicate)
    windows = window(selected, size)
    return lines, parsed, selected, windows, aggregate(windows, running)


def run(stage):
    """What `stage` yields, as a list, and what it returns."""

    def delegate():
        results.append((yield from stage))

    results = []
    return list(delegate()), *results


def outcome(call, *args):
    """What `call` raises, or None."""
    try:
        call(*args)
    except NotImplementedError:
        raise
    except BaseException as error:
        return error
    return None


# Rule 1: follow


@pytest.mark.rule(1)
@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        ([""], []),
        (["one\ntwo\n"], ["one\n", "two\n"]),
        ([" one \n\n \n\ttwo\n"], [" one \n", "\n", " \n", "\ttwo\n"]),
        (["one\n", "two\nthree\n"], ["one\n", "two\n", "three\n"]),
        (["", "", "one\n", "", "", "two\n", ""], ["one\n", "two\n"]),
    ],
    ids=["nothing", "two lines", "blanks", "written in between", "long waits"],
)
def test_lines_come_out_in_order_each_with_its_newline(parts, lines):
    log = Log(*parts)
    assert list(follow(log, log.wait)) == lines


@pytest.mark.rule(1)
@pytest.mark.parametrize(
    "parts", [["one\ntw", "o\n"], ["o", "n", "e", "\n", "two", "", "\n"], ["one", "\ntwo\n"]]
)
def test_half_a_line_waits_for_its_other_half(parts):
    log = Log(*parts)
    assert list(follow(log, log.wait)) == ["one\n", "two\n"]


@pytest.mark.rule(1)
def test_a_line_may_be_read_in_pieces():
    log = Log("")
    log.readline = iter(["o", "n", "e\n", "two\n", "", ""]).__next__
    assert list(follow(log, log.wait)) == ["one\n", "two\n"]


@pytest.mark.rule(1)
@pytest.mark.parametrize("parts", [["one\ntwo"], ["one\nt", "wo"], ["", "one\n", "two", ""]])
def test_at_the_end_a_line_without_newline_is_handed_out(parts):
    log = Log(*parts)
    assert list(follow(log, log.wait)) == ["one\n", "two"]


@pytest.mark.rule(1)
@pytest.mark.parametrize(
    ("parts", "last_words"),
    [(["one\n"], "two\nthree"), (["one\ntw"], "o\nthree"), (["", "one\ntwo"], "\nthree")],
)
def test_what_is_written_during_the_last_wait_is_not_lost(parts, last_words):
    log = Log(*parts, last_words=last_words)
    assert list(follow(log, log.wait)) == ["one\n", "two\n", "three"]


@pytest.mark.rule(1)
def test_it_waits_only_when_it_is_asked_for_a_line_that_is_not_there():
    log = Log("one\ntwo\n", "three\n")
    lines = follow(log, log.wait)
    assert (next(lines), next(lines), log.waits) == ("one\n", "two\n", 0)
    assert (next(lines), log.waits) == ("three\n", 1)
    assert (list(lines), log.waits) == ([], 2)


@pytest.mark.rule(1)
def test_the_answer_of_wait_counts_by_its_truth():
    answers = iter([1, "yes", [0], None])
    lines = iter(["", "", "one\n", "", "", ""])
    log = Log("")
    log.readline = lambda: next(lines)
    assert list(follow(log, lambda: next(answers))) == ["one\n"]
    assert list(answers) == []


@pytest.mark.rule(1)
def test_only_a_newline_ends_a_line():
    text = "a\rb\x0bc\x0cd\x1ce\x85f\u2028g\n"
    log = Log(text * 2)
    assert list(follow(log, log.wait)) == [text, text]


@pytest.mark.rule(1)
def test_a_real_file_is_followed_from_where_it_stands(tmp_path):
    path = tmp_path / "log"
    path.write_text("old\nfirst\nhal")
    rest = ["f\n", "", "last"]

    def wait():
        with path.open("a") as writer:
            writer.write(rest.pop(0))
        return bool(rest)

    with path.open() as log:
        log.readline()
        assert list(follow(log, wait)) == ["first\n", "half\n", "last"]


@pytest.mark.rule(1)
@given(st.lists(st.text("ab\n\r", max_size=6), min_size=1), st.text("ab\n", max_size=4))
def test_however_it_is_written_the_lines_are_those_of_the_finished_file(parts, last_words):
    log = Log(*parts, last_words=last_words)
    finished = io.StringIO("".join(parts) + last_words)
    assert list(follow(log, log.wait)) == list(finished)


# Rule 2: parse


@pytest.mark.rule(2)
def test_each_line_becomes_a_record_with_its_number_and_value():
    lines = ["10\n", "20\n", "30"]
    assert list(parse(lines, int)) == [
        Record(1, "10\n", 10),
        Record(2, "20\n", 20),
        Record(3, "30", 30),
    ]


@pytest.mark.rule(2)
def test_the_parser_gets_each_line_once_as_it_came():
    seen = []
    list(parse([" a \n", "", "b"], seen.append))
    assert seen == [" a \n", "", "b"]


@pytest.mark.rule(2)
@pytest.mark.parametrize("value", [None, 0, "", [], ValueError("a value")], ids=repr)
def test_whatever_the_parser_returns_is_a_value(value):
    (record,) = parse(["line"], lambda line: value)
    assert record.value is value
    assert record.error is None


@pytest.mark.rule(2)
@pytest.mark.parametrize("error", [ValueError("v"), KeyError(), StopIteration(7)], ids=repr)
def test_an_error_of_the_parser_travels_with_its_line(error):
    def parser(line):
        if line == "bad":
            raise error
        return line.upper()

    results = list(parse(["a", "bad", "b", "bad", "c"], parser))
    assert results == [
        Record(1, "a", "A"),
        Record(2, "bad", None, error),
        Record(3, "b", "B"),
        Record(4, "bad", None, error),
        Record(5, "c", "C"),
    ]
    assert results[1].error is error


@pytest.mark.rule(2)
def test_an_interrupt_in_the_parser_comes_out():
    interrupt = Interrupt()
    assert outcome(list, parse(["a"], raiser(interrupt))) is interrupt


# Rule 3: select


@pytest.mark.rule(3)
def test_records_come_out_whose_value_the_predicate_accepts():
    given_ = records(1, 2, 3, 4, 4)
    assert list(select(given_, lambda value: value > 2)) == given_[2:]


@pytest.mark.rule(3)
@pytest.mark.parametrize("answer", [True, 1, "match", False, 0, None, ""], ids=repr)
def test_the_answer_of_the_predicate_counts_by_its_truth(answer):
    assert len(list(select(records("a"), lambda value: answer))) == bool(answer)


@pytest.mark.rule(3)
def test_the_predicate_gets_each_value_once():
    seen = []
    list(select(records("a", None, 0), seen.append))
    assert seen == ["a", None, 0]


@pytest.mark.rule(3)
def test_select_hands_on_records_with_an_error_in_their_place():
    given_ = records(1, ValueError("one"), 2, KeyError("two"), OSError("three"))
    assert list(select(given_, lambda value: value == 2)) == given_[1:]


@pytest.mark.rule(3)
def test_an_error_of_the_predicate_travels_with_the_record():
    def predicate(value):
        if value == 2:
            raise error
        return value != 3

    error = LookupError("two")
    first, second, _, fourth = given_ = records(1, 2, 3, 4)
    failed = Record(second.number, second.line, None, error)
    assert list(select(given_, predicate)) == [first, failed, fourth]
    assert given_ == records(1, 2, 3, 4)


@pytest.mark.rule(3)
def test_an_interrupt_in_the_predicate_comes_out():
    interrupt = Interrupt()
    assert outcome(list, select(records(1), raiser(interrupt))) is interrupt


# Rule 4: window


@pytest.mark.rule(4)
def test_each_window_holds_the_last_values_and_has_the_line_of_the_newest():
    assert list(window(records("a", "b", "c", "d", "e"), 3)) == [
        Record(3, "line 3\n", ("a", "b", "c")),
        Record(4, "line 4\n", ("b", "c", "d")),
        Record(5, "line 5\n", ("c", "d", "e")),
    ]


@pytest.mark.rule(4)
@pytest.mark.parametrize(
    ("size", "windows"),
    [(1, [(1,), (None,), (0,)]), (2, [(1, None), (None, 0)]), (3, [(1, None, 0)]), (4, [])],
)
def test_windows_of_any_size_hold_any_values(size, windows):
    assert values(window(records(1, None, 0), size)) == windows


@pytest.mark.rule(4)
def test_window_hands_on_records_with_an_error_in_their_place_and_does_not_count_them():
    failed = ValueError("v")
    given_ = records(failed, 1, failed, 2, 3, failed)
    first, _, third, _, _, last = given_
    assert list(window(given_, 2)) == [
        first,
        third,
        Record(4, "line 4\n", (1, 2)),
        Record(5, "line 5\n", (2, 3)),
        last,
    ]


@pytest.mark.rule(4)
@pytest.mark.parametrize("size", [0, -1])
def test_a_size_below_one_is_refused_at_the_call(size):
    with pytest.raises(ValueError):
        window(Input(records(1), limit=0), size)


@pytest.mark.rule(4)
@given(st.lists(st.integers()), st.integers(1, 6))
def test_windows_are_those_of_more_itertools(items, size):
    windows = values(window(records(*items), size))
    assert windows == list(more_itertools.sliding_window(items, size))


# Rule 5: generators that are driven by hand


@pytest.mark.rule(5)
def test_a_consumer_takes_a_send_at_once_and_answers():
    @consumer
    def longest():
        best = ""
        while True:
            best = max(best, (yield best), key=len)

    words = longest()
    assert [words.send(word) for word in ("a", "abc", "ab")] == ["a", "abc", "abc"]
    assert inspect.isgenerator(words)


@pytest.mark.rule(5)
def test_a_consumer_has_run_up_to_its_first_yield_and_no_farther():
    @consumer
    def greedy():
        log.append("started")
        log.append((yield))
        yield

    log = []
    generator = greedy()
    assert log == ["started"]
    generator.send("sent")
    assert log == ["started", "sent"]


@pytest.mark.rule(5)
def test_each_call_of_a_consumer_makes_a_generator_with_its_own_arguments():
    @consumer
    def scaled(by, *, plus=0):
        number = yield
        while True:
            number = yield number * by + plus

    double, triple = scaled(2), scaled(3, plus=1)
    assert [double.send(5), triple.send(5), double.send(1)] == [10, 16, 2]


@pytest.mark.rule(5)
def test_a_consumer_looks_like_its_function():
    def collect(into):
        """Collect what is sent."""
        yield

    wrapped = consumer(collect)
    assert (wrapped.__name__, wrapped.__doc__) == ("collect", "Collect what is sent.")
    assert inspect.signature(wrapped) == inspect.signature(collect)


def returns_a_result():
    try:
        yield
    except GeneratorExit:
        return "result"


def delegates():
    return ((yield from returns_a_result()), "outer")


def delegates_and_returns_a_result():
    try:
        yield from returns_a_result()
    except GeneratorExit:
        return "outer"


def lets_it_out():
    yield
    return "never"


def raises_it_anew():
    try:
        yield
    finally:
        raise GeneratorExit("another")


def returns_a_false_result():
    try:
        yield
    except GeneratorExit:
        return 0


CLOSED = {
    returns_a_result: "result",
    returns_a_false_result: 0,
    delegates: None,
    delegates_and_returns_a_result: "outer",
    lets_it_out: None,
    raises_it_anew: None,
}


@pytest.mark.rule(5)
@pytest.mark.parametrize("function", CLOSED, ids=lambda function: function.__name__)
def test_close_returns_what_the_generator_returns_then(function):
    generator = primed(function())
    assert close(generator) == CLOSED[function]
    assert inspect.getgeneratorstate(generator) == inspect.GEN_CLOSED
    if sys.version_info >= (3, 13):
        assert primed(function()).close() == CLOSED[function]


@pytest.mark.rule(5)
def test_closing_again_returns_none():
    generator = primed(returns_a_result())
    assert [close(generator), close(generator)] == ["result", None]


@pytest.mark.rule(5)
def test_a_generator_that_has_ended_or_not_started_is_closed_with_nothing_run():
    def one():
        log.append("started")
        try:
            yield
        finally:
            log.append("ended")

    log = []
    new = one()
    assert close(new) is None
    assert list(new) == log == []
    ended = one()
    list(ended)
    assert close(ended) is None
    assert log == ["started", "ended"]


@pytest.mark.rule(5)
def test_another_error_at_closing_comes_out():
    def fails():
        try:
            yield
        finally:
            raise error

    error = OSError("disk full")
    assert close(fails()) is None
    assert outcome(close, primed(fails())) is error


@pytest.mark.rule(5)
def test_a_generator_that_yields_when_it_is_closed_is_a_runtime_error():
    def stubborn():
        with contextlib.suppress(GeneratorExit):
            yield
        yield "not yet"

    assert close(stubborn()) is None
    generator = primed(stubborn())
    assert type(outcome(close, generator)) is RuntimeError
    assert list(generator) == []


# Rule 6: aggregate


@pytest.mark.rule(6)
def test_each_record_comes_out_with_the_answer_as_its_value():
    given_ = records(1, 2, 3)
    assert list(aggregate(given_, running_total())) == records(1, 3, 6)
    assert given_ == records(1, 2, 3)


@pytest.mark.rule(6)
@pytest.mark.parametrize(
    ("items", "result"), [([], "0 in all"), ([5], "5 in all"), ([1, 2, 3], "6 in all")]
)
def test_at_the_end_it_returns_what_the_running_generator_returns(items, result):
    assert run(aggregate(records(*items), running_total()))[1] == result


@pytest.mark.rule(6)
def test_a_running_generator_without_a_result_gives_none():
    def heard():
        with contextlib.closing(Input([])) as something:
            opened.append(something)
            while True:
                yield

    opened = []
    assert run(aggregate(records(1), primed(heard()))) == (records(None), None)
    assert opened[0].closed == 1


@pytest.mark.rule(6)
def test_aggregate_hands_on_records_with_an_error_in_their_place():
    failed = ValueError("v")
    given_ = records(failed, 1, failed, 2)
    assert list(aggregate(given_, running_total())) == records(failed, 1, failed, 3)


@pytest.mark.rule(6)
def test_when_the_running_generator_returns_the_stage_ends_with_the_same_result():
    def first(count):
        taken = []
        while len(taken) < count:
            taken.append((yield len(taken)))
        return taken

    source = Input(endless(), limit=3)
    assert run(aggregate(source, primed(first(3)))) == (records(1, 2), [1, 2, 3])


@pytest.mark.rule(6)
def test_an_error_of_the_running_generator_comes_out_with_the_line_in_a_note():
    def inverse():
        number = yield
        while True:
            number = yield 1 / number

    given_ = [Record(17, "GET /a\n", 2), Record(23, "GET /b\n", 0)]
    stage = aggregate(given_, primed(inverse()))
    assert next(stage) == Record(17, "GET /a\n", 0.5)
    error = outcome(next, stage)
    assert type(error) is ZeroDivisionError
    assert any("23" in note and "GET /b" in note for note in error.__notes__)


@pytest.mark.rule(6)
def test_an_interrupt_in_the_running_generator_comes_out_as_it_is():
    interrupt = Interrupt()
    assert outcome(list, aggregate(records(1), primed(ends_when_sent(interrupt)))) is interrupt
    assert not hasattr(interrupt, "__notes__")


def eagerly(text, size):
    """The whole pipeline with lists: every stage has all of its input before it begins."""
    parsed = []
    for number, line in enumerate(io.StringIO(text), 1):
        try:
            parsed.append((number, line, int(line), 100 // int(line) > 0))
        except (ValueError, ZeroDivisionError) as error:
            parsed.append((number, line, error, True))
    selected = [(number, line, value) for number, line, value, wanted in parsed if wanted]
    good = [value for _, _, value in selected if not isinstance(value, Exception)]
    sums = [sum(numbers) for numbers in more_itertools.sliding_window(good, size)]
    totals = iter([None] * (size - 1) + list(itertools.accumulate(sums)))
    out = [
        (number, line, None, type(value))
        if isinstance(value, Exception)
        else (number, line, next(totals), type(None))
        for number, line, value in selected
    ]
    gone = (None, type(None))
    return [each for each in out if each[2:] != gone], f"{sum(sums)} in all"


LINES = st.sampled_from(["1\n", "0\n", "-3\n", "40\n", "200\n", "\n", "x\n"])


@pytest.mark.rule(6)
@given(st.lists(LINES).map("".join), st.integers(0, 20), st.integers(1, 4))
def test_a_pipeline_does_what_an_eager_one_would(text, cut, size):
    log = Log(text[:cut], text[cut:])
    running = running_total(weigh=sum)
    stages = pipeline(log, running, size, predicate=lambda value: 100 // value > 0)
    out, result = run(stages[-1])
    out = [(each.number, each.line, each.value, type(each.error)) for each in out]
    assert (out, result) == eagerly(text, size)


# Rule 7: lazy, in bounded memory

STAGES = {
    "parse": lambda source: parse(source, lambda record: record.value),
    "select": lambda source: select(source, lambda value: True),
    "window": lambda source: window(source, 1),
    "aggregate": lambda source: aggregate(source, running_total()),
}
each_stage = pytest.mark.parametrize("make", STAGES.values(), ids=STAGES)


@pytest.mark.rule(7)
def test_making_a_pipeline_reads_nothing():
    log = Log("")
    log.readline = log.wait = unexpected
    *_, last = pipeline(log, running_total())
    assert iter(last) is last


@pytest.mark.rule(7)
def test_follow_reads_no_line_before_it_is_asked_for():
    log = Log("one\ntwo\nthree\n")
    lines = follow(log, log.wait)
    assert (next(lines), log.unread) == ("one\n", "two\nthree\n")
    assert (next(lines), log.unread) == ("two\n", "three\n")


@pytest.mark.rule(7)
@each_stage
def test_each_item_costs_one_of_the_input(make):
    source = Input(endless(), limit=3)
    with contextlib.closing(make(source)) as stage:
        for expected in (1, 2, 3):
            next(stage)
            assert source.pulled == expected


@pytest.mark.rule(7)
def test_select_pulls_up_to_the_next_that_is_accepted():
    source = Input(endless(), limit=8)
    stage = select(source, lambda value: value % 4 == 0)
    assert (next(stage).value, source.pulled) == (4, 4)
    assert (next(stage).value, source.pulled) == (8, 8)


@pytest.mark.rule(7)
def test_a_window_pulls_until_it_is_full_and_then_one_by_one():
    source = Input(endless(), limit=5)
    stage = window(source, 3)
    assert (next(stage).value, source.pulled) == ((1, 2, 3), 3)
    assert (next(stage).value, source.pulled) == ((2, 3, 4), 4)
    assert (next(stage).value, source.pulled) == ((3, 4, 5), 5)


@pytest.mark.rule(7)
def test_only_a_window_and_a_few_records_are_alive_at_a_time():
    class Value:
        def __init__(self, line):
            alive.add(self)
            peak.append(len(alive))

    def last():
        latest = yield
        while True:
            latest = yield latest

    alive, peak = weakref.WeakSet(), []
    stage = select(parse(map(str, range(300)), Value), lambda value: True)
    for record in aggregate(window(stage, 10), primed(last())):
        assert len(record.value) == 10
    assert len(peak) == 300
    assert max(peak) < 20


@pytest.mark.rule(7)
@each_stage
def test_no_stage_keeps_what_it_has_handed_out(make):
    def source():
        for number in range(100):
            record = Record(number, "line", number)
            alive.add(record)
            peak.append(len(alive))
            yield record

    alive, peak = weakref.WeakSet(), []
    assert sum(1 for _ in make(source())) == 100
    assert max(peak) < 8


# Rule 8: the end

FAILURES = [OSError("unreadable"), Interrupt("from the keyboard")]
each_failure = pytest.mark.parametrize("failure", FAILURES, ids=["error", "interrupt"])


@pytest.mark.rule(8)
@each_stage
@pytest.mark.parametrize("taken", [0, 1, 2])
def test_close_closes_the_input_once_and_ends_the_stage(make, taken):
    source = Input(endless(), limit=taken)
    stage = make(source)
    for _ in range(taken):
        next(stage)
    assert source.closed == 0
    stage.close()
    assert source.closed == 1
    stage.close()
    assert list(stage) == []
    assert source.closed == 1


@pytest.mark.rule(8)
@each_stage
def test_at_the_end_the_input_is_closed_once(make):
    source = Input(records(1, 2))
    stage = make(source)
    assert len(list(stage)) == 2
    stage.close()
    assert source.closed == 1


@pytest.mark.rule(8)
@each_stage
@each_failure
def test_an_error_of_the_input_comes_out_and_the_input_is_closed(make, failure):
    source = Input([*records(1), failure])
    stage = make(source)
    next(stage)
    assert outcome(next, stage) is failure
    assert source.closed == 1
    assert list(stage) == []


@pytest.mark.rule(8)
@pytest.mark.parametrize(
    "failure", [None, *FAILURES], ids=["by returning", "by an error", "by an interrupt"]
)
def test_when_the_running_generator_ends_the_input_is_closed(failure):
    source = Input(records(1, 2))
    assert outcome(list, aggregate(source, primed(ends_when_sent(failure)))) is failure
    assert (source.closed, source.pulled) == (1, 1)


@pytest.mark.rule(8)
@each_stage
def test_a_list_need_not_be_closed(make):
    stage = make(records(1, 2))
    next(stage)
    stage.close()
    assert list(stage) == []


@pytest.mark.rule(8)
@pytest.mark.parametrize("taken", [0, 1])
def test_close_closes_the_file(taken):
    log = Log("one\ntwo\n")
    lines = follow(log, log.wait)
    for _ in range(taken):
        next(lines)
    assert log.closed == 0
    lines.close()
    lines.close()
    assert (log.closed, list(lines)) == (1, [])


@pytest.mark.rule(8)
@each_failure
@pytest.mark.parametrize("where", ["readline", "wait"])
def test_an_error_of_the_file_or_of_wait_comes_out_of_the_pipeline_and_closes_the_file(
    where, failure
):
    log, ended = Log("1\n"), []
    setattr(log, "readline" if where == "readline" else "wait", raiser(failure))
    stages = pipeline(log, running_total(ended, sum))
    assert outcome(list, stages[-1]) is failure
    assert (log.closed, ended) == (1, ["running closed"])


@pytest.mark.rule(8)
@pytest.mark.parametrize("taken", [0, 1, 2])
def test_closing_the_last_stage_closes_every_other_and_the_file_once(taken):
    log, ended = Log("1\n2\n3\n"), []
    stages = pipeline(log, running_total(ended, sum))
    for _ in range(taken):
        next(stages[-1])
    stages[-1].close()
    assert (log.closed, ended) == (1, ["running closed"])
    assert [list(stage) for stage in stages] == [[]] * len(stages)


@pytest.mark.rule(8)
def test_a_pipeline_that_has_come_to_its_end_has_closed_the_file_once():
    log, ended = Log("1\n2\n", "3\n"), []
    stages = pipeline(log, running_total(ended, sum))
    assert values(stages[-1]) == [1, 3, 6]
    stages[-1].close()
    assert (log.closed, ended) == (1, ["running closed"])


@pytest.mark.rule(8)
@pytest.mark.parametrize(("taken", "result"), [(0, "0 in all"), (2, "3 in all")])
def test_close_of_aggregate_returns_what_the_running_generator_returns(taken, result):
    stage = aggregate(Input(endless()), running_total())
    for _ in range(taken):
        next(stage)
    assert close(stage) == result


@pytest.mark.rule(8)
@each_stage
def test_an_error_at_closing_the_input_comes_out(make):
    error = OSError("cannot be closed")
    source = Input(records(1, 2), on_close=error)
    stage = make(source)
    next(stage)
    assert outcome(stage.close) is error
    assert (source.closed, list(stage)) == (1, [])


@pytest.mark.rule(8)
def test_if_the_file_fails_at_closing_all_stages_are_closed_all_the_same():
    log, ended = Log("1\n2\n"), []
    error = OSError("cannot be closed")
    log.close = raiser(error)
    stages = pipeline(log, running_total(ended, sum))
    next(stages[-1])
    assert outcome(stages[-1].close) is error
    assert ended == ["running closed"]
    assert [list(stage) for stage in stages] == [[]] * len(stages)


@pytest.mark.rule(8)
def test_if_the_running_generator_fails_at_closing_the_input_is_closed_all_the_same():
    error, failures = OSError("cannot write the totals"), []
    source = Input(records(1, 2))
    stage = aggregate(source, running_total(failures=failures))
    next(stage)
    failures.append(error)
    assert outcome(stage.close) is error
    assert source.closed == 1
