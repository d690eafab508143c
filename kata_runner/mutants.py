"""Judges all mutants of a solution by the kata's own tests.

A mutant that no test notices is a rule that no test pins down (or code that does nothing).
"""

import ast
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kata_runner import variants
from kata_runner.curriculum import Kata, read_text
from kata_runner.operators import Mutant, mutants_of
from kata_runner.verdict import Outcome, Result, Verdict

# Under which a kill by a property test must hold to count.
SEEDS = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Report:
    """What the tests make of all mutants of one kata; see `judge_mutants`."""

    kata: str
    mutants: tuple[Mutant, ...]
    equivalent: tuple[Mutant, ...]
    survived: tuple[Mutant, ...]
    by_chance: tuple[Mutant, ...]
    errors: tuple[str, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        return not (self.survived or self.by_chance or self.errors)

    def __str__(self) -> str:
        missed = len(self.survived) + len(self.by_chance)
        killed = len(self.mutants) - len(self.equivalent) - missed
        return (
            f"{len(self.mutants)} mutants, {killed} killed, {len(self.equivalent)} equivalent, "
            f"{missed} survived, {self.seconds:.1f} s"
        )


def judge_mutants(kata: Kata, *, jobs: int | None = None) -> Report:
    """Judge every mutant of the reference of `kata` by the kata's own tests.

    A kill that only a property test makes counts if it holds under each of `SEEDS`.

    Raises:
        ContentError: the solution or the notes cannot be read.
    """
    started = time.monotonic()
    source = read_text(kata.solution)
    listed = [item.mutant for item in kata.notes.equivalents] if kata.notes_file.exists() else []
    sound, error = _sound(kata, source)
    if error:
        return Report(kata.id, (), (), (), (), (error,), time.monotonic() - started)
    errors = []

    # CPU time for the import alone; on the clock ten times what all tests take, since six and more
    # mutants share the processors.
    seconds = sum(result.cpu for result in sound.results)
    limits = variants.Limits(cpu=1.0, wall=max(5.0, 10 * seconds))

    def verdicts(of: Iterable[Mutant], seed: int | None = None) -> Iterator[tuple[Mutant, Verdict]]:
        candidates = list(of)
        judged = variants.judge(
            kata,
            (variants.Variant(mutant.id, mutant.source, mutant.line) for mutant in candidates),
            stop_early=True,
            jobs=jobs,
            seed=seed,
            limits=limits,
            sound=sound,
        )
        for mutant, (_, verdict) in zip(candidates, judged, strict=True):
            yield mutant, verdict

    mutants = mutants_of(source)
    alive, killers, searched = [], {}, []
    for mutant, verdict in verdicts(mutants):
        killer = _killer(verdict)
        # Many an equivalent mutant is only slower; on a busy machine a limit stops it, which is no
        # test's finding.
        too_slow = killer is not None and killer.outcome is Outcome.HUNG
        if verdict.done or (too_slow and mutant.id in listed):
            alive.append(mutant)
        else:
            killers[mutant.id] = killer.test.name if killer else verdict.problem
            if killer and killer.test.is_property:
                searched.append(mutant)
    by_chance = []
    for seed in SEEDS:
        escaped = [mutant for mutant, verdict in verdicts(searched, seed) if verdict.done]
        by_chance += escaped
        searched = [mutant for mutant in searched if mutant not in escaped]

    known = {mutant.id for mutant in mutants}
    for id_ in listed:
        if id_ not in known:
            errors.append(f"{kata.notes_file}: there is no such mutant (any more): {id_}")
        elif id_ in killers:
            errors.append(f"{kata.notes_file}: not equivalent, {killers[id_]} kills it: {id_}")
    return Report(
        kata.id,
        tuple(mutants),
        equivalent=tuple(mutant for mutant in alive if mutant.id in listed),
        survived=tuple(mutant for mutant in alive if mutant.id not in listed),
        by_chance=tuple(by_chance),
        errors=tuple(errors),
        seconds=time.monotonic() - started,
    )


def _sound(kata: Kata, source: str) -> tuple[Verdict, str | None]:
    """Return what the tests say of the solution, and why judging mutants would measure nothing."""
    # As the mutants are: without comments, laid out anew.
    original = variants.Variant("original", ast.unparse(ast.parse(source)))
    sentinel = variants.Variant("sentinel", "raise RuntimeError")
    judged = variants.judge(kata, [original, sentinel], stop_early=True)
    (_, sound), (_, of_sentinel) = judged
    if not sound.done:
        killer = _killer(sound)
        why = killer.test.name if killer else sound.problem
        return sound, f"{kata.tests}: the tests do not pass on the solution itself: {why}"
    if of_sentinel.done:
        return sound, f"{kata.tests}: the tests pass on a solution that cannot be imported"
    written = variants.Variant("written", source)
    ((_, of_written),) = variants.judge(kata, [written], examples_only=True, traced=True)
    return replace(sound, lines=of_written.lines), None


def _killer(verdict: Verdict) -> Result | None:
    return next((each for each in verdict.failing() if each.outcome is not Outcome.NOT_RUN), None)
