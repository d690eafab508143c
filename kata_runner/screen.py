"""Everything that is printed.  Words beside every symbol and colour: neither is ever alone."""

import difflib
import io
import json
import os
import re
import textwrap
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from rich.bar import Bar
from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from kata_runner.bench import Report
from kata_runner.curriculum import Hint, Kata, Mistake, Rule
from kata_runner.progress import Attempt
from kata_runner.verdict import Outcome, Result, Verdict

_LOOK = {
    Outcome.PASSED: ("✔", "green"),
    Outcome.FAILED: ("✘", "red"),
    Outcome.ERROR: ("✘", "red"),
    Outcome.NOT_STARTED: ("○", "dim"),
    Outcome.HUNG: ("!", "magenta"),
    Outcome.CRASHED: ("!", "magenta"),
    Outcome.NOT_RUN: ("-", "dim"),
}
DONE = "done"
_STACK_LINES = 8  # of a stack in which nothing is the learner's
_LEFT_RUNNING = 3  # threads and processes that are named
_PROSE_WIDTH = 88
_BAR = 24
_PRINTED_LINES = 20  # of a test's output on the screen; `-v` shows all


def console(*, error: bool = False) -> Console:
    """Return a console that writes as wide as the terminal, without colour if NO_COLOR is set."""
    # Not `file.py:100:` with a picture of a hundred points.
    return Console(stderr=error, highlight=False, soft_wrap=False, emoji=False)


def curriculum(out: Console, rows: Iterable[tuple[Kata, str]]) -> None:
    """Print a table of katas, each with how far the learner is, in words."""
    table = Table(box=None, pad_edge=False)
    for name in ("", "kata", "rules", "level", "minutes"):
        table.add_column(name, justify="right" if name in ("level", "minutes") else "left")
    # A line each, so that the whole list fits on a screen; `kata show` has the full text.
    rows = [(kata, state or "not started") for kata, state in rows]
    taken = max(len(kata.id) for kata, _ in rows) + max(len(state) for _, state in rows) + 24
    table.add_column("rebuilds", width=max(out.width - taken, 8), no_wrap=True, overflow="ellipsis")
    for kata, state in rows:
        symbol, colour = _LOOK[Outcome.PASSED if state == DONE else Outcome.NOT_STARTED]
        notes = kata.notes
        table.add_row(
            f"[{colour}]{symbol}[/]",
            f"[dim]{kata.topic}/[/]{kata.name}",
            f"[dim]{state}[/]" if state == "not started" else state,
            str(notes.level),
            str(notes.minutes),
            escape(notes.rebuilds),
        )
    out.print(table)


def statement(out: Console, kata: Kata, text: str) -> None:
    """Print the kata's statement `text`, where its files are, and how to go on."""
    _heading(out, kata)
    out.print()
    out.print(escape(text))
    out.print()
    _files(out, {"stub": kata.stub, "tests": kata.tests, "essay": kata.essay}, kata.root)
    out.print(f"[dim]kata watch {kata.name}[/] runs the tests each time you save the stub")


def verdict(out: Console, kata: Kata, rules: Sequence[Rule], found: Verdict, *, all_: bool) -> None:
    """Print the rules with their states, then what stands in the way of the first unmet one."""
    _heading(out, kata)
    if found.results:
        out.print()
        out.print(_rules(rules, found, out.width))
    if found.left_running:
        first, more = found.left_running[:_LEFT_RUNNING], found.left_running[_LEFT_RUNNING:]
        rest = f" and {len(more)} more" if more else ""
        out.print("\n[magenta]Still running at the end, and ended:[/] ", end="")
        out.print(escape(", ".join(first)) + rest)
    if found.done:
        return
    if found.problem:
        problem = _as_sentence(found.problem).replace(f"{kata.root}{os.sep}", "")
        out.print(f"\n[magenta]{escape(problem)}[/]")
        # Not the lines, marked by pytest, that say the same again.
        lines = found.detail.splitlines()
        new = [it for it in lines if not (it[:1] == "E" and it[1:].strip() in found.problem)]
        if new:
            _indented(out, _learners_stack("\n".join(new), kata))
    failing = [r for r in found.failing() if r.outcome is not Outcome.NOT_RUN]
    wrong = {result.test.rule for result in failing}
    unmet = next((rule for rule in rules if rule.number in wrong), None)
    if unmet is not None and not (found.problem and not failing):
        out.print(f"\n[bold]Rule {unmet.number}[/]")
        _indented(out, unmet.text)
    of_rule = [r for r in failing if unmet is None or r.test.rule == unmet.number]
    shown = of_rule if all_ else sorted(of_rule, key=_tells_little)[:1]
    for result in shown:
        _failure(out, kata, result, all_=all_)
    if len(of_rule) > len(shown):
        number = len(of_rule) - len(shown)
        out.print(f"\n[dim]and {number} more of this rule (kata run -v {kata.name} shows them)[/]")


