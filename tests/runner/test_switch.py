"""The one switch between stubs and solutions, as every process sees it."""

import subprocess
import sys

import pytest

from tests.runner.project import edit

SPAWNED = """
import multiprocessing


def where(queue):
    import katas.demo.clamp

    queue.put(katas.demo.clamp.__file__)


def test_a_spawned_process_sees_the_same_tree():
    import katas.demo.clamp

    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=where, args=(queue,))
    process.start()
    assert queue.get(timeout=60) == katas.demo.clamp.__file__
    process.join()
"""


def run_pytest(kata, *arguments):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=kata.root, capture_output=True, text=True, check=False)


def test_plain_pytest_tests_the_stub(kata):
    done = run_pytest(kata, "tests/demo/test_clamp.py")
    assert done.returncode == 1
    assert "8 failed" in done.stdout


def test_against_tests_another_tree(kata):
    assert "8 passed" in run_pytest(kata, "--against", "solutions", "tests/demo").stdout


def test_the_environment_variable_does_the_same(kata, monkeypatch):
    monkeypatch.setenv("KATAS_AGAINST", str(kata.root / "solutions"))
    assert "8 passed" in run_pytest(kata, "tests/demo").stdout


def test_a_traceback_shows_the_file_of_that_tree(kata):
    edit(kata.solution, "    return max", "    raise KeyError\n    return max")
    done = run_pytest(kata, "--against", "solutions", "tests/demo")
    assert "solutions/demo/clamp.py:" in done.stdout


@pytest.mark.parametrize("tree", ["katas", "solutions"])
def test_a_spawned_process_is_served_from_the_same_tree(kata, tree):
    kata.tests.write_text(SPAWNED)
    done = run_pytest(kata, "--against", tree, "tests/demo")
    assert "1 passed" in done.stdout, done.stdout


def test_a_directory_that_is_not_there_is_one_line(kata):
    done = run_pytest(kata, "--against", "nowhere", "tests/demo")
    assert done.returncode == 4
    assert done.stderr.strip() == "ERROR: --against: there is no directory nowhere"
