"""The pytest side: which tree is tested, the marker `rule`, and what the runner hears of a run.

`pyproject.toml` loads this module in every pytest run of the repository, so that plain
`pytest` and an editor's test explorer behave as the command `kata` does.
"""

import ast
import contextlib
import importlib
import io
import linecache
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import asdict, replace
from pathlib import Path
from types import FrameType
from typing import Any, Literal

import hypothesis
import pytest
from _pytest._code import Traceback, TracebackEntry

from kata_runner.verdict import Failure, Frame, Outcome, Test, gravest

# No deadline: a test that asserts a time fails on a busy machine.  One bug at a time: a learner
# reads one failure, and an exception group hides its type from `Outcome`.  No phase `explain`: it
# traces every line, which makes shrinking some ten times slower.
_PHASES = [phase for phase in hypothesis.Phase if phase is not hypothesis.Phase.explain]
# No blob, which hypothesis adds where the environment says `CI`: the example is what one pastes.
hypothesis.settings.register_profile(
    "kata", deadline=None, report_multiple_bugs=False, phases=_PHASES, print_blob=False
)
# The same examples on every run and no file left behind: for judging the content.
hypothesis.settings.register_profile(
    "check", parent=hypothesis.settings.get_profile("kata"), derandomize=True, database=None
)

_UNUSED = (
    "cacheprovider",
    "doctest",
    "faulthandler",
    "junitxml",
    "legacypath",
    "logging",
    "pastebin",
    "setuponly",
    "setupplan",
    "stepwise",
)
# Arguments for a session that only a `Reporter` listens to, with no more plugins than needed: each
# takes part in every phase of every test.
SPARE = (
    "--tb=no",  # the reporter renders failures itself
    "--capture=no",  # the reporter takes what is printed, at a tenth of the cost
    # hypothesis is imported before pytest could rewrite its assertions, which nobody looks at.
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
    *("--disable-plugin-autoload", "-p", "_hypothesis_pytestplugin"),
    *(f"-pno:{name}" for name in _UNUSED),
)

# In the project: where what pytest makes of test files is kept for later processes.
PYCACHE = ".cache/pycache"
QUICK_EXAMPLES = 25
OUTPUT_SHOWN = 20_000  # characters of what a test printed

