"""Tells which of a kata's known mistakes a learner's failures look like.

The notes name the examples that a mistake fails.  If exactly these fail, the mistake itself is run,
and only if it fails in the same way, test by test and message by message, is it named.  Tests of
what the learner has not begun are left out on both sides.  What differs between two runs of the
mistake, a random number or the name of a file, is not compared.  So nothing is stored that could
be out of date, and what is merely similar is not called the same.
"""

import re
import tempfile
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from kata_runner.curriculum import Kata, Mistake, read_text
from kata_runner.verdict import Outcome, Result, Verdict
from kata_runner.worker import Job

Signature = frozenset[tuple[str, Outcome, str]]
# Addresses, also those that pytest has cut, and the folder of a run.
_VARYING = re.compile(r"0x[0-9a-f]+|[0-9a-f]{8,}|\.\.\.[0-9a-f]+|\bkata-\w*")
# Such a warning comes out in whatever test the garbage collector runs.
_STRAY = re.compile("unraisable exception|PytestUnraisableExceptionWarning")
_FAILED = (Outcome.FAILED, Outcome.ERROR)


def variant(kata: Kata, mistake: Mistake) -> str:
    """Return the reference with `mistake` in it."""
    return read_text(kata.solution).replace(mistake.old, mistake.new)


def signature(found: Verdict, expected: Collection[str]) -> Signature:
    """Return how the examples of a run fail: test, outcome, and what every run says the same.

    A stray warning counts only in the functions that are `expected` to fail.
    """
    return frozenset(
        (result.test.name, result.outcome, _VARYING.sub("", result.failure.summary))
        for result in found.failing()
        if not result.test.is_property and result.failure is not None
        if result.test.function in expected or not _is_stray(result)
    )


def _is_stray(result: Result) -> bool:
    return result.failure is not None and bool(_STRAY.search(result.failure.summary))


def looks_like(kata: Kata, found: Verdict, run: Callable[[Job], Verdict]) -> Mistake | None:
    """Return the one known mistake that fails as `found` does; None if none or several do."""
    if found.problem:
        return None
    failing = [result for result in found.failing() if not result.test.is_property]
    begun = [result for result in failing if result.outcome is not Outcome.NOT_STARTED]
    if not begun or any(result.outcome not in _FAILED for result in begun):
        return None
    functions = {result.test.function for result in begun if not _is_stray(result)}
    possible = {result.test.function for result in failing}
    ignored = {result.test.name for result in failing} - {result.test.name for result in begun}

    def of(mistake: Mistake, verdict: Verdict) -> Signature:
        own = signature(verdict, mistake.fails)
        return frozenset(failure for failure in own if failure[0] not in ignored)

    def is_like(mistake: Mistake) -> bool:
        if not functions <= set(mistake.fails) <= possible:
            return False
        return _fails_so(of(mistake, found), lambda: of(mistake, _judge(kata, mistake, run)))

    same = [mistake for mistake in kata.notes.mistakes if is_like(mistake)]
    return same[0] if len(same) == 1 else None


def _fails_so(wanted: Signature, fail: Callable[[], Signature]) -> bool:
    """Return whether `wanted` is how `fail` fails, but for what differs from call to call."""
    first = fail()
    if first == wanted:
        return True
    second = fail()
    stable = first & second
    # The same test fails, with another message; or it fails only now and then.
    varying = _ends(first - stable) & _ends(second - stable)
    by_chance = {test for test, *_ in first ^ second} - {test for test, _ in varying}
    others = {(test, outcome) for test, outcome in _ends(wanted - stable) if test not in by_chance}
    return stable <= wanted and others == varying and bool(stable or varying)


def _ends(found: Signature) -> set[tuple[str, Outcome]]:
    return {(test, outcome) for test, outcome, _ in found}


def _judge(kata: Kata, mistake: Mistake, run: Callable[[Job], Verdict]) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="kata-") as folder:
        tree = Path(folder)
        path = tree / kata.topic / f"{kata.name}.py"
        path.parent.mkdir()
        path.write_text(variant(kata, mistake), "utf-8")
        return run(replace(Job(kata, tree), stages=("examples", "slow")))
