"""The command `kata`: each subcommand is a few lines over the modules that do the work."""

import ast
import contextlib
import importlib.util
import io
import os
import platform
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import click

from kata_runner import bench, mistakes, scaffold, screen, update, worker
from kata_runner import watch as watching
from kata_runner.curriculum import (
    ContentError,
    Curriculum,
    Kata,
    Mistake,
    Rule,
    parse,
    read_text,
    rules_in,
)
from kata_runner.progress import Attempt, Progress, ProgressError, hash_of
from kata_runner.stubs import NoStubError, expected_tests, is_stub, replace_file, shipped_stub
from kata_runner.verdict import Outcome, Verdict

_USER_ERRORS = (ContentError, ProgressError, NoStubError, update.UpdateError, LookupError)
# CPython's own tests wait, and count to large numbers.
_ORIGINAL_LIMITS = worker.Limits(cpu=120.0, idle=60.0, wall=600.0)


@dataclass
class Project:
    """The repository that a command works on, and what the learner has done in it."""

    root: Path
    curriculum: Curriculum = field(init=False)
    progress: Progress = field(init=False)

    def __post_init__(self) -> None:
        self.curriculum = Curriculum.load(self.root)
        self.progress = Progress(self.root, partial(click.echo, err=True))
        self.out = screen.console()

    def kata(self, name: str | None) -> Kata:
        """Return the kata called `name`; without a name, the one that the learner is at."""
        if name is not None:
            return self.curriculum.find(name)
        last = self.progress.current()
        known = [kata for kata in self.curriculum.katas if kata.id == last]
        return known[0] if known else self.next_kata() or self.curriculum.katas[0]

    def next_kata(self) -> Kata | None:
        """Return the first kata that is not done; None if all are."""
        undone = (kata for kata in self.curriculum.katas if not self.progress.is_done(kata.id))
        return next(undone, None)

    def rules(self, kata: Kata) -> tuple[Rule, ...]:
        """Return the rules of the statement, even if the learner's file is broken or lost them."""
        with contextlib.suppress(OSError):
            # From the text, not the syntax tree: it may have a syntax error.
            if rules := rules_in(kata.stub.read_text("utf-8", "replace")):
                return rules
        with contextlib.suppress(NoStubError):
            return rules_in(shipped_stub(kata).decode())
        return ()

    def statement(self, kata: Kata) -> str:
        """Return the statement, even if the learner's file is broken, gone or lost it.

        Raises:
            ContentError: the file has none, and git does not know the one that was shipped.
        """
        try:
            return kata.statement()
        except ContentError:
            with contextlib.suppress(NoStubError):
                return ast.get_docstring(ast.parse(shipped_stub(kata))) or ""
            check_there(kata.stub)
            raise

    def job(self, kata: Kata) -> worker.Job:
        """Return the run of the kata's tests on the learner's file."""
        return worker.Job(kata, self.root / "katas")

    def run(self, kata: Kata) -> Verdict:
        """Run the kata's tests on the learner's file, and record the result."""
        text = read_bytes(kata.stub)
        return self.record(kata, text, self.unreadable(kata) or worker.run(self.job(kata)))

    def unreadable(self, kata: Kata) -> Verdict | None:
        """Return the verdict if the learner's file is not Python at all, which needs no run."""
        try:
            check_there(kata.stub)
            parse(kata.stub)
        except ContentError as error:
            return Verdict(kata.id, (), str(error), _line(kata.stub, error.line))
        return None

    def record(self, kata: Kata, text: bytes, found: Verdict) -> Verdict:
        """Record what a run of `text` found; return it, with what is missing as its problem."""
        if found.problem is None and (missing := self.missing(kata, found)):
            problem = f"no test ran for {', '.join(missing)}; is {kata.tests.name} as it was?"
            found = Verdict(kata.id, found.results, problem)
        try:
            self.progress.keep(kata.id, text, read_bytes(kata.tests), found)
        except ProgressError as error:  # the verdict is worth showing all the same
            screen.console(error=True).print(f"not recorded: {error}", markup=False)
        return found

    def missing(self, kata: Kata, found: Verdict) -> list[str]:
        """Return the rules, else the tests, that should have run and have no result."""
        rules = [f"rule {r.number}" for r in self.rules(kata) if not found.of_rule(r.number)]
        ran = {result.test.function.partition("::")[0] for result in found.results}
        return rules or sorted(expected_tests(kata) - ran)

    def progress_of(self, katas: Iterable[Kata]) -> list[tuple[Kata, str]]:
        """Return each kata with how far the learner is, in words."""
        attempts: dict[str, list[Attempt]] = {}
        for attempt in self.progress.attempts():  # once: to open the history takes a check of it
            attempts.setdefault(attempt.kata, []).append(attempt)
        return [
            (kata, screen.progress_in_words(attempts.get(kata.id, []), hash_of(kata.tests)))
            for kata in katas
        ]

    def after(self, kata: Kata) -> Kata | None:
        """Return the next kata behind `kata` that is not done, from the start if need be."""
        katas = self.curriculum.katas
        place = katas.index(kata) + 1
        candidates = (*katas[place:], *katas[:place])
        return next((it for it in candidates if not self.progress.is_done(it.id)), None)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of `path`.

    Raises:
        ContentError: it cannot be read.
    """
    try:
        check_there(path)
        return path.read_bytes()
    except OSError as error:
        raise ContentError(path, f"cannot be read: {error.strerror}") from None


def read_mine(kata: Kata) -> str:
    """Return the text of the learner's file.

    Raises:
        ContentError: it is missing, or cannot be read.
    """
    check_there(kata.stub)
    return read_text(kata.stub)


def check_there(path: Path) -> None:
    """Check that there is this file, a kata's stub or tests.

    Raises:
        ContentError: it is missing; with what brings it back.
    """
    if path.exists():
        return
    if path.name.startswith("test_"):
        raise ContentError(path, f"the file is missing; `git checkout -- {path}` brings it back")
    raise ContentError(path, f"the file is missing; `kata reset {path.stem}` puts the stub back")


def _line(path: Path, number: int | None) -> str:
    with contextlib.suppress(OSError):
        lines = path.read_text("utf-8", "replace").splitlines()
        if number is not None and number <= len(lines):
            return lines[number - 1]
    return ""


def find_root(start: Path) -> Path:
    """Return the repository around `start`, or else the one that this module is part of."""
    for folder in (start, *start.parents):
        if (folder / "katas" / "curriculum.toml").is_file():
            return folder
    return Path(__file__).resolve().parent.parent


class _Group(click.Group):
    """A group that shows a user's mistake as one line."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except _USER_ERRORS as error:
            # str() of a KeyError would quote the message.
            fail(str(error.args[0]) if isinstance(error, LookupError) else str(error))