def done(out: Console, kata: Kata, next_kata: Kata | None) -> None:
    """Print what there is to do with a kata that is done."""
    out.print(f"\n[green]{kata.id} is done.[/] Now:")
    table = Table(box=None, show_header=False, padding=(0, 2))
    table.add_row(f"kata diff {kata.name}", "your solution and the reference, line by line")
    table.add_row(f"kata solution {kata.name}", "the annotated reference")
    if kata.original_tests.exists():
        table.add_row(f"kata original {kata.name}", "CPython's own tests, run on your solution")
    if kata.benchmark.exists():
        table.add_row(f"kata bench {kata.name}", "how fast it is, beside the others")
    if next_kata is not None:
        table.add_row("kata next", f"go on with {next_kata.id}")
    out.print(table)


def looks_like(out: Console, mistake: Mistake) -> None:
    """Print the explanation of a known mistake that the failures look like."""
    out.print(f"\n[bold]This looks like: {escape(mistake.name)}[/]")
    _indented(out, textwrap.fill(mistake.why, min(out.width - 2, _PROSE_WIDTH)))


def keys(out: Console, kata: Kata, *, is_final: bool, is_done: bool) -> None:
    """Print what `kata watch` waits for, and which keys it knows."""
    if is_final:
        out.print(f"\n[dim]each save of {_relative(kata.stub, kata.root)} runs the tests[/]")
    else:
        out.print("\n[dim]more tests are still running[/]")
    names = "n next  h hint  r run again  s statement  l list"
    out.print(f"[dim]{names}{'  d diff' if is_done else ''}  q quit[/]")


def running(out: Console, kata: Kata) -> None:
    """Print that a run has begun: it takes seconds if the code does not come to an end."""
    out.print(f"[dim]running the tests on {_relative(kata.stub, kata.root)} …[/]")


def advice(out: Console, kata: Kata) -> None:
    """Print what a learner can do about a kata that is not done."""
    out.print(
        f"\n[dim]kata hint {kata.name}[/] for a hint, [dim]kata open {kata.name}[/] to edit, "
        f"[dim]kata run {kata.name}[/] to run again"
    )


def hint(
    out: Console, kata: Kata, rule: Rule, hint_: Hint, shown: int, *, with_rule: bool = True
) -> None:
    """Print the first `shown` hints for `rule`, below its text if `with_rule`."""
    if with_rule:
        out.print(f"[bold]{kata.id}, rule {rule.number}[/]")
        _indented(out, rule.text)
    for number, text in enumerate(hint_.say[:shown], 1):
        out.print(f"\n[bold]Hint {number} of {len(hint_.say)}[/]")
        _indented(out, textwrap.fill(text, min(out.width - 2, _PROSE_WIDTH)))
    if shown == len(hint_.say):
        out.print(f"\n[dim]That was the last one. kata solution --peek {kata.name}[/]")


def source(out: Console, path: Path, root: Path) -> None:
    """Print a Python file."""
    if out.is_terminal:
        out.print(Syntax(path.read_text("utf-8"), "python", theme="ansi_dark", word_wrap=True))
    else:
        out.out(path.read_text("utf-8"), highlight=False)
    out.print(f"[dim]{_relative(path, root)}[/]")


def other_designs(out: Console, kata: Kata) -> None:
    """Print where the other designs of the kata are."""
    for path in kata.designs:
        name = path.stem.partition("__")[2].replace("_", " ")
        out.print(f"[dim]another design ({name}): {_relative(path, kata.root)}[/]")


def difference(out: Console, kata: Kata, mine: str, reference: str) -> None:
    """Print how the learner's code differs from the reference, without the two statements."""
    lines = difflib.unified_diff(
        _without_docstring(mine).splitlines(),
        _without_docstring(reference).splitlines(),
        _relative(kata.stub, kata.root),
        _relative(kata.solution, kata.root),
        lineterm="",
        n=5,
    )
    text = "\n".join(lines)
    if not text:
        out.print("Your code is the reference, line for line.")
    elif out.is_terminal:
        out.print(_coloured(text))
    else:
        out.out(text, highlight=False)


