import json
import os
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from kata_runner.cli import main
from tests.runner.project import REFERENCE, SOLVED, STUB, commit_all, edit


@pytest.fixture
def run(kata, monkeypatch):
    """Run the command in the project's folder and return the result."""
    monkeypatch.chdir(kata.root)
    monkeypatch.setenv("COLUMNS", "120")
    return lambda *arguments: CliRunner().invoke(main, arguments)


def test_the_stub_is_shown_as_not_started(run):
    result = run("run", "clamp")
    assert result.exit_code == 1
    assert result.output.count("not started") >= 4
    assert "Rule 1" in result.output
    assert "A value between the bounds comes back as it is" in result.output


def test_a_failure_is_shown_with_its_rule_its_test_and_the_values(run, kata):
    kata.stub.write_text(SOLVED.replace("max(low, min(value, high))", "max(low, value)"))
    result = run("run", "clamp")
    assert result.exit_code == 1
    for text in (
        "Rule 1",  # equal bounds
        "test_the_bounds_may_be_equal",
        "assert 7 == 3",
        "def test_the_bounds_may_be_equal():",
    ):
        assert text in result.output
    assert "decorators" not in result.output


def test_an_error_shows_the_learners_line_and_nothing_of_pytest(run, kata):
    kata.stub.write_text(SOLVED.replace("max(low,", "undefined(low,"))
    result = run("run", "clamp")
    assert "katas/demo/clamp.py:" in result.output
    assert "in clamp" in result.output
    assert "name 'undefined' is not defined" in result.output
    assert "site-packages" not in result.output


def test_what_the_learner_prints_is_shown(run, kata):
    kata.stub.write_text(
        SOLVED.replace("    return max", "    print('hello from clamp')\n    return -max")
    )
    assert "hello from clamp" in run("run", "clamp").output


def test_a_syntax_error_is_one_line_with_its_place(run, kata):
    kata.stub.write_text(STUB + "\ndef broken(:\n    pass\n")
    result = run("run", "clamp")
    assert result.exit_code == 1
    assert f"katas/demo/clamp.py:{STUB.count(chr(10)) + 2}: syntax error" in result.output


@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"\xff\xfe", b"x = 1\n"], ids=["empty", "null", "bytes", "other"]
)
def test_a_file_that_is_no_solution_is_a_plain_verdict(run, kata, content):
    commit_all(kata.root)
    kata.stub.write_bytes(content)
    result = run("run", "clamp")
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_a_done_kata_says_what_comes_next(run, kata):
    kata.stub.write_text(SOLVED)
    result = run("run", "clamp")
    assert result.exit_code == 0
    assert "demo/clamp is done" in result.output
    assert "kata diff clamp" in result.output


def test_a_test_file_that_lost_one_test_of_a_rule_makes_nothing_done(run, kata):
    commit_all(kata.root)
    kata.stub.write_text(SOLVED.replace("low > high", "low >= high"))
    edit(kata.tests, "def test_the_bounds_may_be_equal", "def the_bounds_may_be_equal")
    result = run("run", "clamp")
    assert result.exit_code == 1
    assert "no test ran for test_the_bounds_may_be_equal" in " ".join(result.output.split()).lower()


@pytest.mark.parametrize(
    "hook",
    ["modifyitems(items):\n    del items[1]", "modifyitems(items):\n    items[:] = items[:1]"],
)
def test_a_conftest_that_takes_tests_away_makes_nothing_done(run, kata, hook):
    commit_all(kata.root)
    kata.stub.write_text(SOLVED)
    (kata.tests.parent / "conftest.py").write_text(f"def pytest_collection_{hook}\n")
    result = run("run", "clamp")
    assert result.exit_code == 1
    assert "not run" in result.output


def test_a_test_file_that_lost_a_rule_makes_nothing_done(run, kata):
    kata.stub.write_text(SOLVED)
    text = kata.tests.read_text()
    kata.tests.write_text(text[: text.index("@pytest.mark.rule(4)")])
    result = run("run", "clamp")
    assert result.exit_code == 1
    assert "No test ran for rule 4" in result.output


def test_a_skipped_test_makes_nothing_done(run, kata):
    kata.stub.write_text(SOLVED)
    edit(
        kata.tests,
        "@pytest.mark.rule(2)\n",
        '@pytest.mark.rule(2)\n@pytest.mark.skip(reason="later")\n',
    )
    result = run("run", "clamp")
    assert result.exit_code == 1
    assert "done." not in result.output