def fail(message: str) -> NoReturn:
    """End the command with one line on standard error."""
    raise click.ClickException(message)


pass_project = click.make_pass_decorator(Project)
name_argument = click.argument("name", required=False)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program.")


@click.group(cls=_Group, invoke_without_command=True)
@click.version_option(package_name="advanced-python-katas")
@click.pass_context
def main(context: click.Context) -> None:
    """Rebuild the Python you use.

    Without a command: watch the kata that you are at.  NAME is topic/kata or any part of it that
    fits only one; without NAME, a command takes the kata that you are at.
    """
    for stream in (sys.stdout, sys.stderr):
        # A pipe on Windows knows 256 characters.  No symbol is without a word beside it.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    context.obj = Project(find_root(Path.cwd()))
    if context.invoked_subcommand is None:
        context.invoke(watch)


@main.command("list")
@click.argument("word", required=False)
@click.option("--todo", is_flag=True, help="Only those that are not done.")
@json_option
@pass_project
def list_(project: Project, word: str | None, todo: bool, as_json: bool) -> None:
    """List the katas, or those with WORD in their name, and how far you are."""
    katas = [kata for kata in project.curriculum.katas if word is None or word in kata.id]
    rows = [row for row in project.progress_of(katas) if not (todo and row[1] == screen.DONE)]
    if as_json:
        fields = ("level", "minutes", "rebuilds")
        data = [
            {"kata": kata.id, "progress": state or "not started"}
            | {name: getattr(kata.notes, name) for name in fields}
            for kata, state in rows
        ]
        click.echo(screen.as_json(data))
    elif rows:
        screen.curriculum(project.out, rows)
    else:
        fail("no kata fits; `kata list` shows them all")