def changes(out: Console, kata: Kata) -> None:
    """Print which changes of the reference there are to review, without saying too much."""
    _heading(out, kata)
    out.print()
    for number, mistake in enumerate(kata.notes.mistakes, 1):
        out.print(f"{number:>3}  {mistake.kind}")
    out.print(f"\n[dim]kata review {kata.name} 1[/] shows the first one, and not what it does")


def _coloured(diff: str) -> Syntax:
    return Syntax(diff, "diff", theme="ansi_dark", word_wrap=True)


def change(out: Console, kata: Kata, number: int, reference: str, variant: str) -> None:
    """Print the change from `reference` to `variant`, as a patch."""
    path = _relative(kata.solution, kata.root)
    lines = difflib.unified_diff(
        reference.splitlines(keepends=True),
        variant.splitlines(keepends=True),
        f"a/{path}",
        f"b/{path}",
        n=8,
    )
    text = "".join(lines)
    if not out.is_terminal:  # for `git apply`
        out.out(text, end="", highlight=False)
        return
    out.print(_coloured(text))
    command = f"kata review {kata.name} {number}"
    tests = _relative(kata.tests, kata.root)
    table = Table(box=None, show_header=False, padding=(0, 2))
    table.add_row("what is wrong with it", f"{command} --answer")
    table.add_row("make it, for a pull request", f"{command} | git apply")
    table.add_row("see which tests fail", f"pytest --against solutions {tests}")
    table.add_row("undo it", f"git checkout -- {path}")
    out.print("What would you ask before merging?  Then:")
    out.print(table)


def answer(out: Console, kata: Kata, mistake: Mistake) -> None:
    """Print what is wrong with a change, and which tests notice."""
    out.print(f"[bold]{escape(mistake.name)}[/]  [dim]{kata.id}, {mistake.kind}[/]")
    _indented(out, textwrap.fill(mistake.why, min(out.width - 2, _PROSE_WIDTH)))
    out.print("\n[bold]The tests that fail[/]")
    _indented(out, "\n".join(mistake.fails))


def session(out: Console, kata: Kata) -> None:
    """Print what a group session on the kata is for, its questions, and its files."""
    _heading(out, kata)
    width = min(out.width - 2, _PROSE_WIDTH)
    out.print("\n[bold]Goal[/]")
    _indented(out, textwrap.fill(kata.notes.session.goal, width))
    out.print("\n[bold]Questions[/]")
    for number, question in enumerate(kata.notes.session.questions, 1):
        _indented(out, textwrap.fill(f"{number}. {question}", width, subsequent_indent="   "))
    out.print()
    files = {"essay": kata.essay, "stub": kata.stub, "tests": kata.tests}
    _files(out, files | {"answer": kata.solution}, kata.root)
    other_designs(out, kata)
    out.print(f"[dim]kata review {kata.name}[/] has changes to find the mistake in")


def original(out: Console, found: Verdict, version: str) -> None:
    """Print how many of CPython's tests pass, which fail, and which were left out and why."""
    passed = sum(result.outcome is Outcome.PASSED for result in found.results)
    colour = "green" if found.done else "red"
    out.print(
        f"[bold]{found.kata}[/]  [{colour}]{passed} of {len(found.results)} tests of CPython "
        f"{version} pass[/]"
    )
    if found.problem:
        out.print(f"  [magenta]{escape(_as_sentence(found.problem))}[/]")
        _indented(out, found.detail.strip())
    for result in found.failing():
        summary = result.failure.summary if result.failure else ""
        out.print(f"  {_symbol(result.outcome)} {result.test.name}: {escape(summary)}")
    reasons: dict[str, list[str]] = {}
    for name, reason in found.left_out.items():
        reasons.setdefault(reason, []).append(name)
    for reason, names in reasons.items():
        out.print(f"  [dim]left out ({len(names)}): {escape(' '.join(reason.split()))}[/]")
        out.print(f"    [dim]{escape(' '.join(names))}[/]")


def original_needs_all(out: Console, kata: Kata) -> None:
    """Print why CPython's tests fail on a kata that is not done."""
    out.print(
        f"[dim]These need every rule to be met; kata run {kata.name} shows which one is not.[/]"
    )


