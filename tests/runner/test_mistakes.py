import pytest

from kata_runner import worker
from kata_runner.mistakes import looks_like, signature, variant
from kata_runner.verdict import Failure, Outcome, Result, Test, Verdict
from tests.runner.project import FUNCTIONS, SOLVED, STUB, mistake


def recognise(kata, source):
    kata.stub.write_text(source)
    found = worker.run(worker.Job(kata, kata.root / "katas"))
    return looks_like(kata, found, worker.run)


@pytest.mark.parametrize("index", range(4))
def test_every_mistake_is_known_by_its_own_failures(kata, index):
    mistake = kata.notes.mistakes[index]
    assert recognise(kata, variant(kata, mistake)) == mistake


def test_a_mistake_that_slow_examples_show_is_known(kata):
    marker = "@pytest.mark.rule"
    kata.tests.write_text(kata.tests.read_text().replace(marker, f"@pytest.mark.slow\n{marker}"))
    mistake = kata.notes.mistakes[0]
    assert recognise(kata, variant(kata, mistake)) == mistake


def test_the_same_mistake_written_in_another_way_is_known(kata):
    source = SOLVED.replace(
        "return max(low, min(value, high))", "return value if value < high else high"
    )
    assert recognise(kata, source).name == "the lower bound is forgotten"


def half_done(code):
    """A solution in which wrong bounds are not looked at yet."""
    return SOLVED.replace(
        'raise ValueError("bounds in the wrong order")', "raise NotImplementedError"
    ).replace("max(low, min(value, high))", code)


def test_a_mistake_in_two_rules_is_known_though_one_is_not_begun(kata):
    code = "max(low, min(value, high)) if value >= low else low - 7"
    old = 'raise ValueError("bounds in the wrong order")\n    return max(low, min(value, high))'
    new = f'raise TypeError("?")\n    return {code}'
    table = mistake("two rules at once", old, new, "below", "order")
    kata.notes_file.write_text(kata.notes_file.read_text() + table)
    fresh = type(kata)(kata.root, kata.topic, kata.name)
    assert recognise(fresh, half_done(code)).name == "two rules at once"


def test_rules_that_are_not_begun_do_not_hide_a_mistake(kata):
    found = recognise(kata, half_done("min(value, high)"))
    assert found.name == "the lower bound is forgotten"


@pytest.mark.parametrize(
    "code",
    ["max(low, min(value, high)) + 1", "max(low - 2, min(value, high))", "min(value, high) * 2"],
)
def test_other_failures_are_not_called_a_known_mistake(kata, code):
    assert recognise(kata, SOLVED.replace("max(low, min(value, high))", code)) is None


def test_the_same_tests_failing_with_other_values_are_not_the_mistake(kata):
    # `one too low` fails this one test, too, but with another number.
    assert (
        recognise(kata, SOLVED.replace("max(low,", "max(low - 5 if value < low else low,")) is None
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<object object at 0x7f177afd7e20>", "<object object at 0x7fab99423e20>"),
        ("[(<function t...47920>, None)]", "[(<function t...cf920>, None)]"),
        ("/tmp/kata-078_7nb1/tree", "/tmp/kata-w8si52rd/tree"),
    ],
    ids=["address", "a part of it", "folder"],
)
def test_what_varies_from_run_to_run_makes_no_difference(one, other):
    def found(text):
        failure = Failure(f"assert {text} == 1")
        return Verdict("demo/clamp", (Result(Test("test_it", 1, False), Outcome.FAILED, failure),))

    assert signature(found(one), ()) == signature(found(other), ()) != signature(found("2"), ())


STRAY = "test_of_something_else"
WARNING = "pytest.PytestUnraisableExceptionWarning: Exception ignored in: <coroutine object use>"