@main.command()
@name_argument
@click.option("-v", "--verbose", is_flag=True, help="Show all failures, with full tracebacks.")
@json_option
@click.pass_context
def run(context: click.Context, name: str | None, verbose: bool, as_json: bool) -> None:
    """Run the tests of a kata on your code."""
    project: Project = context.obj
    kata = project.kata(name)
    found = project.run(kata)
    if as_json:
        click.echo(screen.as_json(found.to_json()))
    else:
        screen.verdict(project.out, kata, project.rules(kata), found, all_=verbose)
        if found.done:
            screen.done(project.out, kata, project.next_kata())
        else:
            if (mistake := mistakes.looks_like(kata, found, worker.run)) is not None:
                screen.looks_like(project.out, mistake)
            screen.advice(project.out, kata)
    context.exit(0 if found.done else 1)


@main.command()
@name_argument
@click.pass_context
def watch(context: click.Context, name: str | None) -> None:
    """Run the tests of a kata each time you save it."""
    project: Project = context.obj
    kata: Kata | None = project.kata(name)
    if not (project.out.is_terminal and sys.stdin.isatty()):
        context.invoke(run, name=name)
    with watching.keys_one_by_one():
        while kata is not None:
            kata = _watch(project, kata)


def _watch(project: Project, kata: Kata) -> Kata | None:
    """Watch one kata; return the one to go on with, or None to end."""
    out = project.out
    text = b""
    found: Verdict | None = None
    is_over = False
    mistake: Mistake | None = None

    def start() -> None:
        nonlocal text
        screen.running(out, kata)
        text = kata.stub.read_bytes() if kata.stub.is_file() else b""
        if (unreadable := project.unreadable(kata)) is not None:
            view.cancel()
            show(unreadable, is_final=True)
        else:
            view.start(replace(project.job(kata), stages=watching.STAGES))

    def show(verdict: Verdict, *, is_final: bool) -> None:
        nonlocal found, is_over, mistake
        found = project.record(kata, text, verdict) if is_final else verdict
        is_over, mistake = is_final, None
        page(found)

    def page(found: Verdict, *, with_hint: bool = False) -> None:
        out.clear()
        screen.verdict(out, kata, project.rules(kata), found, all_=False)
        if mistake is not None:
            screen.looks_like(out, mistake)
        if with_hint:
            _hint(project, kata, found, with_rule=False)
        elif found.done and is_over:
            screen.done(out, kata, project.next_kata())
        keys()

    def keys() -> None:
        is_done = found is not None and found.done
        screen.keys(out, kata, is_final=is_over, is_done=is_done)

    with worker.Standby(kata) as standby, watching.Watch(kata, standby) as view:
        start()
        for event in view.events():
            match event:
                case watching.Saved() | watching.Pressed("r"):
                    start()
                case watching.Found(verdict=verdict, is_final=is_final):
                    show(verdict, is_final=is_final)
                case watching.Recognised(mistake=mistake) if found is not None:
                    page(found)
                case watching.Pressed("q"):
                    return None
                case watching.Pressed("n"):
                    return project.after(kata)
                case watching.Pressed("h") if found is not None:
                    page(found, with_hint=True)
                case watching.Pressed("s"):
                    out.clear()
                    screen.statement(out, kata, project.statement(kata))
                    keys()
                case watching.Pressed("l"):
                    out.clear()
                    screen.curriculum(out, project.progress_of(project.curriculum.katas))
                    keys()
                case watching.Pressed("d") if found is not None and found.done:
                    out.clear()
                    screen.difference(out, kata, read_mine(kata), read_text(kata.solution))
                    keys()
    raise AssertionError("the events of a watch have no end")