class Progress:
    """One line for one kata under `kata check`: the checks as they come, then the time.

    `seconds` is how long it took, if that is over.
    """

    def __init__(
        self, out: Console, kata: str, *, quiet: bool, seconds: float | None = None
    ) -> None:
        self._out = out
        self._seconds = seconds
        self._kata = kata
        self._quiet = quiet
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        if not self._quiet:
            self._out.print(f"[bold]{self._kata:<32}[/]", end="")
        return self

    def checked(self, name: str, problems: int) -> None:
        if not self._quiet:
            colour = "red" if problems else "green"
            mark = f"{name} ({problems})" if problems else name
            self._out.print(f" [{colour}]{mark}[/]", end="", soft_wrap=True)

    def __exit__(self, *exc_info: object) -> None:
        if not self._quiet:
            seconds = time.monotonic() - self._started if self._seconds is None else self._seconds
            self._out.print(f" [dim]{seconds:.1f} s[/]")


def problems(out: Console, lines: Sequence[str]) -> None:
    """Print the problems that `kata check` found, a line each."""
    for line in lines:
        out.print(escape(line), soft_wrap=True)
    out.print(f"[red]{len(lines)} problems[/]" if lines else "[green]no problems[/]")


def attempts(out: Console, rows: Iterable[Attempt]) -> None:
    """Print a line for each attempt: number, time, kata, one symbol for each rule."""
    table = Table(box=None, pad_edge=False)
    for name in ("attempt", "time", "kata", "rules"):
        table.add_column(name)
    for row in rows:
        outcomes = [Outcome(row.rules[number]) for number in sorted(row.rules)]
        line = " ".join(map(_symbol, outcomes)) or "[dim]no result[/]"
        when = row.time.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        table.add_row(str(row.id), when, row.kata, f"{line} {'done' if row.done else ''}")
    out.print(table)


def _heading(out: Console, kata: Kata) -> None:
    notes = kata.notes
    out.print(
        f"[bold]{kata.id}[/]  [dim]level {notes.level}, {notes.minutes} minutes, "
        f"rebuilds {escape(notes.rebuilds)}[/]"
    )


def _rules(rules: Sequence[Rule], found: Verdict, width: int) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(width=1)
    table.add_column(width=1, justify="right")
    table.add_column(width=max(width - 30, 20), no_wrap=True, overflow="ellipsis")
    table.add_column(width=8, justify="right", no_wrap=True)
    table.add_column(width=11, no_wrap=True)
    for rule in rules:
        results = found.of_rule(rule.number)
        outcome = found.rule_outcome(rule.number)
        passed = sum(result.outcome is Outcome.PASSED for result in results)
        _, colour = _LOOK[outcome]
        table.add_row(
            _symbol(outcome),
            str(rule.number),
            escape(" ".join(rule.text.split())),
            f"{passed} of {len(results)}",
            f"[{colour}]{outcome}[/]",
        )
    return table


def _failure(out: Console, kata: Kata, result: Result, *, all_: bool) -> None:
    test, failure = result.test, result.failure
    out.print(f"\n{_symbol(result.outcome)} [bold]{escape(test.name)}[/]  {result.outcome}")
    if failure is None:
        return
    if all_ and failure.full:
        _indented(out, failure.full)
    elif failure.source:
        _indented(out, _from_def(failure.source.strip("\n")))
    elif result.outcome is not Outcome.NOT_STARTED:
        _indented(out, failure.summary)
    if failure.frames and not (all_ and failure.full):
        out.print("[bold]Your code[/]")
        for frame in failure.frames:
            where = f"{_relative(Path(frame.path), kata.root)}:{frame.line} in {frame.function}"
            _indented(out, f"{where}\n    {frame.source}")
    if failure.example:
        out.print("[bold]An example, to paste into `python`[/]")
        _indented(out, failure.example)
    if failure.output.strip():
        lines = failure.output.strip().splitlines()
        out.print("[bold]Printed[/]")
        shown = lines if all_ else lines[:_PRINTED_LINES]
        _indented(out, "\n".join(shown))
        if len(lines) > len(shown):
            more = len(lines) - len(shown)
            out.print(f"  [dim]and {more} more lines (kata run -v {kata.name} shows them)[/]")
    if "BdbQuit" in failure.summary:
        tests = _relative(kata.tests, kata.root)
        out.print(f"breakpoint() has no keyboard here; under [dim]pytest -x {tests}[/] it has one.")


