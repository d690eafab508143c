import pytest

from kata_runner.check import CHECKS, Cache, check_kata, check_katas, check_tree
from kata_runner.curriculum import Curriculum, Kata
from tests.runner.project import edit


def problems(kata, *names):
    """What the checks called `names` say of the kata, a line each."""
    fresh = Kata(kata.root, kata.topic, kata.name)  # reads the notes anew
    found = check_kata(fresh, names, Cache(kata.root))
    return [problem.to_line(kata.root) for _, faults in found for problem in faults]


def the_problem(kata, name):
    (line,) = problems(kata, name)
    return line


def test_a_good_kata_passes_every_check(kata):
    assert problems(kata, *CHECKS) == []


def test_a_good_project_passes(kata):
    assert check_tree(Curriculum.load(kata.root)) == []


# files


@pytest.mark.parametrize("which", ["stub", "solution", "notes_file", "tests"])
def test_a_missing_file_is_named_and_ends_the_checks(kata, which):
    path = getattr(kata, which)
    path.unlink()
    (line,) = problems(kata, *CHECKS)
    assert line.startswith(f"{path.relative_to(kata.root)}: [files] the file is missing")


def test_another_design_is_needed(kata):
    kata.designs[0].unlink()
    assert "another sound design is missing" in the_problem(kata, "files")


def test_an_essay_must_be_there_and_short(kata):
    edit(kata.solution, "    Two steps.\n", "    Two steps.\n" * 40)
    assert "clamp.py:1: [files] the essay has 43 lines; cut it to 40" in the_problem(kata, "files")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("level = 1", "level = 6", "`level` is 6"),
        ("minutes = 20", "minutes = 0", "`minutes` must be"),
        ("rule = 4", "rule = 5", "rule 4 has 0 [[hints]]"),
        ("rule = 4", "rule = 5", "a hint is for rule 5"),
        (', "Who checks the order?"', "", "needs 3 questions"),
        ("level = 1", 'level = "one"', "`level` must be a whole number"),
        ("level = 1", "", "`level` is missing"),
        ("level = 1", "level = ", "not valid TOML"),
    ],
)
def test_incomplete_notes_are_named(kata, old, new, said):
    edit(kata.notes_file, old, new)
    assert any(
        line.startswith("solutions/demo/clamp.toml") and said in line
        for line in problems(kata, "files")
    )


def test_a_mistake_has_a_known_kind(kata):
    text = kata.notes_file.read_text()
    kata.notes_file.write_text(text.replace('kind = "behaviour"', 'kind = "odd"', 1))
    assert "`kind` must be one of" in the_problem(kata, "files")


def test_a_hint_is_not_too_short(kata):
    edit(kata.notes_file, "rule = 4\nsay = [", 'rule = 4\nsay = ["Use max.", ')
    assert "the hint 'Use max.'… of rule 4" in the_problem(kata, "files")


def test_four_mistakes_are_needed(kata):
    text = kata.notes_file.read_text()
    begin, end = text.rindex("[[mistakes]]"), text.index("[session]")
    kata.notes_file.write_text(text[:begin] + text[end:])
    assert "there are 3 [[mistakes]]" in the_problem(kata, "files")


def test_a_stray_file_is_named(kata):
    (kata.root / "solutions" / "demo" / "leftover.py").touch()
    (found,) = check_tree(Curriculum.load(kata.root))
    assert found.to_line(kata.root).startswith("solutions/demo/leftover.py: [files] belongs to no")


def test_a_topic_needs_its_essay(kata):
    (kata.root / "katas" / "demo" / "README.md").unlink()
    (found,) = check_tree(Curriculum.load(kata.root))
    assert "the topic's essay is missing" in found.to_line(kata.root)


# api


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("high: int) ->", "high: int = 9) ->", "`clamp` is not as in the stub"),
        ("nearest to `value`", "next to `value`", "`clamp` is not as in the stub"),
        ("def clamp", "def clip", "`clamp` of the stub is missing"),
        ("def clamp", "def helper(): ...\n\n\ndef clamp", "`helper` is public and not in the stub"),
    ],
    ids=["signature", "docstring", "missing", "surplus"],
)
@pytest.mark.parametrize("which", ["solution", "design"])
def test_an_interface_that_differs_is_named(kata, which, old, new, said):
    path = kata.solution if which == "solution" else kata.designs[0]
    edit(path, old, new)
    assert any(path.name in line and said in line for line in problems(kata, "api"))