def test_bare_kata_runs_the_kata_one_is_at(run):
    assert "demo/clamp" in run().output


def test_json_of_a_run_is_for_programs(run):
    data = json.loads(run("run", "clamp", "--json").output)
    assert data["kata"] == "demo/clamp"
    assert data["done"] is False
    assert {result["outcome"] for result in data["results"]} == {"not started"}


def test_check_says_where_it_can_run(run, monkeypatch):
    monkeypatch.delattr(os, "fork")
    result = run("check")
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert "run it on Linux or macOS" in result.output


def test_a_pipe_that_knows_few_characters_gets_the_words(kata):
    done = subprocess.run(
        [sys.executable, "-c", "from kata_runner.cli import main; main()", "run", "clamp"],
        cwd=kata.root,
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.count(b"not started") >= 4


def test_list_shows_progress(run, kata):
    assert "not started" in run("list").output
    kata.stub.write_text(SOLVED.replace("low > high", "low < high"))
    run("run", "clamp")
    assert "of 4" in run("list").output
    kata.stub.write_text(SOLVED)
    run("run", "clamp")
    (row,) = json.loads(run("list", "--json").output)
    assert (row["kata"], row["progress"], row["level"]) == ("demo/clamp", "done", 1)
    assert run("list", "--todo").exit_code == 1


def test_show_prints_the_statement(run):
    result = run("show", "clamp")
    assert result.exit_code == 0
    assert "4. Bounds in the wrong order are a `ValueError`." in result.output
    assert [rule["number"] for rule in json.loads(run("show", "--json").output)["rules"]] == [
        1,
        2,
        3,
        4,
    ]


def test_hints_come_one_by_one_for_the_first_unmet_rule(run, kata):
    kata.stub.write_text(SOLVED.replace("low > high", "low > high + 10"))
    first, second, third = (run("hint", "clamp").output for _ in range(3))
    assert "rule 4" in first
    assert ("Hint 1 of 2" in first, "Hint 2 of 2" in first) == (True, False)
    assert "Hint 2 of 2" in second
    assert "That was the last one" in third


def test_the_solution_waits_until_the_kata_is_done(run, kata):
    for command in ("solution", "diff"):
        result = run(command, "clamp")
        assert result.exit_code == 1
        assert f"kata {command} --peek clamp" in result.output
        assert run(command, "clamp", "--peek").exit_code == 0
    kata.stub.write_text(SOLVED)
    run("run", "clamp")
    assert REFERENCE.strip() in run("solution", "clamp").output
    assert "another design (sorted): solutions/demo/clamp__sorted.py" in run("solution").output


def test_diff_shows_code_and_not_the_statements(run, kata):
    kata.stub.write_text(SOLVED.replace("max(low, min(value, high))", "min(high, max(value, low))"))
    output = run("diff", "clamp", "--peek").output
    assert "-    return min(high, max(value, low))" in output
    assert "+    return max(low, min(value, high))" in output
    assert "Left out" not in output


def test_reset_puts_the_stub_back_and_restore_the_attempt(run, kata):
    commit_all(kata.root)
    kata.stub.write_text("my = 'work'\n")
    result = run("reset", "clamp")
    assert result.exit_code == 0
    assert kata.stub.read_text() == STUB
    assert run("restore", "clamp").exit_code == 0
    assert kata.stub.read_text() == "my = 'work'\n"


def test_restore_takes_an_attempt_by_its_number_and_keeps_what_is_there(run, kata):
    for text in ("first = 1\n", "second = 2\n"):
        kata.stub.write_text(text)
        run("run", "clamp")
    kata.stub.write_text("third = 3\n")
    assert run("restore", "clamp", "1").exit_code == 0
    assert kata.stub.read_text() == "first = 1\n"
    assert run("restore", "clamp").exit_code == 0
    assert kata.stub.read_text() == "third = 3\n"


def test_restore_of_nothing_is_one_line(run):
    result = run("restore", "clamp", "9")
    assert (result.exit_code, "kata history clamp" in result.output) == (1, True)


def test_nothing_is_reset_that_cannot_be_kept(run, kata):
    commit_all(kata.root)
    kata.stub.write_text("my = 'work'\n")
    (kata.root / ".kata").write_text("a file where the folder should be")
    result = run("reset", "clamp")
    assert result.exit_code == 1
    assert kata.stub.read_text() == "my = 'work'\n"


def test_a_run_that_cannot_be_recorded_is_shown_all_the_same(run, kata):
    (kata.root / ".kata").write_text("a file where the folder should be")
    kata.stub.write_text(SOLVED)
    result = run("run", "clamp", "--json")
    assert '"done": true' in result.output
    assert "not recorded" in result.output


def test_reset_of_a_stub_says_so(run, kata):
    commit_all(kata.root)
    assert "is the stub already" in run("reset", "clamp").output


def test_history_has_a_line_for_each_attempt(run, kata):
    run("run", "clamp")
    kata.stub.write_text(SOLVED)
    run("run", "clamp")
    assert "done" in run("history", "clamp").output
    assert [row["done"] for row in json.loads(run("history", "--json").output)] == [False, True]


def test_check_is_red_with_one_line_for_each_problem(run, kata):
    assert run("check", "clamp", "--only", "api").exit_code == 0
    edit(kata.designs[0], "nearest to `value`", "next to `value`")
    result = run("check", "clamp", "--only", "api")
    assert result.exit_code == 1
    assert "solutions/demo/clamp__sorted.py:" in result.output
    (problem,) = json.loads(run("check", "--only", "api", "--json").output)
    assert problem["check"] == "api"


def test_an_unknown_check_lists_the_known_ones(run):
    assert "mutants" in run("check", "--only", "luck").output


def test_new_writes_a_kata_that_check_holds_red(run):
    result = run("new", "demo/spread")
    assert result.exit_code == 0
    assert "katas/demo/spread.py" in result.output
    assert run("check", "spread", "--only", "files").exit_code == 1


def test_open_calls_the_editor(run, kata, monkeypatch):
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "sed -i s/Keep/Hold/")
    assert run("open", "clamp").exit_code == 0
    assert kata.stub.read_text().startswith('"""Hold a number')


