"""What a run found: one outcome for each test, and from those the state of each rule and the kata.

Values only, with JSON in and out, so that a verdict can cross a process boundary.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """How a test ended; each test ends in exactly one of these."""

    PASSED = "passed"
    FAILED = "failed"  # an assertion
    ERROR = "error"  # any other exception from the learner's code
    NOT_STARTED = "not started"  # NotImplementedError raised by a stub's body
    HUNG = "hung"  # its deadline passed
    CRASHED = "crashed"  # the process died, was killed or ran out of memory
    NOT_RUN = "not run"  # skipped, or something before it hung or crashed


# Which outcome speaks for a rule with several tests: the first of these that any of them has.
_GRAVITY = (
    Outcome.HUNG,
    Outcome.CRASHED,
    Outcome.ERROR,
    Outcome.FAILED,
    Outcome.NOT_STARTED,
    Outcome.NOT_RUN,
    Outcome.PASSED,
)


def gravest(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the gravest of `outcomes`; `NOT_RUN` if there are none."""
    return min(outcomes, key=_GRAVITY.index, default=Outcome.NOT_RUN)


@dataclass(frozen=True)
class Frame:
    """One line of a traceback."""

    path: str
    line: int
    function: str
    source: str


@dataclass(frozen=True)
class Failure:
    """Why a test did not pass.

    `summary` is one line; `source` the test's own lines as pytest shows them, with values;
    `frames` the learner's frames of the traceback; `full` pytest's whole report;
    `output` what was printed; `example` the code that shows it, if hypothesis found it.
    """

    summary: str
    source: str = ""
    frames: tuple[Frame, ...] = ()
    full: str = ""
    output: str = ""
    example: str = ""


@dataclass(frozen=True)
class Test:
    """A collected test: its id inside the file, the rule it belongs to, whether it is a search."""

    __test__ = False  # pytest: not a test class

    name: str
    rule: int | None
    is_property: bool

    @property
    def function(self) -> str:
        """The name without the parameter set: `test_x` for `test_x[empty]`."""
        return self.name.partition("[")[0]


@dataclass(frozen=True)
class Result:
    """One test and how it ended, with the seconds of processor time that it took."""

    test: Test
    outcome: Outcome
    failure: Failure | None = None
    cpu: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """What one run of a kata's tests found.

    `problem` is one sentence on what kept the run from ending by itself, if anything did;
    `detail` is what belongs to it: a traceback at import, or the stacks of a hang.  `left_out`
    has the tests of an original's suite that do not apply, with the reasons; `left_running` what
    still ran at the end and was ended; `lines` which lines of the kata each test executed, of a
    run that was traced.
    """

    kata: str
    results: tuple[Result, ...]
    problem: str | None = None
    detail: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)
    left_running: tuple[str, ...] = ()
    lines: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        """Whether every collected test reported *passed*, and nothing else went wrong."""
        return (
            self.problem is None
            and bool(self.results)
            and all(result.outcome is Outcome.PASSED for result in self.results)
        )

    def of_rule(self, number: int) -> tuple[Result, ...]:
        return tuple(result for result in self.results if result.test.rule == number)

    def rule_outcome(self, number: int) -> Outcome:
        return gravest(result.outcome for result in self.of_rule(number))

    def failing(self) -> tuple[Result, ...]:
        return tuple(result for result in self.results if result.outcome is not Outcome.PASSED)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"done": self.done}


def test_from_json(data: dict[str, Any]) -> Test:
    return Test(data["name"], data["rule"], data["is_property"])


def failure_from_json(data: dict[str, Any] | None) -> Failure | None:
    if data is None:
        return None
    frames = tuple(Frame(**frame) for frame in data["frames"])
    return Failure(**(data | {"frames": frames}))


class Transcript:
    """Collects the events of one run (see `plugin.Reporter`) and sums them up as a verdict."""

    def __init__(self, kata: str) -> None:
        self._kata = kata
        self._tests: dict[str, Test] = {}
        self._results: dict[str, Result] = {}
        self._running: str | None = None
        self._problem: str | None = None
        self._detail = ""
        self._left_out: dict[str, str] = {}
        self._left_running: tuple[str, ...] = ()
        self._lines: dict[str, Sequence[int]] = {}
        self.ended = False

    @property
    def collected(self) -> bool:
        """Whether the tests are known."""
        return bool(self._tests)

    @property
    def running(self) -> str | None:
        """The name of the test that has started and not finished."""
        return self._running

    def add(self, event: dict[str, Any]) -> None:
        match event:
            case {"event": "collected", "tests": tests}:
                self._tests = {data["name"]: test_from_json(data) for data in tests}
            case {"event": "not collected", "failure": failure}:
                self._problem = failure["summary"]
                self._detail = failure["full"]
            case {"event": "left out", "reasons": reasons}:
                self._left_out |= reasons
            case {"event": "left running", "what": what}:
                self._left_running = tuple(what)
            case {"event": "reached", "test": name, "lines": lines}:
                self._lines[name] = tuple(lines)
            case {"event": "started", "test": name}:
                self._running = name
                # A later stage runs it again, and may not come to its end.
                self._results.pop(name, None)
            case {"event": "finished", "test": name, "outcome": outcome, "failure": failure}:
                self._running = None
                found = failure_from_json(failure)
                test = self._tests[name]
                self._results[name] = Result(test, Outcome(outcome), found, event.get("cpu", 0.0))
            case {"event": "ended"}:
                self.ended = True

    def so_far(self) -> Verdict:
        """Return what is known in the middle of a run."""
        tests = self._tests.items()
        unknown = Outcome.NOT_RUN
        results = (self._results.get(name, Result(test, unknown)) for name, test in tests)
        return Verdict(self._kata, tuple(results), self._problem, self._detail)

    def verdict(
        self,
        problem: str | None = None,
        detail: str = "",
        unfinished: Outcome = Outcome.CRASHED,
    ) -> Verdict:
        """Return what is known now.

        A test that started and did not finish is `unfinished`; one that never started was not
        run.  Without a `problem`, a run that did not end by itself is one.
        """
        results = []
        for name, test in self._tests.items():
            outcome = unfinished if name == self._running else Outcome.NOT_RUN
            results.append(self._results.get(name, Result(test, outcome)))
        problem = problem or self._problem
        if problem is None and not self.ended:
            where = f" in {self._running}" if self._running else ""
            problem = f"the process ended{where} before all tests had run"
        elif problem is None and self._running:
            problem = f"the run was interrupted in {self._running}"
        elif problem is None and (crashed := [r for r in results if r.outcome is Outcome.CRASHED]):
            problem = f"out of memory in {crashed[0].test.name}"
        elif problem is None and not results:
            problem = "no test was collected; is the test file as it was?"
        return Verdict(
            self._kata,
            tuple(results),
            problem,
            detail or self._detail,
            self._left_out,
            self._left_running,
            self._lines,
        )