def test_private_helpers_may_differ(kata):
    edit(kata.solution, "def clamp", "def _helper(): ...\n\n\ndef clamp")
    assert problems(kata, "api") == []


# stub


def test_a_test_that_passes_on_the_stub_is_named(kata):
    edit(kata.tests, "pytest.raises(ValueError)", "pytest.raises((ValueError, RuntimeError))")
    line = the_problem(kata, "stub")
    assert line.startswith("tests/demo/test_clamp.py:")
    assert "test_bounds_in_the_wrong_order_are_refused: passed on the stub" in line


def test_a_stub_that_returns_something_is_not_a_stub(kata):
    edit(kata.stub, "    raise NotImplementedError", "    return value")
    assert "failed on the stub" in "\n".join(problems(kata, "stub"))


def test_a_stub_that_cannot_be_imported_is_named(kata):
    edit(kata.stub, "def clamp", "import no_such_module\n\n\ndef clamp")
    assert "the tests cannot be judged on the stub" in "\n".join(problems(kata, "stub"))


# designs


def test_a_reference_that_fails_is_named(kata):
    edit(kata.solution, "min(value, high)", "value")
    lines = problems(kata, "designs")
    assert any(
        line.startswith("solutions/demo/clamp.py: [designs] test_a_value_above") for line in lines
    )


def test_a_test_that_is_too_strict_for_another_design_is_named(kata):
    edit(kata.tests, "raises(ValueError)", 'raises(ValueError, match="wrong order")')
    edit(kata.designs[0], "bounds in the wrong order", "low > high")
    assert the_problem(kata, "designs").startswith("solutions/demo/clamp__sorted.py: [designs]")


# rules


def test_a_rule_without_a_test_is_named(kata):
    edit(kata.stub, "\nLeft out", "    5. Nothing else happens.\n\nLeft out")
    assert "rule 5 has no test" in the_problem(kata, "rules")


def test_a_test_without_a_rule_is_named(kata):
    edit(kata.tests, "@pytest.mark.rule(4)\n", "")
    lines = problems(kata, "rules")
    assert any("test_bounds_in_the_wrong_order_are_refused is of rule None" in x for x in lines)


def test_rules_are_numbered_from_one(kata):
    edit(kata.stub, "    2. A value", "    7. A value")
    assert any("rules must be numbered from 1 on" in line for line in problems(kata, "rules"))


def test_a_statement_has_four_rules_at_least(kata):
    edit(kata.stub, "    4. Bounds in the wrong order are a `ValueError`.\n", "")
    assert any("the statement has 3 rules" in line for line in problems(kata, "rules"))


# mistakes


def test_a_mistake_that_does_not_apply_is_named_with_its_line(kata):
    edit(kata.notes_file, "old = '''low > high'''", "old = '''low < high'''")
    line = the_problem(kata, "mistakes")
    assert "'equal bounds are refused': `old` is 0 times in the reference" in line
    assert line.split(":")[1].isdecimal()


def test_a_mistake_that_fails_more_than_it_names_is_named(kata):
    edit(kata.notes_file, ", 'test_the_bounds_may_be_equal']", "]")
    assert "also fails test_the_bounds_may_be_equal" in the_problem(kata, "mistakes")


def test_a_mistake_that_no_test_notices_is_named(kata):
    edit(kata.notes_file, "new = '''low >= high'''", "new = '''high < low'''")
    assert "does not fail test_the_bounds_may_be_equal" in the_problem(kata, "mistakes")


def test_a_mistake_that_hangs_is_not_a_readable_failure(kata):
    edit(kata.notes_file, "new = '''low >= high'''", "new = '''__import__('os')._exit(0)'''")
    assert "does not show as a failing test" in the_problem(kata, "mistakes")


# mutants