_Phase = Literal["setup", "call", "teardown"]
TraceFunction = Callable[[FrameType, str, Any], Any]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--against",
        metavar="DIR",
        help="test the katas in DIR (laid out as <topic>/<kata>.py) instead of the stubs",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "rule(number): the rule of the kata's statement it tests")
    slow = "slow: an example that takes as long as dozens of others, and comes after them"
    config.addinivalue_line("markers", slow)
    if not config.getoption("--hypothesis-profile", None):
        hypothesis.settings.load_profile("kata")
    against = config.getoption("--against")
    if against is None:
        return
    tree = Path(against).resolve()
    if not tree.is_dir():
        raise pytest.UsageError(f"--against: there is no directory {against}")
    # Before any `katas` import; spawned children inherit it.
    os.environ["KATAS_AGAINST"] = str(tree)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of an original's suite that its `LEFT_OUT` names."""
    left_out = [item for item in items if reason_left_out(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def reason_left_out(item: pytest.Item) -> str | None:
    """Return why the module of `item` leaves it out (`LEFT_OUT[name]`), or None."""
    reasons: dict[str, str] = getattr(getattr(item, "module", None), "LEFT_OUT", {})
    return reasons.get(item.name)


def import_ahead(tests: Path) -> None:
    """Import what the file `tests` imports, except the project's own modules."""
    with contextlib.suppress(OSError, SyntaxError, ValueError):  # the run itself will say it
        for node in ast.walk(ast.parse(tests.read_bytes())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for name in names:
                if name.partition(".")[0] not in ("katas", "tests"):
                    with contextlib.suppress(Exception):
                        importlib.import_module(name)


@contextmanager
def chosen(stage: str, items: Sequence[pytest.Item]) -> Iterator[list[pytest.Item]]:
    """Give those of `items` that belong to a part of a run.

    `examples`: those that are neither slow nor property tests; `slow`: the examples that are;
    `quick`: the property tests, meanwhile with at most `QUICK_EXAMPLES` examples; `rest`: those of
    them that draw more, with as many as are missing; `properties`: all of them in full; `all`:
    everything.
    """
    found = [item for item in items if stage == "all" or _belongs(item, stage)]
    with ExitStack() as limits:
        if stage in ("quick", "rest"):
            # One function may be several tests, by its parameters.
            homes = {id(home): home for home in map(_home_of_settings, found)}
            for home in homes.values():
                _limit_examples(home, limits, is_rest=stage == "rest")
        yield found


def _belongs(item: pytest.Item, stage: str) -> bool:
    if stage in ("examples", "slow"):
        is_slow = item.get_closest_marker("slow") is not None
        return not is_property(item) and is_slow is (stage == "slow")
    return is_property(item) and (stage != "rest" or _draws_more(item))


def is_property(item: pytest.Item) -> bool:
    """Return whether the test draws its examples; hypothesis's own plugin marks those."""
    return item.get_closest_marker("hypothesis") is not None


def _home_of_settings(item: pytest.Item) -> object:
    """Return what has the settings of a property test: a state machine's test case, or a function.

    The function has them under a private name, without which the parts only take longer.
    """
    assert isinstance(item, pytest.Function)
    if isinstance(getattr(item.cls, "settings", None), hypothesis.settings):
        return item.cls
    return getattr(item.obj, "__func__", item.obj)


def _settings(home: object) -> tuple[str, hypothesis.settings | None]:
    """Return the name and the value of the settings."""
    name = "settings" if isinstance(home, type) else "_hypothesis_internal_use_settings"
    return name, getattr(home, name, None)


def _draws_more(item: pytest.Item) -> bool:
    _, given = _settings(_home_of_settings(item))
    return given is None or given.max_examples > QUICK_EXAMPLES


def _limit_examples(home: object, limits: ExitStack, *, is_rest: bool) -> None:
    name, given = _settings(home)
    if given is not None and given.max_examples > QUICK_EXAMPLES:
        number = given.max_examples - QUICK_EXAMPLES if is_rest else QUICK_EXAMPLES
        setattr(home, name, hypothesis.settings(given, max_examples=number))
        limits.callback(setattr, home, name, given)


def run_in_turn(session: pytest.Session, items: Sequence[pytest.Item]) -> None:
    """Run `items` as pytest's own loop would."""
    for item, next_item in zip(items, [*items[1:], None], strict=False):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=next_item)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)


class OneFile:
    """A pytest plugin for a run of one test file: all that does not lead to it is passed over.

    Pytest would look at each file and folder beside it, which takes as long as some tests.
    """

    @pytest.hookimpl(tryfirst=True)
    def pytest_ignore_collect(self) -> bool:
        return True  # pytest asks only for what is not on the way to its arguments


class Brief:
    """A pytest plugin that runs tests as pytest does, but makes no report of a phase that passes.

    The reports, and the hooks round them, take half of the time of a short test.
    """

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> bool | None:
        if _needs_reports(item):
            return None
        hook, place = item.ihook, {"nodeid": item.nodeid, "location": ("", None, "")}
        hook.pytest_runtest_logstart(**place)
        if self._passes(item, "setup", lambda: hook.pytest_runtest_setup(item=item)):
            self._passes(item, "call", lambda: hook.pytest_runtest_call(item=item))
        if item.session.shouldfail or item.session.shouldstop:
            nextitem = None
        self._passes(
            item, "teardown", lambda: hook.pytest_runtest_teardown(item=item, nextitem=nextitem)
        )
        hook.pytest_runtest_logfinish(**place)
        return True

    def _passes(self, item: pytest.Item, when: _Phase, phase: Callable[[], object]) -> bool:
        # What pytest takes for the end of the session, not of the test.
        ends_all = (pytest.exit.Exception, KeyboardInterrupt)
        call = pytest.CallInfo.from_call(phase, when, reraise=ends_all)
        if call.excinfo is not None:
            report = item.ihook.pytest_runtest_makereport(item=item, call=call)
            item.ihook.pytest_runtest_logreport(report=report)
        return call.excinfo is None


def _needs_reports(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function) or item.get_closest_marker("xfail") is not None:
        return True
    # `tmp_path` asks for them in its end, and so may other fixtures.
    parameters = item.callspec.params if hasattr(item, "callspec") else ()
    return any(name not in parameters for name in item.fixturenames)


class Lines:
    """A pytest plugin that tells `emit` which lines of the module `name` each test executes."""

    def __init__(self, emit: Callable[[dict[str, Any]], None], name: str) -> None:
        self._emit = emit
        self._name = name

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        reached = set()

        def trace(frame: FrameType, *_: object) -> TraceFunction | None:
            if frame.f_globals.get("__name__") != self._name:
                return None
            reached.add(frame.f_lineno)
            return trace

        # A test may set its own: then some lines are missing.
        threading.settrace(trace)
        sys.settrace(trace)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(None)
            name = name_of(item.nodeid)
            self._emit({"event": "reached", "test": name, "lines": sorted(reached)})


class Reporter:
    """A pytest plugin that tells `emit` what happens, as events that JSON can carry.

    In this order: `collected` (or `not collected`, with the failure), then for each test
    `started` and `finished`, then `ended`.  `verdict.Transcript` reads them.  It renders
    failures itself, so pytest need not (`--tb=no`).
    """

    def __init__(self, emit: Callable[[dict[str, Any]], None], *, in_full: bool = True) -> None:
        self._emit = emit
        self._in_full = in_full  # or one line for each failure, which takes a tenth of the time
        self._printed = io.StringIO()
        self._outcomes: list[Outcome] = []  # of the phases of the test that were reported
        self._cpu = 0.0  # of this process when the test started
        self._failure: Failure | None = None
        self._shown: set[int | None] = set()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            # Before "Traceback:" stands advice on how to lay out test modules.
            text = report.longreprtext.rpartition("Traceback:\n")[2]
            errors = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
            cause = errors[-1] if errors else text.strip().rpartition("\n")[2]
            failure = Failure(f"the tests cannot be imported: {cause}", full=text)
            self._emit({"event": "not collected", "failure": asdict(failure)})

    # Round all others: hypothesis marks its tests, and a test that somebody takes away is to be
    # missed.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None]:
        found = list(items)
        yield
        gone = [item for item in found if item not in items and not reason_left_out(item)]
        tests = [vars(as_test(item)) for item in (*items, *gone)]
        self._emit({"event": "collected", "tests": tests})

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        reasons = {item.name: reason for item in items if (reason := reason_left_out(item))}
        if reasons:
            self._emit({"event": "left out", "reasons": reasons})

    # What a process prints that the test starts is not shown.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        self._printed = io.StringIO()
        with redirect_stdout(self._printed), redirect_stderr(self._printed):
            return (yield)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._outcomes = []
        self._failure = None
        self._cpu = time.process_time()
        self._emit({"event": "started", "test": name_of(nodeid)})

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        try:
            report = yield
        except Exception as error:  # noqa: BLE001 - whatever a learner's `__repr__` does to pytest
            text = f"pytest cannot show this failure: {error!r}"
            report = pytest.TestReport(item.nodeid, item.location, {}, "failed", text, "call")
        outcome = _outcome(report, call.excinfo)
        self._outcomes.append(outcome)
        if outcome is Outcome.CRASHED:
            # The next test would fill the memory again.
            item.session.shouldstop = "out of memory"
        if call.excinfo is not None and report.failed and self._failure is None:
            # To show source, pytest parses the whole test file for each frame (some 10 ms): done
            # once for each rule, and not for what is merely not written yet.
            test = as_test(item)
            in_full = self._in_full and outcome is not Outcome.NOT_STARTED
            in_full = in_full and (test.is_property or test.rule not in self._shown)
            if in_full:
                self._shown.add(test.rule)
            try:
                self._failure = _failure(item, call.excinfo, in_full=in_full)
            except Exception as error:  # noqa: BLE001 - the same
                self._failure = Failure(
                    f"{call.excinfo.typename}, which cannot be shown: {error!r}"
                )
        if self._failure is not None:
            self._failure = replace(self._failure, output=self._printed.getvalue()[:OUTPUT_SHOWN])
        return report

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        failure = None if self._failure is None else asdict(self._failure)
        event = {"event": "finished", "test": name_of(nodeid), "failure": failure}
        cpu = round(time.process_time() - self._cpu, 6)
        outcome = gravest([Outcome.PASSED, *self._outcomes])
        self._emit(event | {"outcome": outcome, "cpu": cpu})

    def pytest_sessionfinish(self) -> None:
        self._emit({"event": "ended"})


def name_of(nodeid: str) -> str:
    """Return the name of a test inside its file."""
    return nodeid.partition("::")[2]


def as_test(item: pytest.Item) -> Test:
    """Return what a verdict says of a test before it has run."""
    marker = item.get_closest_marker("rule")
    rule = marker.args[0] if marker and marker.args else None
    return Test(name_of(item.nodeid), rule, is_property(item))


def _outcome(
    report: pytest.TestReport, excinfo: pytest.ExceptionInfo[BaseException] | None
) -> Outcome:
    if report.passed:
        return Outcome.PASSED
    if report.skipped or excinfo is None:
        return Outcome.NOT_RUN
    if isinstance(excinfo.value, NotImplementedError) and _raised_by_stub(excinfo):
        return Outcome.NOT_STARTED
    if isinstance(excinfo.value, MemoryError):
        return Outcome.CRASHED
    if isinstance(excinfo.value, (AssertionError, pytest.fail.Exception)):
        return Outcome.FAILED
    return Outcome.ERROR


def _raised_by_stub(excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
    last = excinfo.traceback[-1]
    return _is_kata(last) and _source_line(last) == "raise NotImplementedError"


def _is_kata(entry: TracebackEntry) -> bool:
    return str(entry.frame.f_globals.get("__name__", "")).startswith("katas.")


def _source_line(entry: TracebackEntry) -> str:
    return linecache.getline(str(entry.path), entry.lineno + 1).strip()


def _failure(
    item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException], *, in_full: bool
) -> Failure:
    def shown(traceback: Callable[[pytest.ExceptionInfo[BaseException]], Traceback]) -> str:
        return str(excinfo.getrepr(style="long", chain=in_full, tbfilter=traceback))

    own = _of_the_test(item, excinfo)
    example = _take_example(item, excinfo.value)
    return Failure(
        summary=excinfo.exconly(tryshort=True).partition("\n")[0],
        source=shown(lambda _: Traceback(own)) if own and in_full else "",
        frames=tuple(
            Frame(str(entry.path), entry.lineno + 1, entry.name, _source_line(entry))
            for entry in excinfo.traceback
            if _is_kata(entry)
        ),
        full=shown(lambda it: it.traceback.cut(path=item.path).filter(it)) if in_full else "",
        example=example,
    )


def _of_the_test(
    item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException]
) -> list[TracebackEntry]:
    """Return the frames to show: of the test, and of the helper in its file that failed."""
    own = [entry for entry in excinfo.traceback if entry.path == item.path]
    # Hypothesis's wrappers have the names of the test, too, and stand further out.
    tests = [entry for entry in own if entry.name == getattr(item, "originalname", None)]
    return tests[-1:] + [entry for entry in own[-1:] if entry not in tests[-1:]]


def _take_example(item: pytest.Item, error: BaseException) -> str:
    """Return what hypothesis noted on `error` as code to paste, and take the notes away."""
    notes = getattr(error, "__notes__", [])
    for number, note in enumerate(notes):
        # "Failing test case: test_x(\n    a=1,\n)"; of a state machine, each step is a note more.
        found = re.match(r"(?:Failing|Falsifying) [a-z ]+: *(.*)", note, re.DOTALL)
        if found is not None:
            function = getattr(item, "originalname", "")
            call = re.sub(rf"\A{function}\(", f"{function}.hypothesis.inner_test(", found[1])
            lines = notes[number + 1 :] if call.startswith("<") else [call]
            del notes[number:]
            return "\n".join([f"from {item.module.__name__} import *", *lines])  # type: ignore[attr-defined]
    return ""