@main.command("next")
@click.pass_context
def next_(context: click.Context) -> None:
    """Go on with the first kata that is not done."""
    project: Project = context.obj
    kata = project.next_kata()
    if kata is None:
        project.out.print("All katas are done.")
    else:
        screen.statement(project.out, kata, project.statement(kata))
        project.progress.keep(kata.id, read_bytes(kata.stub), read_bytes(kata.tests))


@main.command()
@name_argument
@json_option
@pass_project
def show(project: Project, name: str | None, as_json: bool) -> None:
    """Show the statement of a kata."""
    kata = project.kata(name)
    if as_json:
        text = project.statement(kata)
        rules = [asdict(rule) for rule in rules_in(text)]
        data = {"kata": kata.id, "title": text.partition("\n")[0], "rules": rules}
        click.echo(screen.as_json(data))
    else:
        screen.statement(project.out, kata, project.statement(kata))


@main.command()
@name_argument
@pass_project
def hint(project: Project, name: str | None) -> None:
    """Give one more hint for the first rule that is not met."""
    kata = project.kata(name)
    _hint(project, kata, project.run(kata))


def _hint(project: Project, kata: Kata, found: Verdict, *, with_rule: bool = True) -> None:
    rules = project.rules(kata)
    unmet = next((r for r in rules if found.rule_outcome(r.number) is not Outcome.PASSED), None)
    hints = [hint for hint in kata.notes.hints if unmet and hint.rule == unmet.number]
    if found.done:
        project.out.print(f"{kata.id} is done; `kata next` goes on.")
        return
    if unmet is None or not hints:
        project.out.print(f"No hint fits: {found.problem or 'this rule has none'}", markup=False)
        return
    shown = project.progress.next_hint(kata.id, unmet.number, len(hints[0].say))
    screen.hint(project.out, kata, unmet, hints[0], shown, with_rule=with_rule)


def _may_see_solution(project: Project, kata: Kata, peek: bool, command: str) -> None:
    if not peek and not project.progress.is_done(kata.id):
        fail(
            f"{kata.id} is not done yet; `kata {command} --peek {kata.name}` shows it all the same"
        )


peek_option = click.option("--peek", is_flag=True, help="Even though the kata is not done.")


@main.command()
@name_argument
@peek_option
@pass_project
def solution(project: Project, name: str | None, peek: bool) -> None:
    """Show the annotated reference, once your own passes."""
    kata = project.kata(name)
    _may_see_solution(project, kata, peek, "solution")
    screen.source(project.out, kata.solution, project.root)
    screen.other_designs(project.out, kata)


@main.command()
@name_argument
@peek_option
@pass_project
def diff(project: Project, name: str | None, peek: bool) -> None:
    """Compare your code with the reference, once your own passes."""
    kata = project.kata(name)
    _may_see_solution(project, kata, peek, "diff")
    screen.difference(project.out, kata, read_mine(kata), read_text(kata.solution))


@main.command()
@name_argument
@click.argument("number", type=int, required=False)
@click.option("--answer", is_flag=True, help="Tell what is wrong with it, and which tests fail.")
@pass_project
def review(project: Project, name: str | None, number: int | None, answer: bool) -> None:
    """Show a change to the reference that looks right, for a code review.

    Without NUMBER: list the changes.
    """
    kata = project.kata(name)
    known = kata.notes.mistakes
    if number is None:
        screen.changes(project.out, kata)
        return
    if not 1 <= number <= len(known):
        fail(f"{kata.id} has changes 1 to {len(known)}")
    mistake = known[number - 1]
    if answer:
        screen.answer(project.out, kata, mistake)
        return
    reference, variant = read_text(kata.solution), mistakes.variant(kata, mistake)
    if variant == reference:
        fail(f"the reference is not as it was; `git checkout -- {kata.solution}` puts it back")
    screen.change(project.out, kata, number, reference, variant)