def test_a_mutant_that_survives_is_named_with_its_line(kata):
    edit(kata.tests, "[2, 3, 5]", "[3]")
    edit(kata.tests, "clamp(7, 3, 3) == 3", "clamp(7, 3, 4) == 4")
    line = the_problem(kata, "mutants")
    assert line.startswith("solutions/demo/clamp.py:")
    assert "no test notices the mutant `clamp: compare: low > high -> low >= high`" in line


def test_an_equivalent_mutant_that_does_not_exist_is_named(kata):
    edit(
        kata.notes_file,
        "[session]",
        '[[equivalent]]\nmutant = "clamp: none"\nwhy = "It is not there."\n\n[session]',
    )
    assert "clamp: none" in the_problem(kata, "mutants")


# leftovers


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("import threading; threading.Thread(target=event.wait, args=(9,)).start()", "thread"),
        ("import subprocess, sys; leak.append(open(sys.executable))", "descriptor"),
        ("import os; os.environ['SOME_NAME'] = 'x'", "the environment changed"),
        ("import os; os.chdir('/')", "the working directory changed"),
        ("import sys; sys.setswitchinterval(0.5)", "the switch interval changed"),
        ("import tempfile; tempfile.mkdtemp()", "the files in the temporary directory changed"),
        ("open('scratch.txt', 'w').close()", "the files in the working directory changed"),
    ],
)
def test_what_a_test_leaves_behind_is_named(kata, line, said):
    edit(
        kata.tests,
        "    assert clamp(-9, 2, 5) == 2\n",
        f"    {line}\n    assert clamp(-9, 2, 5) == 2\n",
    )
    imports = "from katas.demo.clamp import clamp\n"
    edit(
        kata.tests,
        imports,
        f"import threading\n\n{imports}\nevent = threading.Event()\nleak = []\n",
    )
    lines = problems(kata, "leftovers")
    assert any("below_becomes_the_lower_bound" in one and said in one for one in lines)


# style


def test_style_is_checked_with_the_line(kata):
    edit(kata.solution, "    return max", "    unused = 1\n    return max")
    edit(kata.designs[0], "    >>> clamp(5, 0, 3)\n    3\n", "    >>> clamp(5, 0, 3)\n    4\n")
    edit(kata.stub, "value: int, low", "value: int,  low")
    edit(kata.designs[0], "low: int, high: int) -> int", "low: int, high: int) -> str")
    lines = problems(kata, "style")
    for path, said in [
        ("solutions/demo/clamp.py:", "F841"),
        ("solutions/demo/clamp__sorted.py:", "a docstring example does not hold"),
        ("solutions/demo/clamp__sorted.py:", "Incompatible return value type"),
        ("katas/demo/clamp.py", "not formatted"),
    ]:
        assert any(line.startswith(path) and said in line for line in lines), said


# the cache


def test_a_check_that_has_passed_is_not_made_again(kata, monkeypatch):
    assert problems(kata, "api") == []
    monkeypatch.setitem(CHECKS, "api", lambda _: pytest.fail("checked again"))
    assert problems(kata, "api") == []


@pytest.mark.parametrize("which", ["stub", "solution", "notes_file", "tests"])
def test_a_check_is_made_again_when_a_file_of_the_kata_changes(kata, monkeypatch, which):
    assert problems(kata, "api") == []
    path = getattr(kata, which)
    path.write_text(path.read_text() + "# changed\n")
    made = []
    monkeypatch.setitem(CHECKS, "api", lambda _: iter(made.append("again") or ()))
    assert problems(kata, "api") == []
    assert made == ["again"]


def test_a_problem_is_found_each_time(kata):
    edit(kata.tests, "@pytest.mark.rule(4)\n", "")
    assert problems(kata, "rules") == problems(kata, "rules") != []


def test_several_katas_are_checked_at_once(kata):
    missing = Kata(kata.root, "demo", "missing")
    names = ["files", "api", "style"]
    judged = check_katas([missing, kata], names)
    found = {
        kata.name: [(name, bool(faults)) for name, faults in results] for kata, _, results in judged
    }
    assert found == {
        "missing": [("files", True)],
        kata.name: [(name, False) for name in names],
    }