def test_open_without_an_editor_says_where_the_file_is(run, kata, monkeypatch):
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    assert str(kata.stub) in run("open", "clamp").output.replace("\n", "")


def test_original_without_tests_of_its_own_is_one_line(run):
    result = run("original", "clamp")
    assert (result.exit_code, "CPython has no tests that fit" in result.output) == (1, True)


@pytest.mark.parametrize("solution", [True, False], ids=["reference", "stub"])
def test_original_runs_what_is_not_left_out(run, kata, solution):
    kata.original_tests.write_text(
        '"""Taken."""\n\nimport unittest\n\nfrom katas.demo.clamp import clamp\n\n'
        'LEFT_OUT: dict[str, str] = {"test_open": "the kata has no open intervals"}\n\n\n'
        "class TestClamp(unittest.TestCase):\n"
        "    def test_closed(self):\n        assert clamp(1, 2, 3) == 2\n\n"
        "    def test_open(self):\n        assert False\n"
    )
    result = run("original", "clamp", *(["--solution"] if solution else []))
    assert result.exit_code == (0 if solution else 1)
    assert f"{int(solution)} of 1 tests of CPython" in result.output
    assert ("kata run clamp shows which one is not" in result.output) is not solution
    assert "left out (1): the kata has no open intervals\n    test_open\n" in result.output


@pytest.mark.parametrize(
    "arguments",
    [["run"], ["show"], ["hint"], ["reset"], ["restore"], ["solution"], ["diff"], ["original"]],
    ids=lambda arguments: arguments[0],
)
def test_an_unknown_name_is_one_line(run, arguments):
    result = run(*arguments, "nothing")
    assert result.exit_code == 1
    assert result.output.strip() == "Error: no kata is called 'nothing'; `kata list` shows them all"


@pytest.mark.parametrize(
    ("name", "text"),
    [("solutions/demo/clamp.toml", "level = "), ("katas/curriculum.toml", "[[topic]")],
)
def test_a_broken_toml_file_is_one_line(run, kata, name, text):
    (kata.root / name).write_text(text)
    result = run("list")
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "not valid TOML" in result.output
    assert result.output.count("\n") == 1


def test_it_works_from_a_folder_inside(run, kata):
    os.chdir(kata.root / "solutions" / "demo")
    assert run("show", "clamp").exit_code == 0


def test_the_list_has_a_line_for_each_kata_that_fits_the_width(run, kata):
    edit(kata.notes_file, "rebuilds = ", 'rebuilds = "' + "long " * 40 + '" # ')
    (line,) = (line for line in run("list").output.splitlines() if "clamp" in line)
    assert line.startswith("○  demo/clamp")
    assert line.rstrip().endswith("…")


@pytest.mark.parametrize("command", ["run", "hint", "show", "bench"])
def test_without_the_stub_it_is_said_what_brings_it_back(run, kata, command):
    kata.stub.unlink()
    result = run(command, "clamp")
    assert result.exit_code == 1
    assert "the file is missing; `kata reset clamp` puts the stub back" in " ".join(
        result.output.split()
    )