@main.command()
@name_argument
@pass_project
def session(project: Project, name: str | None) -> None:
    """Show what a group session on a kata is for, its questions and its files."""
    screen.session(project.out, project.kata(name))


@main.command()
@click.argument("name")
@pass_project
def reset(project: Project, name: str) -> None:
    """Put the stub back; what you wrote is kept for `kata restore`."""
    kata = project.kata(name)
    stub = shipped_stub(kata)
    if kata.stub.exists():
        mine = read_bytes(kata.stub)
        if mine == stub:
            project.out.print(f"{kata.id} is the stub already.")
            return
        number = project.progress.keep(kata.id, mine, read_bytes(kata.tests))
        kept = f"; what you wrote is attempt {number}, `kata restore {kata.name}` brings it back"
    else:
        kept = ""
    replace_file(kata.stub, stub)
    project.out.print(f"{kata.id} is the stub again{kept}.")


@main.command()
@click.argument("name")
@click.argument("attempt", type=int, required=False)
@pass_project
def restore(project: Project, name: str, attempt: int | None) -> None:
    """Bring an earlier attempt back: the last that differs, or number ATTEMPT."""
    kata = project.kata(name)
    mine = read_bytes(kata.stub) if kata.stub.exists() else b""
    attempts = project.progress.attempts(kata.id)
    wanted = _wanted(project, attempts, attempt, mine)
    if wanted is None:
        fail(f"there is no such attempt of {kata.id}; `kata history {kata.name}` lists them")
    text = project.progress.text(wanted)
    if mine:
        project.progress.keep(kata.id, mine, read_bytes(kata.tests))
    replace_file(kata.stub, text)
    project.out.print(f"{kata.id} is attempt {wanted.id} again; what was there is kept, too.")


def _wanted(
    project: Project, attempts: list[Attempt], number: int | None, mine: bytes
) -> Attempt | None:
    if number is not None:
        return next((one for one in attempts if one.id == number), None)
    return next((one for one in reversed(attempts) if project.progress.text(one) != mine), None)


@main.command()
@name_argument
@json_option
@pass_project
def history(project: Project, name: str | None, as_json: bool) -> None:
    """Show your attempts, at all katas or at one."""
    attempts = project.progress.attempts(project.kata(name).id if name else None)
    if as_json:
        click.echo(screen.as_json([asdict(attempt) for attempt in attempts]))
    else:
        screen.attempts(project.out, attempts)


@main.command("update")
@pass_project
def update_(project: Project) -> None:
    """Bring in new katas and corrections; what you wrote stays as it is."""
    done = update.update(project.root, project.curriculum, project.progress)
    changes = "1 change" if done.commits == 1 else f"{done.commits} changes"
    kept = ", ".join(kata.id for kata in done.kept)
    if done.commits == 0:
        changes = "nothing new"
    project.out.print(f"{changes}{f'; what you wrote in {kept} is as it was' if kept else ''}")