def failing(messages):
    """A verdict in which some parameter sets of one test, or another one, fail so."""

    def test(name):
        return Test(name if name == STRAY else f"{FUNCTIONS['equal']}[{name}]", 1, False)

    return Verdict(
        "demo/clamp",
        tuple(Result(test(name), Outcome.FAILED, Failure(text)) for name, text in messages.items()),
    )


@pytest.mark.parametrize(
    ("found", "runs", "is_known"),
    [
        ({"a": "x"}, [{"a": "x"}], True),
        ({"a": "x"}, [{"a": "y"}, {"a": "y"}], False),
        ({"a": "x", "b": "1"}, [{"a": "x", "b": "2"}, {"a": "x", "b": "3"}], True),
        ({"a": "1"}, [{"a": "2"}, {"a": "3"}], True),
        ({"a": "y", "b": "1"}, [{"a": "x", "b": "2"}, {"a": "x", "b": "3"}], False),
        ({"a": "x"}, [{"a": "x", "b": "2"}, {"a": "x"}], True),
        ({"a": "x", "b": "1"}, [{"a": "x"}, {"a": "x", "b": "2"}], True),
        ({"a": "x", "c": "1"}, [{"a": "x"}, {"a": "x", "b": "2"}], False),
        ({"a": "1"}, [{"b": "1"}, {"c": "1"}], False),
        ({"a": "1", STRAY: WARNING}, [{"a": "1"}], True),
        ({"a": "1"}, [{"a": "1", STRAY: WARNING}], True),
        ({"a": "1", STRAY: "2"}, [], False),
    ],
)
def test_what_differs_from_run_to_run_of_a_mistake_is_not_compared(kata, found, runs, is_known):
    runs = iter(runs)
    named = looks_like(kata, failing(found), lambda _: failing(next(runs)))
    assert (named is not None) is is_known
    assert list(runs) == []  # no more runs than needed, and no fewer


def test_an_address_in_a_message_makes_no_difference(kata):
    new = "(object(), value)"
    returned = f"return {new} if value < low else max(low,"
    table = mistake("an object comes back", "return max(low,", returned, "below")
    kata.notes_file.write_text(kata.notes_file.read_text() + table)
    fresh = type(kata)(kata.root, kata.topic, kata.name)
    found = recognise(fresh, SOLVED.replace("return max(low,", returned))
    assert found.name == "an object comes back"


def test_a_stub_a_done_kata_and_a_crash_are_no_mistake(kata):
    assert recognise(kata, STUB) is None
    assert recognise(kata, SOLVED) is None
    assert recognise(kata, "import os; os._exit(0)\n") is None


def test_two_mistakes_that_fail_alike_are_not_named(kata):
    found = 'name = "one too low"'
    text = kata.notes_file.read_text()
    begin = text.rindex("[[mistakes]]", 0, text.index(found))
    end = text.index("[[mistakes]]", text.index(found))
    twin = text[begin:end].replace("one too low", "its twin").replace("low - 1", "-1 + low")
    kata.notes_file.write_text(text[:end] + twin + text[end:])
    fresh = type(kata)(kata.root, kata.topic, kata.name)
    assert recognise(fresh, SOLVED.replace("max(low,", "max(low - 1,")) is None


def test_nothing_is_run_unless_the_named_tests_fail(kata):
    kata.stub.write_text(SOLVED.replace("max(low, min(value, high))", "None"))
    found = worker.run(worker.Job(kata, kata.root / "katas"))
    assert any(result.outcome is Outcome.FAILED for result in found.results)
    assert looks_like(kata, found, lambda _: pytest.fail("ran")) is None


def test_the_explanation_is_shown_and_a_cure_is_not(kata, monkeypatch):
    from click.testing import CliRunner

    from kata_runner.cli import main

    monkeypatch.chdir(kata.root)
    kata.stub.write_text(SOLVED.replace("max(low,", "max(low - 1,"))
    output = CliRunner().invoke(main, ["run", "clamp"]).output
    assert "This looks like: one too low" in output
    assert "A slip." in output