def test_without_the_tests_it_is_said_what_brings_them_back(run, kata):
    kata.tests.unlink()
    result = run("run", "clamp")
    assert result.exit_code == 1
    assert f"git checkout -- {kata.tests}" in result.output.replace("\n", "")


def test_the_statement_is_shown_even_if_the_file_is_broken(run, kata):
    commit_all(kata.root)
    kata.stub.write_text("def broken(:\n")
    result = run("show", "clamp")
    assert result.exit_code == 0
    assert "Keep a number between two bounds" in result.output
    assert json.loads(run("show", "clamp", "--json").output)["rules"]


def test_a_statement_comes_with_its_essay_and_the_next_command(run):
    output = run("show", "clamp").output
    assert "katas/demo/README.md" in output
    assert "kata watch clamp" in output


def test_a_syntax_error_shows_its_line(run, kata):
    kata.stub.write_text(STUB + "\ndef broken(:\n    pass\n")
    output = run("run", "clamp").output
    assert "\nkatas/demo/clamp.py:" in output
    assert "\n  def broken(:\n" in output


def test_many_threads_left_running_are_one_line(run, kata):
    kata.stub.write_text(
        "import threading\nimport time\n\n"
        + SOLVED.replace(
            "    if low",
            "    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n    if low",
        )
    )
    lines = [line for line in run("run", "clamp").output.splitlines() if "thread Thread-" in line]
    assert len(lines) == 1
    assert re.search(r"and \d+ more$", lines[0].rstrip())


def test_breakpoint_is_sent_to_where_it_works(run, kata):
    kata.stub.write_text(SOLVED.replace("    if low", "    breakpoint()\n    if low"))
    output = " ".join(run("run", "clamp").output.split())
    assert "breakpoint() has no keyboard here; under pytest -x tests/demo/test_clamp.py" in output


def test_a_name_that_is_missing_is_said_once(run, kata):
    kata.stub.write_text(SOLVED.replace("def clamp", "def clamped"))
    assert run("run", "clamp").output.count("cannot import name") == 1


def test_a_helper_of_the_tests_is_shown_with_its_indentation(run, kata):
    text = kata.tests.read_text().replace("    assert clamp(7, 3, 3) == 3", "    helper()")
    kata.tests.write_text(text + "\n\ndef helper():\n    assert clamp(7, 3, 3) == 3\n")
    kata.stub.write_text(SOLVED.replace("max(low, min(value, high))", "max(low, value)"))
    assert "      def helper():\n  >       assert" in run("run", "clamp").output


def test_what_is_not_shown_comes_with_the_command_that_shows_it(run):
    assert "kata run -v clamp shows them" in run("run", "clamp").output


def test_an_attempt_without_a_result_is_not_called_put_aside(run, kata):
    kata.stub.write_text("def broken(:\n")
    run("run", "clamp")
    assert "no result" in run("history").output


def test_review_numbers_the_changes_and_names_none(run, kata):
    output = run("review", "clamp").output
    for number, mistake in enumerate(kata.notes.mistakes, 1):
        assert f"  {number}  {mistake.kind}" in output
        assert mistake.name not in output


def test_a_change_to_review_is_a_patch_that_fails_the_tests_of_its_answer(run, kata):
    commit_all(kata.root)
    mistake = kata.notes.mistakes[0]
    patch = run("review", "clamp", "1").output
    assert mistake.name not in patch
    subprocess.run(["git", "apply"], cwd=kata.root, input=patch, text=True, check=True)
    assert mistake.new in kata.solution.read_text()
    again = run("review", "clamp", "1")
    assert (again.exit_code, f"git checkout -- {kata.solution}" in again.output) == (1, True)
    output = run("review", "clamp", "1", "--answer").output
    assert mistake.name in output
    assert all(name in output for name in mistake.fails)


@pytest.mark.parametrize("number", ["0", "99"])
def test_a_change_that_is_not_there_is_one_line(run, kata, number):
    result = run("review", "clamp", number)
    last = len(kata.notes.mistakes)
    assert (result.exit_code, result.output) == (1, f"Error: demo/clamp has changes 1 to {last}\n")


def test_session_shows_goal_questions_and_files(run, kata):
    output = " ".join(run("session", "clamp").output.split())
    for text in (kata.notes.session.goal, *kata.notes.session.questions, "katas/demo/README.md"):
        assert text in output