@main.command("check")
@click.argument("names", nargs=-1)
@click.option("--only", multiple=True, metavar="CHECK", help="Only these checks.")
@json_option
@click.pass_context
def check_(
    context: click.Context, names: tuple[str, ...], only: tuple[str, ...], as_json: bool
) -> None:
    """Check the katas themselves: for authors, and for every change."""
    if not hasattr(os, "fork"):
        fail("kata check judges mutants in forked processes: run it on Linux or macOS, or in WSL")
    from kata_runner import check  # noqa: PLC0415 - it imports pytest, hypothesis and the mutants

    project: Project = context.obj
    if unknown := set(only) - set(check.CHECKS):
        fail(f"there is no check {unknown.pop()!r}; there are {', '.join(check.CHECKS)}")
    katas = [project.curriculum.find(name) for name in names] or project.curriculum.katas
    checks = only or tuple(check.CHECKS)
    problems = [] if names or "files" not in checks else check.check_tree(project.curriculum)
    judged: Iterable[tuple[Kata, float | None, Iterable[tuple[str, list[check.Problem]]]]]
    if len(katas) == 1:
        cache = check.Cache(project.root)
        judged = [(katas[0], None, check.check_kata(katas[0], checks, cache))]
    else:
        judged = check.check_katas(katas, checks)
    for kata, seconds, results in judged:
        with screen.Progress(project.out, kata.id, quiet=as_json, seconds=seconds) as shown:
            for name, found in results:
                shown.checked(name, len(found))
                problems += found
    problems.sort(key=lambda problem: (problem.path, problem.line or 0))
    if as_json:
        click.echo(screen.as_json([asdict(problem) for problem in problems]))
    else:
        screen.problems(project.out, [problem.to_line(project.root) for problem in problems])
    context.exit(1 if problems else 0)


@main.command()
@click.argument("name", metavar="TOPIC/NAME")
@pass_project
def new(project: Project, name: str) -> None:
    """Write all files of a new kata, for `kata check` to hold red until they are filled."""
    try:
        files = scaffold.create(project.curriculum, name)
    except ValueError as error:
        fail(str(error))
    for path in files:
        project.out.print(path.relative_to(project.root).as_posix(), markup=False)
    project.out.print(f"Fill them in this order: solution, tests, stub, notes.  kata check {name}")


@main.command("open")
@name_argument
@pass_project
def open_(project: Project, name: str | None) -> None:
    """Open the stub in your editor ($VISUAL or $EDITOR)."""
    kata = project.kata(name)
    if not (os.environ.get("VISUAL") or os.environ.get("EDITOR")):
        fail(f"set EDITOR to your editor's command; the file is {kata.stub}")
    click.edit(filename=str(kata.stub))


@main.command()
@name_argument
@click.option("--solution", is_flag=True, help="Run them on the reference instead; all katas.")
@json_option
@click.pass_context
def original(context: click.Context, name: str | None, solution: bool, as_json: bool) -> None:
    """Run CPython's own tests of what the kata rebuilds: the last challenge."""
    project: Project = context.obj
    if importlib.util.find_spec("test") is None or importlib.util.find_spec("test.support") is None:
        fail("this Python was installed without its `test` package; use one from python.org")
    if solution and name is None:
        katas = [kata for kata in project.curriculum.katas if kata.original_tests.exists()]
    else:
        katas = [project.kata(name)]
    tree = project.root / ("solutions" if solution else "katas")
    all_done = True
    for kata in katas:
        if not kata.original_tests.exists():
            fail(f"CPython has no tests that fit {kata.id}")
        job = worker.Job(kata, tree, kata.original_tests, stages=("all",), limits=_ORIGINAL_LIMITS)
        found = worker.run(job)
        all_done = all_done and found.done
        if as_json:
            click.echo(screen.as_json(found.to_json()))
        else:
            screen.original(project.out, found, platform.python_version())
            if not (found.done or solution or project.progress.is_done(kata.id)):
                screen.original_needs_all(project.out, kata)
    context.exit(0 if all_done else 1)


@main.command("bench")
@name_argument
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="Also draw it here.")
@json_option
@pass_project
def bench_(project: Project, name: str | None, svg: Path | None, as_json: bool) -> None:
    """Measure your code beside the reference, the other designs and the original."""
    kata = project.kata(name)
    with_yours = not is_stub(read_mine(kata))
    with screen.console(error=True).status(f"measuring {kata.id} …"):
        report = bench.run(kata, with_yours=with_yours)
    if as_json:
        click.echo(screen.as_json(report.to_json()))
    else:
        screen.benchmark(project.out, report)
    if svg is not None:
        try:
            svg.write_text(screen.benchmark_as_svg(report), "utf-8")
        except OSError as error:
            fail(f"{svg} cannot be written: {error.strerror}")


if __name__ == "__main__":
    main()