def _tells_little(result: Result) -> bool:
    """Sort failures with source to show before those without."""
    return result.failure is None or not result.failure.source


def _indented(out: Console, text: str) -> None:
    # The terminal breaks long lines itself, so that they can be copied whole.
    out.print(escape(textwrap.indent(text, "  ")), soft_wrap=True)


def _from_def(source: str) -> str:
    """Return pytest's view of a test without the decorators above it."""
    head, found, rest = source.partition("def ")
    # The text comes stripped: where no decorator is above, `def` has lost its four spaces.
    indent = head.rpartition("\n")[2] or "    "
    return textwrap.dedent(f"{indent}{found}{rest}") if found else source


def _symbol(outcome: Outcome) -> str:
    symbol, colour = _LOOK[outcome]
    return f"[{colour}]{symbol}[/]"


def _files(out: Console, files: Mapping[str, Path], root: Path) -> None:
    for what, path in files.items():
        out.print(f"[dim]{what:<6}[/] {_relative(path, root)}")


def benchmark(out: Console, report: Report) -> None:
    """Print what was measured: a table with a bar for each side of each workload."""
    out.print(f"[bold]{report.kata}[/]  time of one call, by size")
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for size in report.sizes:
        table.add_column(f"{size:,}", justify="right")
    table.add_column("grows", justify="right")
    table.add_column("of reference", justify="right")
    table.add_column("")
    workload = ""
    for row in report.rows:
        if row.workload != workload:
            workload = row.workload
            table.add_row(f"[bold]{workload.replace('_', ' ')}[/]")
            slowest = max(filter(None, _ratios(report, workload)), default=1.0)
        times = [_duration(row.seconds.get(size)) for size in report.sizes]
        ratio = report.ratio(row)
        growth = f"{row.growth:.3g}x" if row.growth is not None else ""
        shown = f"{ratio:.2f}x" if ratio is not None else ""
        bar = Bar(slowest, 0, ratio, width=_BAR, color="cyan") if ratio is not None else ""
        table.add_row(f"  {row.side}", *times, growth, shown, bar)
    out.print(table)
    for about in dict.fromkeys((row.workload, row.about) for row in report.rows):
        out.print(f"[dim]{about[0].replace('_', ' ')}: {escape(about[1])}[/]")
    for side, error in dict.fromkeys((row.side, row.error) for row in report.rows if row.error):
        out.print(f"[magenta]{side}: not measured everywhere:[/] {escape(error)}")


def benchmark_as_svg(report: Report) -> str:
    """Return what `benchmark` prints as a picture."""
    recorder = Console(record=True, width=100, file=io.StringIO(), highlight=False)
    benchmark(recorder, report)
    return recorder.export_svg(title=f"kata bench {report.kata}")


def _ratios(report: Report, workload: str) -> list[float | None]:
    return [report.ratio(row) for row in report.rows if row.workload == workload]


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _as_sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")


def _learners_stack(detail: str, kata: Kata) -> str:
    """Keep of a dump of stacks the learner's and the tests' own lines; else its beginning."""
    kept: list[str] = []
    heading = ""
    for line in detail.splitlines():
        if line.startswith(("Thread ", "Current thread ", "Task ")):
            heading = line
        elif str(kata.stub) in line or str(kata.tests) in line:
            kept += [heading, line] if heading else [line]
            heading = ""
    return "\n".join(kept or detail.strip().splitlines()[:_STACK_LINES])


def _without_docstring(text: str) -> str:
    return re.sub(r'\A\s*r?""".*?"""\n', "", text, count=1, flags=re.DOTALL)


def as_json(data: Any) -> str:
    """Return `data` as JSON for programs."""
    return json.dumps(data, indent=2, default=str)


def progress_in_words(attempts: Sequence[Attempt], tests_hash: str) -> str:
    """Return how far a kata is: done, done before its tests changed, `3 of 8`, or nothing."""
    done = [attempt for attempt in attempts if attempt.done]
    if done:
        is_current = any(attempt.tests_hash == tests_hash for attempt in done)
        return DONE if is_current else "done before the change"
    rules = next((attempt.rules for attempt in reversed(attempts) if attempt.rules), {})
    met = sum(outcome == Outcome.PASSED for outcome in rules.values())
    return f"{met} of {len(rules)}" if rules else ""
